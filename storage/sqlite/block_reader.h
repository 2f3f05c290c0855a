// The reading side of blocks.h. Its reader's clock is running.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "storage/sqlite/blocks.h"
#include "storage/sqlite/event_filters.h"
#include "storage/sqlite/reader.h"

namespace rw::storage::sqlite {

struct Block {
  std::int64_t number;
  bool is_known = false;      // what stands in it is written down; else the rest is not set
  std::int64_t events = 0;    // how many
  std::int64_t earliest = 0;  // time of an event; microseconds UTC
  std::int64_t latest = 0;
};

class BlockReader {
 public:
  static core::Result<BlockReader> open(SqliteReader& reader, cim::Dataset dataset);

  // In their order: those that may have an event with earliest <= time < latest.
  core::Result<std::vector<Block>> blocks(const std::optional<core::Micros>& earliest,
                                          const std::optional<core::Micros>& latest);
  // False: no event in the block passes.
  core::Result<bool> may_pass(const EventFilters& filters, const Block& block);
  // The values of a part of a block, and how often they are there; 0: null. Lives until the next call. nullopt: the
  // block is not known any more.
  core::Result<std::optional<CountsReader>> counts(const BlockPart& part, const Block& block);

 private:
  BlockReader(SqliteReader& reader, cim::Dataset dataset) : reader_(&reader), dataset_(dataset) {}

  SqliteReader* reader_;
  cim::Dataset dataset_;
  Statement part_;
};

}  // namespace rw::storage::sqlite
