// Deletes rows that are too old, a bounded number a call, inside the caller's transaction. The row with the highest id
// of a table always stays: SQLite gives the next row the highest id plus one, and an id must never stand for another
// row (pages of lists, sieves and searches hold on to ids). Used on the writer's thread only.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "daemon/core/time.h"
#include "storage/sqlite/connection.h"

namespace rw::storage::sqlite {

class Expiry {
 public:
  static constexpr std::int64_t kStepRows = 2000;

  enum class Events : std::size_t { kRegistry, kProcesses };
  // Tables whose ids are in the order of arrival, and what their rows' age is taken from.
  enum class Rows : std::size_t {
    kRegistryEvents,    // arrival
    kProcessEvents,     // arrival
    kRiskEvents,        // created
    kNotables,          // created
    kThrottleTriggers,  // created
    kRuns,              // finished; the newest scheduled time of each kind of each detection stays: it is the ledger
  };

  // The connection outlives this.
  core::Result<void> prepare(Connection& connection);

  // Deletes events whose own time is before, the oldest first. Returns how many.
  core::Result<std::int64_t> delete_before(Events events, core::Micros before);

  // A walk through a table in the order of ids looks at kStepRows a step. It ends (over) where the rows are young: of
  // the last slice none was too old. Rows from a future that the clock has come back from are passed over.
  struct Walk {
    std::int64_t after = 0;  // ids up to here are done
    bool over = false;
  };
  // Deletes those of the next slice that are older. Returns how many.
  core::Result<std::int64_t> delete_older(Rows rows, core::Micros before, core::Micros now, Walk& walk);

  // The time before which the oldest kStepRows events of the table with the oldest one are; nullopt: no event can go.
  core::Result<std::optional<core::Micros>> oldest_step();
  // nullopt: there is no event.
  core::Result<std::optional<core::Micros>> oldest_event();
  // How many events there are, at most: from the ids.
  core::Result<std::int64_t> events_at_most();

 private:
  struct OfEvents {
    Statement remove, oldest, nth, first, span;
  };
  struct OfRows {
    Statement slice, remove;
  };

  Connection* connection_ = nullptr;
  std::array<OfEvents, 2> events_;
  std::array<OfRows, 6> rows_;
};

}  // namespace rw::storage::sqlite
