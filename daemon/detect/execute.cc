#include "daemon/detect/execute.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <utility>

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

core::Result<Rows> rows_of(storage::Table table, const EventQuery& events) {
  Rows rows;
  rows.fill_null = events.fill_null;
  for (const GroupBy& by : events.by) rows.columns.push_back({by.column, true});
  for (const Aggregate& aggregate : events.aggregates) rows.columns.push_back({aggregate.column, false});
  rows.rows = std::move(table.rows);
  for (Row& row : rows.rows) {
    if (row.size() != rows.columns.size()) {
      return core::Error{core::ErrorCode::kInternal, "the store answered with another number of columns than asked"};
    }
    for (std::size_t i = 0; i < events.by.size(); ++i) {
      if (is_time(events.by[i].field)) row[i] = seconds_of(row[i]);
    }
    for (std::size_t i = 0; i < events.aggregates.size(); ++i) {
      storage::Value& value = row[events.by.size() + i];
      RW_TRY(value, convert(events.aggregates[i], std::move(value)));
    }
  }
  return rows;
}

}  // namespace

core::Result<Rows> execute(const Plan& plan, Execution& execution) {
  const storage::Query query = emit_sql(plan.events, execution.dialect, execution.window, execution.zone);
  RW_TRY(storage::Table table, execution.reader.query(query, execution.limits));
  RW_TRY(Rows rows, rows_of(std::move(table), plan.events));
  for (const Step& step : plan.steps) {
    StepContext context{execution.zone, execution.limits.max_rows, {}, execution.warnings};
    if (step.subsearch) {
      RW_TRY(context.subsearch, execute(*step.subsearch, execution));
    }
    RW_CHECK(step.step->apply(rows, context));
  }
  return rows;
}

}  // namespace rw::detect
