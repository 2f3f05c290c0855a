// A compiled search: SPL or a Sigma rule → plan → one SQL query for the events plus the steps that follow on its few
// rows. Immutable and thread-safe once compiled; each run uses the caller's Reader.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "daemon/cim/finding.h"
#include "daemon/core/result.h"
#include "daemon/core/time.h"
#include "daemon/detect/plan.h"
#include "storage/dialect.h"
#include "storage/sieve.h"
#include "storage/store.h"

namespace rw::detect {

// What a tick's sieve left of each query (see tick.h).
using SiftedQueries = std::map<const EventQuery*, storage::Sifted>;

// One run of a search.
struct SearchContext {
  storage::Reader& reader;
  const storage::Dialect& dialect;
  cim::Window window;
  const core::TimeZone& zone;
  // What now() says: the scheduled time of the run, so that the same run gives the same rows whenever it happens.
  core::Micros now;
  storage::SearchLimits limits = {};
  const SiftedQueries* sifted = nullptr;  // nullptr: every query looks at the window itself
};

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

  // Errors: those of storage::Reader::scan; Limit.
  virtual core::Result<SearchResult> run(const SearchContext& context) const = 0;

  // The query of the plan and those of its subsearches; they live as long as the search.
  virtual std::vector<const EventQuery*> queries() const = 0;

  // Whether a query reads the dataset. One that reads Risk sees the findings of the detections that ran before.
  bool reads(cim::Dataset dataset) const;

  // The time that a run over this window looks at: from the first to the last of its queries.
  cim::Window time_read(const cim::Window& window, core::Micros now, const core::TimeZone& zone) const;

  // For people: the plan, one step a line, and the SQL with its bound values for this window.
  virtual std::string explain_plan() const = 0;
  virtual std::string explain_sql(const storage::Dialect& dialect, const cim::Window& window,
                                  const core::TimeZone& zone) const = 0;
};

std::shared_ptr<const Search> make_search(Plan plan);

}  // namespace rw::detect
