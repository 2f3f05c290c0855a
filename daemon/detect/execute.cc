#include "daemon/detect/execute.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <utility>
#include <vector>

#include "daemon/detect/emit_sql.h"

namespace rw::detect {
namespace {

bool is_time(const cim::Field* field) { return field != nullptr && field->type == cim::FieldType::kTime; }

// A time as the store gives it (microseconds; an average may have a fraction) in epoch seconds.
storage::Value seconds_of(const storage::Value& value) {
  if (const auto* us = std::get_if<std::int64_t>(&value)) return epoch_seconds(*us);
  if (const auto* us = std::get_if<double>(&value)) return value_of_number(*us / 1e6);
  return value;
}

// The JSON array of values().
core::Result<storage::Value> texts_of_json(const storage::Value& value) {
  const auto* json = std::get_if<std::string>(&value);
  const nlohmann::json array = json == nullptr ? nlohmann::json() : nlohmann::json::parse(*json, nullptr, false);
  if (!array.is_array()) {
    return core::Error{core::ErrorCode::kInternal, "the store answered values() with something else than a JSON array"};
  }
  std::vector<std::string> texts;
  for (const nlohmann::json& element : array) {
    if (element.is_string()) texts.push_back(element.get<std::string>());
  }
  return value_of_texts(std::move(texts));
}

core::Result<storage::Value> convert(const Aggregate& aggregate, storage::Value value) {
  switch (aggregate.function) {
    case AggregateFunction::kCount:
    case AggregateFunction::kDistinctCount:
      return value;
    case AggregateFunction::kValues:
      return texts_of_json(value);
    default:
      break;
  }
  if (is_time(aggregate.field)) return seconds_of(value);
  if (const auto* number = std::get_if<double>(&value)) return value_of_number(*number);
  return value;
}

// Rows are taken through the first steps so many at a time, so that a search that keeps few of millions of groups
// (by the length of their data, say) does not hold them all.
constexpr std::size_t kPortion = 1024;

// The rows of the plan's query after the first `steps` of its steps, each of which looks at one row alone.
class Portions {
 public:
  Portions(const Plan& plan, std::size_t steps, Execution& execution)
      : plan_(plan), steps_(steps), execution_(execution) {}

  core::Result<void> add(Row row) {
    const std::size_t columns = plan_.events.by.size() + plan_.events.aggregates.size();
    if (row.size() != columns) {
      return core::Error{core::ErrorCode::kInternal, "the store answered with another number of columns than asked"};
    }
    portion_.push_back(std::move(row));
    return portion_.size() < kPortion ? core::Result<void>() : take_in();
  }

  core::Result<Rows> finish() {
    RW_CHECK(take_in());
    return std::move(kept_);
  }

 private:
  core::Result<void> take_in() {
    const EventQuery& events = plan_.events;
    Rows rows;
    rows.fill_null = events.fill_null;
    for (const GroupBy& by : events.by) rows.columns.push_back({by.column, true});
    for (const Aggregate& aggregate : events.aggregates) rows.columns.push_back({aggregate.column, false});
    rows.rows = std::exchange(portion_, {});
    for (Row& row : rows.rows) {
      for (std::size_t i = 0; i < events.by.size(); ++i) {
        if (is_time(events.by[i].field)) row[i] = seconds_of(row[i]);
      }
      for (std::size_t i = 0; i < events.aggregates.size(); ++i) {
        storage::Value& value = row[events.by.size() + i];
        RW_TRY(value, convert(events.aggregates[i], std::move(value)));
      }
    }
    for (std::size_t i = 0; i < steps_; ++i) {
      StepContext context{execution_.zone, execution_.limits.max_rows, {}, execution_.warnings};
      RW_CHECK(plan_.steps[i].step->apply(rows, context));
    }
    // Columns come of the columns before, not of the rows: they are the same in every portion.
    std::vector<Row> kept = std::exchange(kept_.rows, {});
    std::move(rows.rows.begin(), rows.rows.end(), std::back_inserter(kept));
    kept_ = std::move(rows);
    kept_.rows = std::move(kept);
    const std::int64_t max_rows = execution_.limits.max_rows;
    if (static_cast<std::int64_t>(kept_.rows.size()) > max_rows) return storage::too_many_rows(max_rows);
    return {};
  }

  const Plan& plan_;
  const std::size_t steps_;
  Execution& execution_;
  std::vector<Row> portion_;
  Rows kept_;
};

}  // namespace

core::Result<Rows> execute(const Plan& plan, Execution& execution) {
  const auto first = std::find_if(plan.steps.begin(), plan.steps.end(),
                                  [](const Step& step) { return !step.step->works_row_by_row(); });
  Portions portions(plan, static_cast<std::size_t>(first - plan.steps.begin()), execution);
  RW_CHECK(execution.reader.scan(emit_sql(plan.events, execution.dialect, execution.window, execution.zone),
                                 execution.limits.timeout, [&](Row row) { return portions.add(std::move(row)); }));
  RW_TRY(Rows rows, portions.finish());
  for (auto step = first; step != plan.steps.end(); ++step) {
    StepContext context{execution.zone, execution.limits.max_rows, {}, execution.warnings};
    if (step->subsearch) {
      RW_TRY(context.subsearch, execute(*step->subsearch, execution));
    }
    RW_CHECK(step->step->apply(rows, context));
  }
  return rows;
}

}  // namespace rw::detect
