#include "storage/sqlite/tally_events.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "storage/sqlite/block_reader.h"
#include "storage/sqlite/event_filters.h"
#include "storage/sqlite/event_scan.h"
#include "storage/sqlite/listing_rows.h"

namespace rw::storage::sqlite {
namespace {

constexpr std::int64_t kMinuteUs = 60'000'000;

bool is_whole_minute(core::Micros time) { return core::to_us(time) % kMinuteUs == 0; }

// How often each value is there, over blocks. Ids are dense where events are many.
class ValueSums {
 public:
  void add(std::int64_t value, std::int64_t count) {
    if (value < 0 || value >= kMostDense) {
      sparse_[value] += count;
      return;
    }
    const auto place = static_cast<std::size_t>(value);
    if (place >= dense_.size()) dense_.resize(place + 1);
    dense_[place] += count;
  }

  // Gives all to the sink, and begins anew.
  template <class Sink>
  core::Result<void> take(const Sink& sink) {
    for (std::size_t value = 0; value < dense_.size(); ++value) {
      if (dense_[value] > 0) RW_CHECK(sink(static_cast<std::int64_t>(value), dense_[value]));
    }
    for (const auto& [value, count] : sparse_) RW_CHECK(sink(value, count));
    dense_.clear();
    sparse_.clear();
    return {};
  }

 private:
  static constexpr std::int64_t kMostDense = 1 << 20;  // 8 MiB
  std::vector<std::int64_t> dense_;
  std::unordered_map<std::int64_t, std::int64_t> sparse_;
};

// How the events of blocks are counted without reading them.
class WrittenCounts {
 public:
  WrittenCounts(const TallyRequest& request, BlockReader& blocks, TallyCounter& counter)
      : request_(request), blocks_(blocks), counter_(counter), minute_(minute_part(*dataset_of(request.listing))) {
    if (!request.filters.empty() || !request.sum.empty() || request.by.size() > 1) return;
    if (request.by.size() == 1) {
      const auto column = event_column(request.listing, request.by.front());
      part_ = column ? part_of_field(*dataset_of(request.listing), column->column) : nullptr;
    }
    usable_ = request.by.empty() || part_ != nullptr;
    by_minutes_ = request.by.empty() && std::ranges::all_of(request.buckets, is_whole_minute);
    window_by_minutes_ = (!request.earliest || is_whole_minute(*request.earliest)) &&
                         (!request.latest || is_whole_minute(*request.latest));
  }

  // False: its events must be read.
  core::Result<bool> count(const Block& block) {
    // Minutes before 1970 are rounded up, not down.
    if (!usable_ || !block.is_known || block.earliest < 0) return false;
    const bool inside = is_inside(block);
    if (inside) {
      const int bucket = counter_.buckets().of(block.earliest);
      if (bucket == counter_.buckets().of(block.latest)) {
        if (part_ == nullptr) {
          RW_CHECK(counter_.add(bucket, 0, block.events));
          return true;
        }
        RW_TRY(std::optional<CountsReader> counts, blocks_.counts(*part_, block));
        if (!counts) return false;
        if (bucket != bucket_) RW_CHECK(finish());
        bucket_ = bucket;
        while (counts->next()) sums_.add(counts->value(), counts->count());
        return true;
      }
    }
    if (!by_minutes_ || !(inside || window_by_minutes_)) return false;
    RW_TRY(std::optional<CountsReader> minutes, blocks_.counts(minute_, block));
    if (!minutes) return false;
    while (minutes->next()) {
      const std::int64_t time = minutes->value() * kMinuteUs;
      if (request_.earliest && time < core::to_us(*request_.earliest)) continue;
      if (request_.latest && time >= core::to_us(*request_.latest)) continue;
      RW_CHECK(counter_.add(counter_.buckets().of(time), 0, minutes->count()));
    }
    return true;
  }

  // After the last block.
  core::Result<void> finish() {
    return sums_.take([this](std::int64_t value, std::int64_t count) { return counter_.add(bucket_, value, count); });
  }

 private:
  bool is_inside(const Block& block) const {
    return (!request_.earliest || block.earliest >= core::to_us(*request_.earliest)) &&
           (!request_.latest || block.latest < core::to_us(*request_.latest));
  }

  const TallyRequest& request_;
  BlockReader& blocks_;
  TallyCounter& counter_;
  const BlockPart& minute_;
  const BlockPart* part_ = nullptr;  // of the column in `by`
  ValueSums sums_;                   // of bucket_
  int bucket_ = -1;
  bool usable_ = false;
  bool by_minutes_ = false;         // every bucket begins with a minute
  bool window_by_minutes_ = false;  // so does the window, and its end
};

}  // namespace

core::Result<void> tally_events(SqliteReader& reader, const TallyRequest& request, TallyCounter& counter) {
  RW_TRY(const EventFilters filters, make_ready(reader, request.listing, request.filters));
  if (filters.nothing()) return {};
  RW_TRY(BlockReader block_reader, BlockReader::open(reader, *dataset_of(request.listing)));
  RW_TRY(const std::vector<Block> blocks, block_reader.blocks(request.earliest, request.latest));
  WrittenCounts written(request, block_reader, counter);
  std::vector<Block> unread;
  for (const Block& block : blocks) {
    RW_TRY(const bool counted, written.count(block));
    if (!counted) unread.push_back(block);
  }
  RW_CHECK(written.finish());
  EventScan scan(reader, block_reader, request, filters, counter.selected(), {}, std::move(unread));
  RW_CHECK(scan.begin());
  while (true) {
    RW_TRY(const bool more, scan.next());
    if (!more) return {};
    RW_CHECK(counter.add(scan.row()));
  }
}

}  // namespace rw::storage::sqlite
