// The steps of plans made from Sigma rules. Immutable.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "daemon/detect/plan.h"
#include "daemon/detect/sigma/rule.h"

namespace rw::detect::sigma {

// Puts the rows of its subsearch below; columns of the same name are one.
std::shared_ptr<const RowStep> append_step();

// What correlate_step() reads: a row for each rule, group and exact time. The columns are these, before them those of
// the group and of the counted values, in the order and under the names that group_column() and value_column() give.
inline constexpr std::string_view kTimeColumn = "time";  // epoch seconds
inline constexpr std::string_view kEventsColumn = "events";
inline constexpr std::string_view kDestColumn = "dest";
inline constexpr std::string_view kUserColumn = "user";
inline constexpr std::string_view kRuleColumn = "rule";  // its number in the correlation
std::string group_column(std::string_view group_by);
std::string value_column(std::string_view field);

// Says of which of the correlation's rules the rows are.
std::shared_ptr<const RowStep> label_step(std::int64_t rule);

struct Correlating {
  CorrelationType type = CorrelationType::kEventCount;
  std::vector<std::string> rules;  // titles, in the correlation's order
  std::vector<std::string> group_by;
  std::vector<std::string> fields;
  std::chrono::seconds timespan{0};
  std::vector<Bound> bounds;
  // How far before the run's window a burst may end, for a correlation of correlations.
  std::chrono::seconds beyond{0};
};

// Slides the timespan over each group's events (values compare folded). A span is looked at when no event could be
// added to it, and it holds when its count is within the bounds: events, distinct values, distinct rules, or rules one
// after another. Spans that hold and overlap are one burst; a row for each burst that ends in the run's window.
// Columns: the group-by fields, dest and user (all values of the burst), rules, values (of a value_count), count,
// firstTime, lastTime.
std::shared_ptr<const RowStep> correlate_step(Correlating correlating);

// The rows of a correlation as the events of another: a burst is one event at its last time. from: for each group
// column of the outer one, the column of the inner one.
std::shared_ptr<const RowStep> as_events_step(std::vector<std::pair<std::string, std::string>> from);

}  // namespace rw::detect::sigma
