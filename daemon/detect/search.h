// A compiled search: SPL (or Sigma) text → plan → one SQL query for the events plus the steps that follow on its few
// rows. Immutable and thread-safe once compiled; each run uses the caller's Reader.
#pragma once

#include <string>
#include <vector>

#include "daemon/cim/finding.h"
#include "daemon/core/result.h"
#include "daemon/core/time.h"
#include "storage/store.h"

namespace rw::detect {

// Rows of a search. group_columns: the columns of `table` that hold the group-by values of the search, by which a row
// is the same row when the search runs again (counts and last times change, these do not). Empty: all columns count.
struct SearchResult {
  storage::Table table;
  std::vector<std::string> group_columns;
  std::vector<std::string> warnings;  // e.g. a subsearch hit its row limit
};

class Search {
 public:
  virtual ~Search() = default;

  // Errors: those of storage::Reader::query.
  virtual core::Result<SearchResult> run(storage::Reader& reader, const storage::Dialect& dialect,
                                         const cim::Window& window, const core::TimeZone& zone,
                                         const storage::SearchLimits& limits) const = 0;

  // For people: the plan, one step a line, and the SQL with its bound values for this window.
  virtual std::string explain_plan() const = 0;
  virtual std::string explain_sql(const storage::Dialect& dialect, const cim::Window& window,
                                  const core::TimeZone& zone) const = 0;
};

}  // namespace rw::detect
