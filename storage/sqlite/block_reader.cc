#include "storage/sqlite/block_reader.h"

#include <fmt/format.h>

namespace rw::storage::sqlite {

core::Result<BlockReader> BlockReader::open(SqliteReader& reader, cim::Dataset dataset) {
  BlockReader blocks(reader, dataset);
  RW_TRY(blocks.part_, reader.prepare("SELECT counts FROM event_block_part WHERE id = ?1"));
  return blocks;
}

core::Result<std::vector<Block>> BlockReader::blocks(const std::optional<core::Micros>& earliest,
                                                     const std::optional<core::Micros>& latest) {
  std::vector<Block> blocks;
  RW_TRY(Statement ids, reader_->prepare(id_limits(dataset_)));
  RW_TRY(const bool has_ids, reader_->step(ids));
  if (!has_ids || ids.is_null(0)) return blocks;
  std::int64_t next = block_of(ids.integer(0));
  const std::int64_t last = block_of(ids.integer(1));
  const auto add_unknown_up_to = [&](std::int64_t block) {
    for (; next < block; ++next) blocks.push_back({.number = next});
  };

  RW_TRY(Statement known,
         reader_->prepare(fmt::format("SELECT block, events, earliest, latest FROM event_block"
                                      " WHERE dataset = {} AND block >= ?1 AND block <= ?2 ORDER BY block",
                                      static_cast<int>(dataset_))));
  known.bind(1, next);
  known.bind(2, last);
  while (true) {
    RW_TRY(const bool row, reader_->step(known));
    if (!row) break;
    const Block block{.number = known.integer(0),
                      .is_known = true,
                      .events = known.integer(1),
                      .earliest = known.integer(2),
                      .latest = known.integer(3)};
    add_unknown_up_to(block.number);
    next = block.number + 1;
    if (block.events == 0 || (earliest && block.latest < core::to_us(*earliest)) ||
        (latest && block.earliest >= core::to_us(*latest))) {
      continue;
    }
    blocks.push_back(block);
  }
  add_unknown_up_to(last + 1);
  return blocks;
}

core::Result<bool> BlockReader::may_pass(const EventFilters& filters, const Block& block) {
  if (!block.is_known) return true;
  for (const EventFilters::ById& filter : filters.by_id) {
    RW_TRY(std::optional<CountsReader> values, counts(*filter.part, block));
    if (!values) return true;
    bool found = false;
    while (!found && values->next()) found = filter.values->has(values->value());
    if (!found) return false;
  }
  return true;
}

core::Result<std::optional<CountsReader>> BlockReader::counts(const BlockPart& part, const Block& block) {
  part_.reset();
  part_.bind(1, part_id(part, block.number));
  RW_TRY(const bool row, reader_->step(part_));
  return row ? std::optional<CountsReader>(part_.blob(0)) : std::nullopt;
}

}  // namespace rw::storage::sqlite
