// The search plan: what every front end compiles to. One query for the events of a dataset (filter, group, aggregate),
// which the store answers, and the steps on its few rows, which run here. Steps and filters may have plans of their own
// (a join, a subsearch as a search term).
// Immutable once built, shared between threads.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/cim/fields.h"
#include "daemon/cim/finding.h"
#include "daemon/core/result.h"
#include "daemon/core/time.h"
#include "daemon/core/time_modifier.h"
#include "daemon/detect/rows.h"
#include "storage/predicate.h"
#include "storage/store.h"

namespace rw::detect {

using storage::All;
using storage::always;
using storage::Any;
using storage::Compares;
using storage::Exists;
using storage::is_always;
using storage::is_never;
using storage::Matches;
using storage::negated;
using storage::never;
using storage::Not;
using storage::Predicate;
using storage::Same;

// ---- How they are grouped

struct GroupBy {
  std::string column;                 // of the result
  const cim::Field* field = nullptr;  // nullptr: the dataset has no such field, it is null in every event
  std::chrono::seconds span{0};       // of _time: buckets aligned to the local clock; a divisor of a day
};

enum class AggregateFunction {
  kCount,  // of events, or of the field where it is not null
  kMin,
  kMax,
  kDistinctCount,
  kValues,  // distinct texts by code point; one plain, several as a list
  kSum,
  kAverage,
  kEarliest,  // the field's value in the first event
  kLatest,
  // Of steps on rows only.
  kFirst,  // in order of rows
  kLast,
  kList,
  kMedian,
  kPercentile,
  kMode,
  kRange,
  kDeviation,
  kPopulationDeviation,
  kVariance,
  kPopulationVariance,
  kSumOfSquares,
  kEarliestTime,
  kLatestTime,
};
// The store can make it of events.
inline bool is_of_events(AggregateFunction function) { return function < AggregateFunction::kFirst; }

struct Aggregate {
  AggregateFunction function = AggregateFunction::kCount;
  bool counts_events = false;         // kCount without a field
  const cim::Field* field = nullptr;  // nullptr: as in GroupBy
  std::string column;
};

// A column of rows of events. Several fields: their texts together, each once.
struct Selected {
  std::string column;
  std::vector<const cim::Field*> fields;
};

struct Plan;

// A filter that is only known when its subsearches have run.
class OpenFilter {
 public:
  virtual ~OpenFilter() = default;
  // The filter, given the rows of the subsearches in their order. Errors: InvalidInput, Unsupported (a subsearch gave a
  // text that is no search), Limit. Warnings: a subsearch gave more rows than count.
  virtual core::Result<Predicate> close(std::vector<Rows> results, std::vector<std::string>& warnings) const = 0;
  virtual std::string print() const = 0;
};

// One row a group, in the order of the group-by values; without group-by, exactly one row. Or, with `select`, one row
// an event, the newest first.
struct EventQuery {
  cim::Dataset dataset = cim::Dataset::kRegistry;
  // With an open filter: what is sure without its subsearches; it lets more events through, never fewer.
  Predicate where;
  std::shared_ptr<const OpenFilter> open;
  std::vector<std::shared_ptr<const Plan>> subsearches;  // of the open filter
  std::vector<Selected> select;                          // not empty: neither `by` nor `aggregates`
  std::vector<GroupBy> by;
  std::vector<Aggregate> aggregates;
  std::optional<std::string> fill_null;  // for null group-by values; none: `where` lets no such event through
  std::chrono::seconds lookback{0};      // how far before the window it begins
  // What the search itself says of its time, from now(), in place of the window's own ends (earliest=-7d).
  std::optional<core::TimeModifier> earliest = std::nullopt;
  std::optional<core::TimeModifier> latest = std::nullopt;

  // It sees events of the window and no others.
  bool keeps_to_window() const { return lookback.count() == 0 && !earliest && !latest; }
};

// The time it looks at in a run over this window.
cim::Window time_of(const EventQuery& query, const cim::Window& window, core::Micros now, const core::TimeZone& zone);

// ---- What becomes of the rows

struct StepContext {
  const core::TimeZone& zone;
  cim::Window window;
  core::Micros now;                     // see SearchContext
  const storage::SearchLimits& limits;  // no step may make more
  std::vector<Rows> subsearches = {};   // results of the step's own plans
  std::vector<std::string>& warnings;   // for the operator
};

class RowStep {
 public:
  virtual ~RowStep() = default;
  // Whether what becomes of a row depends on this row alone, and the columns on none: then rows may come in portions.
  virtual bool works_row_by_row() const { return false; }
  // Whether without rows it makes none, whatever its subsearches give: then only their columns are asked for.
  virtual bool needs_rows() const { return false; }
  // Columns in which a row and its partners in the subsearch hold the same texts: partners of no row need not be read.
  virtual std::vector<std::string> meets_in() const { return {}; }
  // Whether a row without a partner is left out: then events that meet none in meets_in() need not be read either.
  virtual bool needs_partner() const { return false; }
  // SPL that reads back as the same step.
  virtual std::string print() const = 0;
  // The same for a listing in which the subsearches stand below.
  virtual std::string title() const { return print(); }
  // Errors: Limit; of a search term made by a subsearch also InvalidInput and Unsupported.
  virtual core::Result<void> apply(Rows& rows, StepContext& context) const = 0;
};

struct Step {
  std::shared_ptr<const RowStep> step;
  std::vector<std::shared_ptr<const Plan>> subsearches = {};
};

// The columns of the query's rows, as the first step sees them.
Rows columns_of(const EventQuery& events);

struct Plan {
  EventQuery events;
  std::vector<Step> steps;
  bool reads_events = true;  // false: it begins with no rows, and the first step makes them (inputlookup)
};

// For people and golden tests: one line a clause, subsearches indented.
std::string print(const Plan& plan);
std::string_view aggregate_name(AggregateFunction function);

}  // namespace rw::detect
