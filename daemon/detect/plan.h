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
#include <variant>
#include <vector>

#include "daemon/cim/fields.h"
#include "daemon/core/result.h"
#include "daemon/core/text_pattern.h"
#include "daemon/core/time.h"
#include "daemon/detect/rows.h"
#include "storage/dialect.h"

namespace rw::detect {

// ---- Which events. A test of a null field is false, so there is no third value here.

struct Predicate;

struct All {
  std::vector<Predicate> terms;  // none: true
};
struct Any {
  std::vector<Predicate> terms;  // none: false
};
struct Not {
  std::shared_ptr<const Predicate> term;
};
struct Matches {
  const cim::Field* field;
  core::TextPattern pattern;
};
struct Exists {
  const cim::Field* field;
};
struct Compares {
  const cim::Field* field;
  storage::CompareOp op;
  std::string constant;
};

struct Predicate {
  std::variant<All, Any, Not, Matches, Exists, Compares> node;
};

Predicate always();
Predicate never();
bool is_always(const Predicate& predicate);
bool is_never(const Predicate& predicate);

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
};

// ---- What becomes of the rows

struct StepContext {
  const core::TimeZone& zone;
  std::int64_t max_rows;               // no step may make more
  Rows subsearch = {};                 // result of the step's own plan
  std::vector<std::string>& warnings;  // for the operator
};

class RowStep {
 public:
  virtual ~RowStep() = default;
  // Whether what becomes of a row depends on this row alone, and the columns on none: then rows may come in portions.
  virtual bool works_row_by_row() const { return false; }
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
std::string print(const Predicate& predicate);
std::string_view aggregate_name(AggregateFunction function);

}  // namespace rw::detect
