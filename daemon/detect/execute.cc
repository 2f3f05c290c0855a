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

StepContext step_context(const SearchContext& context, std::vector<std::string>& warnings) {
  return {context.zone, context.window, context.now, context.limits.max_rows, {}, warnings};
}

// Rows are taken through the first steps so many at a time, so that a search that keeps few of millions of groups
// (by the length of their data, say) does not hold them all.
constexpr std::size_t kPortion = 1024;

// The rows of the plan's query after the first `steps` of its steps, each of which looks at one row alone.
class Portions {
 public:
  Portions(const Plan& plan, std::size_t steps, const SearchContext& context, std::vector<std::string>& warnings)
      : plan_(plan), steps_(steps), context_(context), warnings_(warnings) {}

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
      StepContext context = step_context(context_, warnings_);
      RW_CHECK(plan_.steps[i].step->apply(rows, context));
    }
    // Columns come of the columns before, not of the rows: they are the same in every portion.
    std::vector<Row> kept = std::exchange(kept_.rows, {});
    std::move(rows.rows.begin(), rows.rows.end(), std::back_inserter(kept));
    kept_ = std::move(rows);
    kept_.rows = std::move(kept);
    const std::int64_t max_rows = context_.limits.max_rows;
    if (static_cast<std::int64_t>(kept_.rows.size()) > max_rows) return storage::too_many_rows(max_rows);
    return {};
  }

  const Plan& plan_;
  const std::size_t steps_;
  const SearchContext& context_;
  std::vector<std::string>& warnings_;
  std::vector<Row> portion_;
  Rows kept_;
};

// The rows of the query's events: from the window, or from what a tick's sieve left of it.
core::Result<void> scan(const EventQuery& events, const SearchContext& context, const storage::RowSink& sink) {
  cim::Window window = context.window;
  window.earliest -= events.lookback;
  const storage::Dialect* dialect = &context.dialect;
  if (context.sifted != nullptr) {
    const auto sifted = context.sifted->find(&events);
    if (sifted != context.sifted->end()) {
      if (sifted->second.nothing && !events.by.empty()) return {};  // without BY there is always a row
      if (sifted->second.dialect) dialect = sifted->second.dialect.get();
    }
  }
  return context.reader.scan(emit_sql(events, *dialect, window, context.zone), context.limits.timeout, sink);
}

}  // namespace

core::Result<Rows> execute(const Plan& plan, const SearchContext& context, std::vector<std::string>& warnings) {
  const auto first = std::find_if(plan.steps.begin(), plan.steps.end(),
                                  [](const Step& step) { return !step.step->works_row_by_row(); });
  Portions portions(plan, static_cast<std::size_t>(first - plan.steps.begin()), context, warnings);
  RW_CHECK(scan(plan.events, context, [&](Row row) { return portions.add(std::move(row)); }));
  RW_TRY(Rows rows, portions.finish());
  for (auto step = first; step != plan.steps.end(); ++step) {
    StepContext step_with = step_context(context, warnings);
    if (step->subsearch && (!rows.rows.empty() || !step->step->needs_rows())) {
      RW_TRY(step_with.subsearch, execute(*step->subsearch, context, warnings));
    }
    RW_CHECK(step->step->apply(rows, step_with));
  }
  return rows;
}

}  // namespace rw::detect
