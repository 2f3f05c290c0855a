// The search plan: what every front end compiles to. One query for the events of a dataset (filter, group, aggregate),
// which the store answers, and the steps on its few rows, which run here. A step may have a plan of its own (a join).
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
#include "daemon/detect/rows.h"
#include "storage/predicate.h"

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
  kFirst,  // in order of rows; steps only
  kLast,
  kList,
};

struct Aggregate {
  AggregateFunction function = AggregateFunction::kCount;
  bool counts_events = false;         // kCount without a field
  const cim::Field* field = nullptr;  // nullptr: as in GroupBy
  std::string column;
};

// One row a group, in the order of the group-by values; without group-by, exactly one row.
struct EventQuery {
  cim::Dataset dataset = cim::Dataset::kRegistry;
  Predicate where;
  std::vector<GroupBy> by;
  std::vector<Aggregate> aggregates;
  std::optional<std::string> fill_null;  // for null group-by values; none: `where` lets no such event through
  std::chrono::seconds lookback{0};      // how far before the window it begins
};

// ---- What becomes of the rows

struct StepContext {
  const core::TimeZone& zone;
  cim::Window window;
  core::Micros now;                    // see SearchContext
  std::int64_t max_rows;               // no step may make more
  Rows subsearch = {};                 // result of the step's own plan
  std::vector<std::string>& warnings;  // for the operator
};

class RowStep {
 public:
  virtual ~RowStep() = default;
  // Whether what becomes of a row depends on this row alone, and the columns on none: then rows may come in portions.
  virtual bool works_row_by_row() const { return false; }
  // Whether without rows it makes none and its columns do not matter: then its subsearch need not run.
  virtual bool needs_rows() const { return false; }
  // SPL that reads back as the same step.
  virtual std::string print() const = 0;
  // Errors: Limit.
  virtual core::Result<void> apply(Rows& rows, StepContext& context) const = 0;
};

struct Plan;

struct Step {
  std::shared_ptr<const RowStep> step;
  std::shared_ptr<const Plan> subsearch;  // nullptr: the step has none
};

struct Plan {
  EventQuery events;
  std::vector<Step> steps;
};

// For people and golden tests: one line a clause, subsearches indented.
std::string print(const Plan& plan);
std::string_view aggregate_name(AggregateFunction function);

}  // namespace rw::detect
