// The writing side of blocks.h: writes blocks down, and takes back what is no longer true of one. Used on the writer's
// thread only, each call inside the caller's transaction.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <utility>
#include <vector>

#include "daemon/core/time.h"
#include "storage/sqlite/blocks.h"
#include "storage/sqlite/connection.h"

namespace rw::storage::sqlite {

class BlockUpkeep {
 public:
  // The connection outlives this.
  core::Result<void> prepare(Connection& connection);

  // Finds the blocks that are not written down although all their ids are given; not that which retention has cut into.
  core::Result<void> look();
  bool over() const { return missing_.empty(); }
  // Writes some of these down, the newest first.
  core::Result<void> step();

  // Events with ids above `after` and up to `last` went.
  core::Result<void> forget_ids(cim::Dataset dataset, std::int64_t after, std::int64_t last);
  // Events whose own time is before went.
  core::Result<void> forget_before(cim::Dataset dataset, core::Micros before);

 private:
  struct OfDataset {
    cim::Dataset dataset;
    Statement ids, events, written, in_ids, from_before;
  };
  OfDataset& of(cim::Dataset dataset);
  core::Result<void> write(OfDataset& of, std::int64_t block);
  core::Result<void> forget(cim::Dataset dataset, Statement& blocks);

  std::array<OfDataset, std::size(kEventDatasets)> datasets_;
  Statement add_block_, add_part_, remove_block_, remove_part_;
  std::vector<std::pair<OfDataset*, std::int64_t>> missing_;
};

}  // namespace rw::storage::sqlite
