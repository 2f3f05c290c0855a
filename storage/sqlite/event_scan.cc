#include "storage/sqlite/event_scan.h"

#include <algorithm>
#include <utility>

namespace rw::storage::sqlite {
namespace {

constexpr std::int64_t kMostFewEvents = 100'000;

}  // namespace

core::Result<SqliteDialect::Rows> EventScan::look_ahead() {
  if (left_) return *left_;
  std::vector<Block> kept;
  std::int64_t events = 0;
  for (const Block& block : blocks_) {
    RW_TRY(const bool may_pass, block_reader_.may_pass(filters_, block));
    if (!may_pass) continue;
    events += block.is_known ? block.events : kBlockIds;
    kept.push_back(block);
  }
  blocks_ = std::move(kept);
  left_ = events <= kMostFewEvents ? SqliteDialect::Rows::kFew : SqliteDialect::Rows::kWindow;
  return *left_;
}

core::Result<void> EventScan::begin() {
  SqliteDialect::Rows rows = SqliteDialect::Rows::kFew;
  if (!filters_.others.empty()) {
    RW_TRY(rows, look_ahead());
  }
  RW_TRY(scan_, prepare_scan(reader_, listing_, columns_, earliest_, latest_, filters_, rows,
                             order_.descending ? " ORDER BY e.id DESC" : " ORDER BY e.id"));
  if (rows == SqliteDialect::Rows::kWindow) {
    // At one go: all distinct texts are tried each time that the statement begins.
    start(ids_of(blocks_.front(), blocks_.back()));
    blocks_.clear();
  } else if (order_.descending) {
    std::ranges::reverse(blocks_);
  }
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
    if (!left_) {
      RW_TRY(const bool may_pass, block_reader_.may_pass(filters_, block));
      if (!may_pass) continue;
    }
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
