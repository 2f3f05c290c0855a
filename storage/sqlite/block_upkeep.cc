#include "storage/sqlite/block_upkeep.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <string>

namespace rw::storage::sqlite {
namespace {

constexpr int kStepBlocks = 4;  // some ten milliseconds

ValueCounts counts_of(std::vector<std::int64_t>& values) {
  std::ranges::sort(values);
  ValueCounts counts;
  for (const std::int64_t value : values) {
    if (counts.empty() || counts.back().first != value) counts.emplace_back(value, 0);
    ++counts.back().second;
  }
  return counts;
}

}  // namespace

core::Result<void> BlockUpkeep::prepare(Connection& connection) {
  for (std::size_t i = 0; i < datasets_.size(); ++i) {
    OfDataset& of = datasets_[i];
    of.dataset = kEventDatasets[i];
    std::string columns = "e.id, e.time";
    for (const BlockPart& part : block_parts(of.dataset)) columns += fmt::format(", {}", part.sql);
    const std::string written =
        fmt::format("SELECT block FROM event_block WHERE dataset = {}", static_cast<int>(of.dataset));
    RW_TRY(of.ids, connection.prepare(id_limits(of.dataset)));
    RW_TRY(of.events, connection.prepare(fmt::format("SELECT {} FROM {} e WHERE e.id >= ?1 AND e.id <= ?2", columns,
                                                     table_of(of.dataset))));
    RW_TRY(of.written, connection.prepare(written + " ORDER BY block"));
    RW_TRY(of.in_ids, connection.prepare(written + " AND block >= ?1 AND block <= ?2"));
    RW_TRY(of.from_before, connection.prepare(written + " AND earliest < ?1"));
  }
  RW_TRY(add_block_, connection.prepare("INSERT OR REPLACE INTO event_block VALUES (?1, ?2, ?3, ?4, ?5)"));
  RW_TRY(add_part_, connection.prepare("INSERT OR REPLACE INTO event_block_part VALUES (?1, ?2)"));
  RW_TRY(remove_block_, connection.prepare("DELETE FROM event_block WHERE dataset = ?1 AND block = ?2"));
  RW_TRY(remove_part_, connection.prepare("DELETE FROM event_block_part WHERE id = ?1"));
  return {};
}

BlockUpkeep::OfDataset& BlockUpkeep::of(cim::Dataset dataset) {
  const auto found = std::ranges::find(datasets_, dataset, &OfDataset::dataset);
  RW_ASSERT(found != datasets_.end());
  return *found;
}

core::Result<void> BlockUpkeep::look() {
  missing_.clear();
  for (OfDataset& of : datasets_) {
    RW_TRY(const bool row, of.ids.step());
    const bool empty = !row || of.ids.is_null(0);
    const std::int64_t first = empty ? 0 : of.ids.integer(0);
    const std::int64_t last = empty ? 0 : of.ids.integer(1);
    of.ids.reset();
    if (empty) continue;
    std::int64_t next = block_of(first);
    if (first_id_of(next) < first) ++next;
    const auto miss_up_to = [&](std::int64_t block) {
      for (; next < block; ++next) missing_.emplace_back(&of, next);
    };
    while (true) {
      RW_TRY(const bool more, of.written.step());
      if (!more) break;
      const std::int64_t block = of.written.integer(0);
      miss_up_to(block);
      next = std::max(next, block + 1);
    }
    of.written.reset();
    miss_up_to(block_of(last + 1));
  }
  return {};
}

core::Result<void> BlockUpkeep::step() {
  for (int i = 0; i < kStepBlocks && !missing_.empty(); ++i) {
    RW_CHECK(write(*missing_.back().first, missing_.back().second));
    missing_.pop_back();
  }
  return {};
}

core::Result<void> BlockUpkeep::write(OfDataset& of, std::int64_t block) {
  const auto parts = block_parts(of.dataset);
  std::vector<std::vector<std::int64_t>> values(parts.size());
  std::int64_t events = 0;
  std::int64_t earliest = std::numeric_limits<std::int64_t>::max();
  std::int64_t latest = std::numeric_limits<std::int64_t>::min();
  of.events.bind(1, first_id_of(block));
  of.events.bind(2, last_id_of(block));
  while (true) {
    RW_TRY(const bool row, of.events.step());
    if (!row) break;
    ++events;
    earliest = std::min(earliest, of.events.integer(1));
    latest = std::max(latest, of.events.integer(1));
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const int column = static_cast<int>(i) + 2;
      const bool is_text = of.events.type(column) == SQLITE_TEXT;
      values[i].push_back(is_text ? kTextAt + of.events.integer(0) - first_id_of(block) : of.events.integer(column));
    }
  }
  of.events.reset();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::string counts = encode_counts(counts_of(values[i]));
    add_part_.bind(1, part_id(parts[i], block));
    add_part_.bind_blob(2, counts);
    RW_CHECK(add_part_.run());
  }
  add_block_.bind(1, std::int64_t{static_cast<int>(of.dataset)});
  add_block_.bind(2, block);
  add_block_.bind(3, events);
  add_block_.bind(4, events == 0 ? 0 : earliest);
  add_block_.bind(5, events == 0 ? 0 : latest);
  return add_block_.run();
}

core::Result<void> BlockUpkeep::forget_ids(cim::Dataset dataset, std::int64_t after, std::int64_t last) {
  Statement& blocks = of(dataset).in_ids;
  blocks.bind(1, block_of(after + 1));
  blocks.bind(2, block_of(last));
  return forget(dataset, blocks);
}

core::Result<void> BlockUpkeep::forget_before(cim::Dataset dataset, core::Micros before) {
  Statement& blocks = of(dataset).from_before;
  blocks.bind(1, core::to_us(before));
  return forget(dataset, blocks);
}

core::Result<void> BlockUpkeep::forget(cim::Dataset dataset, Statement& blocks) {
  std::vector<std::int64_t> forgotten;
  while (true) {
    RW_TRY(const bool row, blocks.step());
    if (!row) break;
    forgotten.push_back(blocks.integer(0));
  }
  blocks.reset();
  for (const std::int64_t block : forgotten) {
    for (const BlockPart& part : block_parts(dataset)) {
      remove_part_.bind(1, part_id(part, block));
      RW_CHECK(remove_part_.run());
    }
    remove_block_.bind(1, std::int64_t{static_cast<int>(dataset)});
    remove_block_.bind(2, block);
    RW_CHECK(remove_block_.run());
  }
  return {};
}

}  // namespace rw::storage::sqlite
