#include "storage/sqlite/dialect.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "daemon/core/text.h"

namespace rw::storage::sqlite {
namespace {

// Where a field's text stands.
enum class Place {
  kNowhere,   // the events do not have it: always null
  kConstant,  // text: the same for every row
  kTerm,      // text: an event column with a term id
  kMixed,     // text: an event column with a term id or the text itself
  kPath,      // text: an expression over registry_path d
  kActor,     // text: an expression over actor d
  kSource,    // text: an expression over source d
  kImage,     // text: an event column with the term id of a path; the field is its last segment
  kTime,
};

struct Column {
  std::string_view field;
  Place place;
  std::string_view text = {};
};

#define RW_TERM(id) "(SELECT text FROM term WHERE id = " id ")"
// What follows the last backslash; NULL when nothing does.
#define RW_LAST_SEGMENT(path) "nullif(replace(" path ", rtrim(" path ", replace(" path ", '\\', '')), ''), '')"
#define RW_KEY RW_TERM("d.key_name")
#define RW_VENDOR_PRODUCT \
  "CASE " RW_TERM("d.provider") " COLLATE NOCASE"                        \
  " WHEN 'Microsoft-Windows-Sysmon' THEN 'Microsoft Sysmon'"             \
  " WHEN 'Microsoft-Windows-Security-Auditing' THEN 'Microsoft Windows'" \
  " ELSE " RW_TERM("d.provider") " END"

constexpr Column kRegistry[] = {
    {"_time", Place::kTime},
    {"action", Place::kTerm, "action"},
    {"dest", Place::kSource, RW_TERM("d.computer")},
    {"user", Place::kActor, RW_TERM("d.user")},
    {"process_name", Place::kActor, RW_LAST_SEGMENT(RW_TERM("d.process_path"))},
    {"process_exec", Place::kActor, RW_LAST_SEGMENT(RW_TERM("d.process_path"))},
    {"process_path", Place::kActor, RW_TERM("d.process_path")},
    {"process_id", Place::kActor, RW_TERM("d.process_id")},
    {"process_guid", Place::kActor, RW_TERM("d.process_guid")},
    {"registry_hive", Place::kPath,
     "CASE WHEN " RW_KEY " || '\\' LIKE 'HKLM\\System\\%' THEN 'HKEY_LOCAL_MACHINE\\System'"
     " WHEN " RW_KEY " || '\\' LIKE 'HKLM\\SOFTWARE\\%' OR " RW_KEY
     " || '\\' LIKE 'HKCR\\%' THEN 'HKEY_LOCAL_MACHINE\\Software'"
     " WHEN " RW_KEY " || '\\' LIKE 'HKLM\\SAM\\%' THEN 'HKEY_LOCAL_MACHINE\\SAM'"
     " WHEN " RW_KEY " || '\\' LIKE 'HKLM\\SECURITY\\%' THEN 'HKEY_LOCAL_MACHINE\\Security'"
     " WHEN " RW_KEY " || '\\' LIKE 'HKU\\.DEFAULT\\%' THEN 'HKEY_USERS\\.DEFAULT'"
     " WHEN " RW_KEY " || '\\' LIKE 'HKU\\%' THEN 'HKEY_CURRENT_USER'"
     " WHEN " RW_KEY " || '\\' LIKE 'HKCC\\%' THEN 'HKEY_CURRENT_CONFIG' END"},
    {"registry_path", Place::kPath, RW_KEY " || ifnull('\\' || " RW_TERM("d.value_name") ", '')"},
    {"registry_key_name", Place::kPath, RW_KEY},
    {"registry_value_name", Place::kPath, RW_TERM("d.value_name")},
    {"registry_value_data", Place::kMixed, "value_data"},
    {"registry_value_type", Place::kTerm, "value_type"},
    {"status", Place::kConstant, "success"},
    {"vendor_product", Place::kSource, RW_VENDOR_PRODUCT},
};

constexpr Column kProcesses[] = {
    {"_time", Place::kTime},
    {"action", Place::kConstant, "allowed"},
    {"dest", Place::kSource, RW_TERM("d.computer")},
    {"user", Place::kTerm, "user"},
    {"parent_user", Place::kTerm, "parent_user"},
    {"process", Place::kMixed, "process"},
    {"process_name", Place::kImage, "process_path"},
    {"process_exec", Place::kImage, "process_path"},
    {"process_path", Place::kTerm, "process_path"},
    {"process_id", Place::kTerm, "process_id"},
    {"process_guid", Place::kMixed, "process_guid"},
    {"process_hash", Place::kTerm, "process_hash"},
    {"process_integrity_level", Place::kTerm, "process_integrity_level"},
    {"process_current_directory", Place::kMixed, "process_current_directory"},
    {"original_file_name", Place::kTerm, "original_file_name"},
    {"parent_process", Place::kMixed, "parent_process"},
    {"parent_process_name", Place::kImage, "parent_process_path"},
    {"parent_process_exec", Place::kImage, "parent_process_path"},
    {"parent_process_path", Place::kTerm, "parent_process_path"},
    {"parent_process_id", Place::kTerm, "parent_process_id"},
    {"parent_process_guid", Place::kMixed, "parent_process_guid"},
    {"vendor_product", Place::kSource, RW_VENDOR_PRODUCT},
};

Column column_of(cim::Dataset dataset, std::string_view field) {
  const auto columns =
      dataset == cim::Dataset::kRegistry ? std::span<const Column>(kRegistry) : std::span<const Column>(kProcesses);
  for (const Column& column : columns) {
    if (column.field == field) return column;
  }
  return {field, Place::kNowhere};
}

bool fills(const cim::Field& field) { return field.fill == cim::Fill::kUnknown; }

// The small table behind a place, and the event column that refers to it.
struct Dimension {
  std::string_view table;
  std::string_view key;
};

Dimension dimension_of(Place place) {
  switch (place) {
    case Place::kPath:
      return {"registry_path", "path"};
    case Place::kActor:
      return {"actor", "actor"};
    default:
      return {"source", "source"};
  }
}

// A test of a field. `on` makes the test of a text expression that may be null and must then be false (0 or NULL);
// `on_unknown` is its outcome for the text "unknown".
template <class On>
std::string test(const cim::Field& field, const Column& column, bool on_unknown, bool on_constant, const On& on) {
  const int null_outcome = fills(field) && on_unknown ? 1 : 0;
  switch (column.place) {
    case Place::kNowhere:
      return fmt::format("{}", null_outcome);
    case Place::kConstant:
      return on_constant ? "1" : "0";
    case Place::kTerm:
      return fmt::format("CASE WHEN e.{0} IS NULL THEN {1} ELSE e.{0} IN (SELECT id FROM term WHERE {2}) END",
                         column.text, null_outcome, on("text"));
    case Place::kImage:
      return fmt::format("CASE WHEN e.{0} IS NULL THEN {1} ELSE e.{0} IN (SELECT id FROM term WHERE {2}) END",
                         column.text, null_outcome,
                         on(fills(field) ? "ifnull(" RW_LAST_SEGMENT("text") ", 'unknown')" : RW_LAST_SEGMENT("text")));
    case Place::kMixed:
      return fmt::format(
          "CASE typeof(e.{0}) WHEN 'null' THEN {1} WHEN 'integer' THEN e.{0} IN (SELECT id FROM term WHERE {2})"
          " ELSE ifnull({3}, 0) END",
          column.text, null_outcome, on("text"), on(fmt::format("e.{}", column.text)));
    case Place::kPath:
    case Place::kActor:
    case Place::kSource: {
      const Dimension dimension = dimension_of(column.place);
      const std::string text =
          fills(field) ? fmt::format("ifnull({}, 'unknown')", column.text) : std::string(column.text);
      return fmt::format("e.{} IN (SELECT d.id FROM {} d WHERE {})", dimension.key, dimension.table, on(text));
    }
    case Place::kTime:
      return fmt::format("ifnull({}, 0)", on("CAST(e.time / 1000000 AS TEXT)"));
  }
  return "0";
}

std::string table_of(cim::Dataset dataset) {
  return dataset == cim::Dataset::kRegistry ? "registry_event" : "process_event";
}

}  // namespace

std::string SqliteDialect::bind(Value value, std::vector<Value>& binds) const {
  binds.push_back(std::move(value));
  return fmt::format("?{}", binds.size());
}

std::string SqliteDialect::from(cim::Dataset dataset, const cim::Window& window, std::vector<Value>& binds) const {
  const std::string earliest = bind(core::to_us(window.earliest), binds);
  const std::string latest = bind(core::to_us(window.latest), binds);
  return fmt::format("FROM {} e WHERE e.time >= {} AND e.time < {}", table_of(dataset), earliest, latest);
}

std::string SqliteDialect::field(cim::Dataset dataset, const cim::Field& field) const {
  const Column column = column_of(dataset, field.name);
  std::string text;
  switch (column.place) {
    case Place::kNowhere:
      return fills(field) ? "'unknown'" : "NULL";
    case Place::kTime:
      return "e.time";
    case Place::kConstant:
      return fmt::format("'{}'", column.text);
    case Place::kTerm:
      text = fmt::format("(SELECT text FROM term WHERE id = e.{})", column.text);
      break;
    case Place::kImage:
      text = fmt::format("(SELECT {} FROM term WHERE id = e.{})", RW_LAST_SEGMENT("text"), column.text);
      break;
    case Place::kMixed:
      text =
          fmt::format("CASE typeof(e.{0}) WHEN 'integer' THEN (SELECT text FROM term WHERE id = e.{0}) ELSE e.{0} END",
                      column.text);
      break;
    case Place::kPath:
    case Place::kActor:
    case Place::kSource: {
      const Dimension dimension = dimension_of(column.place);
      text = fmt::format("(SELECT {} FROM {} d WHERE d.id = e.{})", column.text, dimension.table, dimension.key);
      break;
    }
  }
  return fills(field) ? fmt::format("ifnull({}, 'unknown')", text) : text;
}

std::string SqliteDialect::matches(cim::Dataset dataset, const cim::Field& field, const core::TextTest& wanted,
                                   std::vector<Value>& binds) const {
  if (wanted.is_any()) return exists(dataset, field);
  const Column column = column_of(dataset, field.name);
  std::string placeholder;
  return test(field, column, wanted.matches(cim::kUnknownText), wanted.matches(column.text),
              [&](std::string_view text) {
                if (placeholder.empty()) placeholder = bind(wanted.encode(), binds);
                return fmt::format("rw_match({}, {})", text, placeholder);
              });
}

std::string SqliteDialect::exists(cim::Dataset dataset, const cim::Field& field) const {
  if (fills(field)) return "1";
  const Column column = column_of(dataset, field.name);
  switch (column.place) {
    case Place::kNowhere:
      return "0";
    case Place::kConstant:
    case Place::kTime:
      return "1";
    case Place::kTerm:
    case Place::kMixed:
    case Place::kImage:
      return fmt::format("e.{} IS NOT NULL", column.text);
    default:
      return test(field, column, false, true,
                  [](std::string_view text) { return fmt::format("{} IS NOT NULL", text); });
  }
}

std::string SqliteDialect::compare(cim::Dataset dataset, const Compares& compares, std::vector<Value>& binds) const {
  const cim::Field& field = *compares.field;
  const Column column = column_of(dataset, field.name);
  if (column.place == Place::kTime) {
    const std::optional<double> seconds = core::number_of(compares.constant);
    if (!seconds) return "0";
    return fmt::format("e.time {} {}", op_text(compares.op), bind(std::int64_t{std::llround(*seconds * 1e6)}, binds));
  }
  // A constant's outcome is left to the engine, so that rw_compare alone says how values compare.
  const std::string placeholder = bind(compares.constant, binds);
  const auto on = [&](std::string_view text) {
    const std::string outcome = fmt::format("rw_compare({}, {}) {} 0", text, placeholder, op_text(compares.op));
    return compares.numbers_only ? fmt::format("rw_number({}) IS NOT NULL AND {}", text, outcome) : outcome;
  };
  if (column.place == Place::kConstant) return on(fmt::format("'{}'", column.text));
  if (column.place == Place::kNowhere) return fills(field) ? on("'unknown'") : "0";
  if (column.place == Place::kTerm || column.place == Place::kMixed || column.place == Place::kImage) {
    return fmt::format("ifnull({}, 0)", on(this->field(dataset, field)));
  }
  return test(field, column, false, false, on);
}

std::string SqliteDialect::same(cim::Dataset dataset, const Same& same) const {
  const char* function = same.case_rule == core::TextPattern::Case::kFolded ? "rw_fold" : "";
  return fmt::format("ifnull({0}({1}) = {0}({2}), 0)", function, field(dataset, *same.field),
                     field(dataset, *same.other));
}

std::string SqliteDialect::values_aggregate(std::string_view expression) const {
  return fmt::format("rw_values({})", expression);
}

std::string SqliteDialect::number(std::string_view expression) const {
  return fmt::format("rw_number({})", expression);
}

std::string SqliteDialect::earliest_aggregate(std::string_view expression) const {
  return fmt::format("rw_earliest({}, e.time)", expression);
}

std::string SqliteDialect::latest_aggregate(std::string_view expression) const {
  return fmt::format("rw_latest({}, e.time)", expression);
}

}  // namespace rw::storage::sqlite
