#include "storage/sqlite/dialect.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "daemon/core/text.h"

namespace rw::storage::sqlite {
namespace {

bool fills(const cim::Field& field) { return field.fill == cim::Fill::kUnknown; }

// The field made of a stored text, as the data model shows it.
std::string filled(const cim::Field& field, const Column& column, const std::string& part) {
  return column.part != Part::kWhole && fills(field) ? fmt::format("ifnull({}, 'unknown')", part) : part;
}

}  // namespace

std::string passing_ids(const cim::Field& field, const Column& column, const TestOfText& on) {
  if (column.place == Place::kTerm || column.place == Place::kMixed) {
    return fmt::format("SELECT id FROM term WHERE {}", on(filled(field, column, part_of(column, "text"))));
  }
  const std::string text = fills(field) ? fmt::format("ifnull({}, 'unknown')", column.sql) : std::string(column.sql);
  return fmt::format("SELECT d.id FROM {} d WHERE {}", dimension_of(column.place).table, on(text));
}

std::string SqliteDialect::test(cim::Dataset dataset, const cim::Field& field, const Column& column, bool on_unknown,
                                const TestOfText& on) const {
  const int null_outcome = fills(field) && on_unknown ? 1 : 0;
  switch (column.place) {
    case Place::kNowhere:
      return fmt::format("{}", null_outcome);
    case Place::kConstant:
      return on(fmt::format("'{}'", column.sql));
    case Place::kTime:
      return fmt::format("ifnull({}, 0)", on("CAST(e.time / 1000000 AS TEXT)"));
    case Place::kList:
      return fmt::format("EXISTS (SELECT 1 FROM json_each({}) WHERE {})", column.sql, on("value"));
    case Place::kText:
      return fmt::format("ifnull({}, 0)", on(this->field(dataset, field)));
    default:
      break;
  }
  if (rows_ == Rows::kFew) return fmt::format("ifnull({}, 0)", on(this->field(dataset, field)));
  switch (column.place) {
    case Place::kTerm:
      return fmt::format("CASE WHEN {0} IS NULL THEN {1} ELSE {0} IN ({2}) END", column.sql, null_outcome,
                         passing_ids(field, column, on));
    case Place::kMixed:
      return fmt::format(
          "CASE typeof({0}) WHEN 'null' THEN {1} WHEN 'integer' THEN {0} IN ({2}) ELSE ifnull({3}, 0) END", column.sql,
          null_outcome, passing_ids(field, column, on), on(filled(field, column, part_of_own(column, column.sql))));
    default:
      return fmt::format("{} IN ({})", dimension_of(column.place).key, passing_ids(field, column, on));
  }
}

std::string SqliteDialect::bind(Value value, std::vector<Value>& binds) const {
  binds.push_back(std::move(value));
  return fmt::format("?{}", binds.size());
}

std::string SqliteDialect::from(cim::Dataset dataset, const cim::Window& window, std::vector<Value>& binds) const {
  const std::string earliest = bind(core::to_us(window.earliest), binds);
  const std::string latest = bind(core::to_us(window.latest), binds);
  return fmt::format("FROM {} e WHERE {} AND {}", table_of(dataset), since(earliest), before(latest));
}

std::string SqliteDialect::field(cim::Dataset dataset, const cim::Field& field) const {
  const Column column = column_of(dataset, field);
  std::string text;
  switch (column.place) {
    case Place::kNowhere:
      return fills(field) ? "'unknown'" : "NULL";
    case Place::kTime:
      return "e.time";
    case Place::kConstant:
      return fmt::format("'{}'", column.sql);
    case Place::kTerm:
      text = fmt::format("(SELECT {} FROM term WHERE id = {})", part_of(column, "text"), column.sql);
      break;
    case Place::kMixed:
      text = fmt::format("CASE typeof({0}) WHEN 'integer' THEN (SELECT {1} FROM term WHERE id = {0}) ELSE {2} END",
                         column.sql, part_of(column, "text"), part_of_own(column, column.sql));
      break;
    case Place::kText:
    case Place::kList:
      text = fmt::format("({})", column.sql);
      break;
    case Place::kPath:
    case Place::kActor:
    case Place::kSource: {
      const Dimension dimension = dimension_of(column.place);
      text = fmt::format("(SELECT {} FROM {} d WHERE d.id = {})", column.sql, dimension.table, dimension.key);
      break;
    }
  }
  return fills(field) ? fmt::format("ifnull({}, 'unknown')", text) : text;
}

std::string SqliteDialect::matches(cim::Dataset dataset, const cim::Field& field, const core::TextTest& wanted,
                                   std::vector<Value>& binds) const {
  if (wanted.is_any()) return exists(dataset, field);
  const Column column = column_of(dataset, field);
  if (column.place == Place::kConstant) return wanted.matches(column.sql) ? "1" : "0";
  std::string placeholder;
  return test(dataset, field, column, wanted.matches(cim::kUnknownText), [&](std::string_view text) {
    if (placeholder.empty()) placeholder = bind(wanted.encode(), binds);
    return fmt::format("rw_match({}, {})", text, placeholder);
  });
}

std::string SqliteDialect::exists(cim::Dataset dataset, const cim::Field& field) const {
  if (fills(field)) return "1";
  const Column column = column_of(dataset, field);
  const bool whole = column.part == Part::kWhole;
  switch (column.place) {
    case Place::kConstant:
    case Place::kTime:
      return "1";
    case Place::kText:
    case Place::kList:
      return fmt::format("({}) IS NOT NULL", column.sql);
    case Place::kTerm:
    case Place::kMixed:
      if (whole) return fmt::format("{} IS NOT NULL", column.sql);
      break;
    default:
      break;
  }
  return test(dataset, field, column, false, [](std::string_view text) { return fmt::format("{} IS NOT NULL", text); });
}

std::string SqliteDialect::compare(cim::Dataset dataset, const Compares& compares, std::vector<Value>& binds) const {
  const cim::Field& field = *compares.field;
  const Column column = column_of(dataset, field);
  if (column.place == Place::kTime) {
    const std::optional<double> seconds = core::number_of(compares.constant);
    if (!seconds) return "0";
    // What no integer holds is further away than any event, and must stay on its side of them.
    constexpr double kFurthest = 9e18;
    const std::int64_t us = std::llround(std::clamp(*seconds * 1e6, -kFurthest, kFurthest));
    return fmt::format("e.time {} {}", op_text(compares.op), bind(us, binds));
  }
  // A constant's outcome is left to the engine, so that rw_compare alone says how values compare.
  const std::string placeholder = bind(compares.constant, binds);
  const auto on = [&](std::string_view text) {
    const std::string outcome = fmt::format("rw_compare({}, {}) {} 0", text, placeholder, op_text(compares.op));
    return compares.numbers_only ? fmt::format("rw_number({}) IS NOT NULL AND {}", text, outcome) : outcome;
  };
  if (column.place == Place::kNowhere) return fills(field) ? on("'unknown'") : "0";
  if (column.place == Place::kTerm || column.place == Place::kMixed) {
    return fmt::format("ifnull({}, 0)", on(this->field(dataset, field)));
  }
  return test(dataset, field, column, false, on);
}

std::string SqliteDialect::same(cim::Dataset dataset, const Same& same) const {
  const char* function = same.case_rule == core::TextPattern::Case::kFolded ? "rw_fold" : "";
  return fmt::format("ifnull({0}({1}) = {0}({2}), 0)", function, field(dataset, *same.field),
                     field(dataset, *same.other));
}

std::string SqliteDialect::newest_first() const { return "e.time DESC, e.id DESC"; }

std::string SqliteDialect::values_aggregate(std::string_view expression) const {
  return fmt::format("rw_values({})", expression);
}

std::string SqliteDialect::number(std::string_view expression) const {
  return fmt::format("rw_number({})", expression);
}

std::string SqliteDialect::earliest_aggregate(std::string_view expression) const {
  return fmt::format("rw_earliest({}, e.time, e.id)", expression);
}

std::string SqliteDialect::latest_aggregate(std::string_view expression) const {
  return fmt::format("rw_latest({}, e.time, e.id)", expression);
}

std::string EventsDialect::from(cim::Dataset dataset, const cim::Window& window, std::vector<Value>& binds) const {
  const std::string ids = bind(ids_, binds);
  const std::string earliest = bind(core::to_us(window.earliest), binds);
  const std::string latest = bind(core::to_us(window.latest), binds);
  // CROSS JOIN: SQLite keeps the order of the tables, and so the events come in the order of the ids.
  return fmt::format("FROM json_each({}) i CROSS JOIN {} e WHERE e.id = i.value AND e.time >= {} AND e.time < {}", ids,
                     table_of(dataset), earliest, latest);
}

}  // namespace rw::storage::sqlite
