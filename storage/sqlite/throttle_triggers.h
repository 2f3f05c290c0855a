// Throttling: which rows have made findings, so that others like them make none for a while (cim::ThrottledRow). What a
// row triggered stands in the table throttle_trigger, written with its findings. Used on the writer's thread only.
#pragma once

#include "daemon/cim/finding.h"
#include "storage/sqlite/connection.h"

namespace rw::storage::sqlite {

class ThrottleTriggers {
 public:
  // The connection outlives this.
  core::Result<void> prepare(Connection& connection);

  // Whether the row's findings are to be kept, inside the caller's transaction: true for a row that has triggered
  // before (its window is searched again), and for one that no other is like within the period; it triggers from now
  // on. Rows are decided in the order of the calls.
  core::Result<bool> admit(const cim::ThrottledRow& row);

 private:
  Statement triggered_, near_, insert_;
};

}  // namespace rw::storage::sqlite
