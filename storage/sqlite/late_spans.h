// The writer's part in late events (see storage/late.h): which time was searched, and in which minutes events came into
// it since. Used on the writer's thread only, inside its transaction.
#pragma once

#include <cstdint>
#include <map>
#include <utility>

#include "daemon/cim/fields.h"
#include "daemon/cim/finding.h"
#include "storage/late.h"
#include "storage/sqlite/connection.h"

namespace rw::storage::sqlite {

class LateSpans {
 public:
  // The connection outlives it.
  core::Result<void> prepare(Connection& connection);
  // Reads what was searched: at start, after a rollback, and when another process has written.
  core::Result<void> load();

  core::Result<void> announce(const SearchedTime& searched);
  bool is_late(core::Micros time) const { return time >= searched_.earliest && time < searched_.latest; }
  // An event that was added and is late.
  void add(cim::Dataset dataset, core::Micros time, std::int64_t id);
  core::Result<void> settle(const LateSpan& done);
  // Writes what add() took.
  core::Result<void> flush();
  // The transaction is rolled back: load() comes next.
  void forget() { added_.clear(); }

 private:
  struct Ids {
    std::int64_t first;
    std::int64_t last;
  };

  cim::Window searched_{core::Micros::max(), core::Micros::min()};  // none
  std::map<std::pair<core::Micros, cim::Dataset>, Ids> added_;
  Statement select_, replace_, extend_, remove_, shorten_;
};

}  // namespace rw::storage::sqlite
