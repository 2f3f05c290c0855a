// Looks for faults in a database, while others use it. Nothing is changed, not even the schema of an old one.
#pragma once

#include <string>
#include <vector>

#include "daemon/core/result.h"

namespace rw::storage::sqlite {

struct Examined {
  enum class Outcome { kOk, kNote, kFault };
  std::string check;  // "integrity", "references", …
  Outcome outcome = Outcome::kOk;
  std::string detail;
};

// "ok", "note", "fault"
std::string_view outcome_name(Examined::Outcome outcome);

// One or more for each check, in order:
//   schema      the version is one that this program knows
//   integrity   PRAGMA integrity_check: pages, b-trees, indexes, constraints
//   references  every id of an event stands for a row, and of those rows again
//   origins     every log that events are known in has exactly one name
//   unused      rows that no event refers to: they go with the next sweep (a note)
//   duplicates  texts with several ids: the writer had forgotten one (a note)
//   ledger      where a detection's windows follow each other without a gap, none is missing between its first and last
//               run that is kept; and which runs failed or were missed (a note). A schedule whose windows do not follow
//               each other is not judged.
// A check that cannot be made is a fault that says why. Errors: NotFound, Io (it cannot be opened at all).
core::Result<std::vector<Examined>> check(const std::string& data_dir);

}  // namespace rw::storage::sqlite
