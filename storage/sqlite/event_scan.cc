#include "storage/sqlite/event_scan.h"

#include <algorithm>
#include <utility>

namespace rw::storage::sqlite {
namespace {

constexpr std::int64_t kFewCandidates = 100'000;

}  // namespace

core::Result<Candidates> EventScan::look_ahead(std::vector<Block>& blocks) {
  std::vector<Block> kept;
  std::int64_t events = 0;
  for (const Block& block : blocks) {
    RW_TRY(const bool may_pass, block_reader_.may_pass(filters_, block));
    if (!may_pass) continue;
    events += block.is_known ? block.events : kBlockIds;
    kept.push_back(block);
  }
  blocks = std::move(kept);
  return events <= kFewCandidates ? Candidates::kFew : Candidates::kMany;
}

core::Result<void> EventScan::begin(std::vector<Block> blocks) {
  Candidates candidates = Candidates::kFew;
  if (!filters_.others.empty()) {
    RW_TRY(candidates, look_ahead(blocks));
  }
  RW_TRY(scan_, prepare_scan(reader_, listing_, columns_, earliest_, latest_, filters_, candidates,
                             order_.descending ? " ORDER BY e.id DESC" : " ORDER BY e.id"));
  next_ = 0;
  running_ = false;
  if (candidates == Candidates::kMany) {
    // At one go: all distinct texts are tried each time that the statement begins.
    start(ids_of(blocks.front(), blocks.back()));
    blocks_.clear();
    return {};
  }
  if (order_.descending) std::ranges::reverse(blocks);
  blocks_ = std::move(blocks);
  return {};
}

core::Result<bool> EventScan::next() {
  while (true) {
    if (!running_) {
      RW_TRY(const bool more, next_block());
      if (!more) return false;
    }
    RW_TRY(const bool row, reader_.step(scan_));
    if (row) return true;
    scan_.reset();
    running_ = false;
  }
}

core::Result<bool> EventScan::next_block() {
  for (; next_ < blocks_.size(); ++next_) {
    const Block& block = blocks_[next_];
    const IdRange ids = ids_of(block, block);
    if (ids.first > ids.last) continue;
    RW_TRY(const bool may_pass, block_reader_.may_pass(filters_, block));
    if (!may_pass) continue;
    ++next_;
    start(ids);
    return true;
  }
  return false;
}

EventScan::IdRange EventScan::ids_of(const Block& first, const Block& last) const {
  IdRange ids{first_id_of(first.number), last_id_of(last.number)};
  if (order_.after && order_.descending) ids.last = std::min(ids.last, *order_.after - 1);
  if (order_.after && !order_.descending) ids.first = std::max(ids.first, *order_.after + 1);
  return ids;
}

void EventScan::start(IdRange ids) {
  scan_.bind(1, ids.first);
  scan_.bind(2, ids.last);
  running_ = true;
}

}  // namespace rw::storage::sqlite
