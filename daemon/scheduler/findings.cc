#include "daemon/scheduler/findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <variant>

#include "daemon/core/hash.h"
#include "daemon/core/text.h"
#include "daemon/detect/rows.h"
#include "daemon/detect/tuning.h"

namespace rw::scheduler {
namespace {

using Json = nlohmann::ordered_json;
using detect::texts_of;

// One row with its column names.
struct Row {
  const std::vector<std::string>& columns;
  const std::vector<storage::Value>& values;

  // nullptr: there is no such column.
  const storage::Value* find(std::string_view column) const {
    const auto found = std::ranges::find(columns, column);
    return found == columns.end() ? nullptr : &values[static_cast<std::size_t>(found - columns.begin())];
  }
};

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string join(const std::vector<std::string>& texts, std::string_view separator) {
  return fmt::format("{}", fmt::join(texts, separator));
}

// The values that can name a risk or threat object: each once, none of them empty or "null" (what fillnull and some
// sources write for nothing).
std::vector<std::string> objects_of(const storage::Value* value) {
  std::vector<std::string> objects;
  if (value == nullptr) return objects;
  for (std::string& text : texts_of(*value)) {
    if (!text.empty() && text != "null" && std::ranges::find(objects, text) == objects.end()) {
      objects.push_back(std::move(text));
    }
  }
  return objects;
}

bool is_ignored(const detect::RiskObject& wanted, std::string_view object) {
  return std::ranges::any_of(wanted.ignored, [&](const core::TextPattern& pattern) { return pattern.matches(object); });
}

// Replaces tokens, "$…$" and "%…%", in one pass over `text`; what replaces them is not looked at again.
// resolve(token with its delimiters, inside a quoted string of `text`) gives the replacement, or nullopt to leave it.
template <class Resolve>
std::string substitute(std::string_view text, Resolve resolve) {
  std::string out;
  bool quoted = false;
  bool escaped = false;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    const std::size_t end = c == '$' || c == '%' ? text.find(c, i + 1) : std::string_view::npos;
    if (end != std::string_view::npos) {
      if (const std::optional<std::string> replacement = resolve(text.substr(i, end + 1 - i), quoted)) {
        out += *replacement;
        i = end + 1;
        escaped = false;
        continue;
      }
    }
    if (c == '"' && !escaped) quoted = !quoted;
    escaped = c == '\\' && quoted && !escaped;
    out += c;
    ++i;
  }
  return out;
}

// Where the token names a column of the row: its value.
const storage::Value* token_value(std::string_view token, const Row& row) {
  return token.front() == '$' ? row.find(token.substr(1, token.size() - 2)) : nullptr;
}

std::string fill(std::string_view text, const Row& row) {
  return substitute(text, [&](std::string_view token, bool) -> std::optional<std::string> {
    const storage::Value* value = token_value(token, row);
    if (value == nullptr) return std::nullopt;
    return join(texts_of(*value), ", ");
  });
}

std::string epoch_text(core::Micros t) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(t);
  const auto fraction = (t - seconds).count();
  const auto whole = seconds.time_since_epoch().count();
  return fraction == 0 ? std::to_string(whole) : fmt::format("{}.{:06}", whole, fraction);
}

std::optional<std::string> window_token(std::string_view token, const cim::Window& window) {
  if (token == "$info_min_time$") return epoch_text(window.earliest);
  if (token == "$info_max_time$") return epoch_text(window.latest);
  return std::nullopt;
}

std::string spl_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

// Drilldowns of ESCU look for the risk events of an object by its normalized name and fill in the row's: so theirs are
// filled with both.
void add_normalized(std::string_view column, const detect::Detection& detection, const RiskOptions& risk,
                    std::vector<std::string>& texts) {
  for (const detect::RiskObject& wanted : detection.risk_objects) {
    if (wanted.field != column) continue;
    for (const std::string& object : std::vector<std::string>(texts)) {
      std::string name = normalized_risk_object(object, wanted.type, risk);
      const auto same = [&](const std::string& text) { return core::equals_folded(text, name); };
      if (std::ranges::none_of(texts, same)) texts.push_back(std::move(name));
    }
  }
}

std::string drilldown_search(const detect::Drilldown& drilldown, const detect::Detection& detection, const Row& row,
                             const cim::Window& window, const RiskOptions& risk) {
  const bool of_risk = drilldown.search.find("normalized_risk_object") != std::string::npos;
  return substitute(drilldown.search, [&](std::string_view token, bool quoted) -> std::optional<std::string> {
    if (token == "%original_detection_search%") return detection.search_text;
    if (auto text = window_token(token, window)) return text;
    const storage::Value* value = token_value(token, row);
    if (value == nullptr) return std::nullopt;
    std::vector<std::string> texts = texts_of(*value);
    if (of_risk) add_normalized(token.substr(1, token.size() - 2), detection, risk, texts);
    for (std::string& text : texts) text = spl_escaped(text);
    const std::string inner = join(texts, "\", \"");
    return quoted ? inner : fmt::format("\"{}\"", inner);
  });
}

std::string drilldowns_json(const detect::Detection& detection, const Row& row, const cim::Window& window,
                            const RiskOptions& risk) {
  const auto offset = [&](std::string_view text) {
    return substitute(text, [&](std::string_view token, bool) { return window_token(token, window); });
  };
  Json list = Json::array();
  for (const detect::Drilldown& drilldown : detection.drilldowns) {
    list.push_back({{"name", fill(drilldown.name, row)},
                    {"search", drilldown_search(drilldown, detection, row, window, risk)},
                    {"earliest_offset", offset(drilldown.earliest_offset)},
                    {"latest_offset", offset(drilldown.latest_offset)}});
  }
  return dump(list);
}

std::string threat_objects_json(const detect::Detection& detection, const Row& row) {
  Json list = Json::array();
  for (const detect::ThreatObject& wanted : detection.threat_objects) {
    for (const std::string& value : objects_of(row.find(wanted.field))) {
      list.push_back(
          {{"threat_object", value}, {"threat_object_type", wanted.type}, {"threat_object_field", wanted.field}});
    }
  }
  return dump(list);
}

std::optional<core::Micros> instant_of(const storage::Value& value, const core::TimeZone& zone) {
  if (const auto* number = std::get_if<std::int64_t>(&value))
    return detect::time_of_seconds(static_cast<double>(*number));
  if (const auto* real = std::get_if<double>(&value)) return detect::time_of_seconds(*real);
  if (const auto* text = std::get_if<std::string>(&value)) {
    if (const auto instant = core::parse_iso8601(*text); instant.ok()) return *instant;
    if (const auto local = core::parse_local_iso8601(*text); local.ok()) return zone.to_utc(*local);
  }
  return std::nullopt;
}

core::Micros row_time(const Row& row, const cim::Window& window, const core::TimeZone& zone) {
  for (const std::string_view column : {"firstTime", "_time", "min(_time)"}) {
    const storage::Value* value = row.find(column);
    const auto instant = value == nullptr ? std::nullopt : instant_of(*value, zone);
    if (instant && window.earliest <= *instant && *instant < window.latest) return *instant;
  }
  return window.earliest;
}

// What makes a row the same row when its window is searched again. Stored with every finding: what goes in, and in
// which order, must never change.
core::StableHash row_identity(const detect::Detection& detection, const Row& row, std::vector<std::string> group,
                              const cim::Window& window) {
  if (group.empty()) group = row.columns;
  std::ranges::sort(group);
  core::StableHash hash;
  hash.add(detection.id);
  hash.add(core::to_us(window.earliest));
  hash.add(core::to_us(window.latest));
  hash.add(static_cast<std::int64_t>(group.size()));
  for (const std::string& column : group) {
    hash.add(column);
    const storage::Value* value = row.find(column);
    if (value == nullptr || value->is_null()) {
      hash.add("null");
      continue;
    }
    const bool list = std::holds_alternative<std::vector<std::string>>(*value);
    const std::vector<std::string> texts = texts_of(*value);
    hash.add(list ? "list" : std::holds_alternative<std::string>(*value) ? "text" : "number");
    if (list) hash.add(static_cast<std::int64_t>(texts.size()));
    for (const std::string& text : texts) hash.add(text);
  }
  return hash;
}

// What rows with the same values in the throttle's fields have in common. Stored: it must never change.
std::string throttle_key(const detect::Throttle& throttle, const Row& row) {
  std::vector<std::string> fields = throttle.fields;
  std::ranges::sort(fields);
  core::StableHash hash;
  for (const std::string& field : fields) {
    hash.add(field);
    std::vector<std::string> texts;
    if (const storage::Value* value = row.find(field)) texts = texts_of(*value);
    std::erase(texts, "");  // nothing, and a text that is empty, are the same
    hash.add(static_cast<std::int64_t>(texts.size()));
    for (const std::string& text : texts) hash.add(core::fold(text));
  }
  return hash.hex();
}

// Those of the detection that hold for this run and fit the result.
std::vector<const detect::Throttle*> throttles_of(const detect::Detection& detection,
                                                  const std::vector<std::string>& columns, core::Micros scheduled_time,
                                                  std::vector<std::string>& warnings) {
  std::vector<const detect::Throttle*> throttles;
  const auto add = [&](const detect::Throttle& throttle) {
    if (throttle.expires && scheduled_time >= *throttle.expires) return;
    const auto missing = std::ranges::find_if(
        throttle.fields, [&](const std::string& field) { return std::ranges::find(columns, field) == columns.end(); });
    if (missing == throttle.fields.end()) {
      throttles.push_back(&throttle);
    } else {
      warnings.push_back(
          fmt::format("suppress: the result has no column {}: nothing is suppressed", core::quoted(*missing)));
    }
  };
  std::ranges::for_each(detection.throttles, add);
  std::ranges::for_each(detection.tuning.throttles, add);
  return throttles;
}

bool is_excepted_now(const detect::Detection& detection, const Row& row, core::Micros scheduled_time) {
  return std::ranges::any_of(detection.tuning.exceptions, [&](const detect::RowException& exception) {
    return (!exception.expires || scheduled_time < *exception.expires) &&
           detect::is_excepted(exception, [&](const std::string& column) { return row.find(column); });
  });
}

std::string severity_of(const detect::Detection& detection, const Row& row) {
  const storage::Value* value = detection.severity_of_row ? row.find("severity") : nullptr;
  if (const auto* text = value == nullptr ? nullptr : std::get_if<std::string>(value)) {
    for (const std::string_view known : kSeverities) {
      if (core::equals_ascii_nocase(*text, known)) return std::string(known);
    }
  }
  return detection.severity;
}

// The same rule stands in storage/sqlite/schema_version13.cc, for the notables of before.
std::vector<std::string> concerned_of(const Row& row, std::string_view column, std::string_view risk_object_type) {
  std::vector<std::string> names;
  if (const storage::Value* value = row.find(column)) names = texts_of(*value);
  if (!names.empty()) return names;
  const storage::Value* type = row.find("risk_object_type");
  const storage::Value* object = row.find("risk_object");
  const auto* text = type == nullptr ? nullptr : std::get_if<std::string>(type);
  if (object != nullptr && text != nullptr && *text == risk_object_type) names = texts_of(*object);
  return names;
}

}  // namespace

Findings findings_of(const detect::Detection& detection, const detect::SearchResult& result,
                     const FindingContext& context) {
  const auto& [window, scheduled_time, created, zone, options] = context;
  const RiskOptions& risk = options.risk;
  cim::FindingOrigin origin{detection.id, detection.name, detection.version, window, created, detection.content_hash};
  Findings findings;
  std::vector<const detect::Throttle*> throttles;
  if (!result.table.rows.empty() && (detection.creates_risk || detection.creates_notable)) {
    throttles = throttles_of(detection, result.table.columns, scheduled_time, findings.warnings);
  }
  std::map<std::string, std::int64_t> seen;  // rows so far, by identity
  for (const std::vector<storage::Value>& values : result.table.rows) {
    const Row row{result.table.columns, values};
    core::StableHash identity = row_identity(detection, row, result.group_columns, window);
    if (const std::int64_t earlier = seen[identity.hex()]++; earlier > 0) identity.add(earlier);
    if (is_excepted_now(detection, row, scheduled_time)) {
      ++findings.rows_excepted;
      continue;
    }
    const core::Micros time = row_time(row, window, zone);
    const std::string row_text = row_json(row.columns, values);
    if (!throttles.empty()) origin.throttled_row = identity.hex();
    const std::size_t before = findings.risk_events.size() + findings.notables.size();

    if (detection.creates_risk) {
      const std::string message = fill(detection.risk_message, row);
      const std::string threat_objects = threat_objects_json(detection, row);
      for (const detect::RiskObject& wanted : detection.risk_objects) {
        for (const std::string& object : objects_of(row.find(wanted.field))) {
          if (is_ignored(wanted, object)) continue;
          core::StableHash risk_identity = identity;
          for (const std::string& part : {std::string("risk"), wanted.field, wanted.type, object}) {
            risk_identity.add(part);
          }
          findings.risk_events.push_back({origin, risk_identity.hex(), time, object, wanted.type, wanted.field,
                                          wanted.score, message, threat_objects, detection.annotations, row_text,
                                          calculated_risk_score(wanted.score, object, wanted.type, detection, risk),
                                          normalized_risk_object(object, wanted.type, risk)});
        }
      }
    }
    if (detection.creates_notable) {
      core::StableHash notable_identity = identity;
      notable_identity.add("notable");
      const std::string severity = severity_of(detection, row);
      const Concerned concerned{concerned_of(row, "dest", "system"), concerned_of(row, "user", "user")};
      findings.notables.push_back({origin, notable_identity.hex(), time, fill(detection.rule_title, row),
                                   fill(detection.rule_description, row), detection.security_domain, severity,
                                   dump(Json(detection.nes_fields)), drilldowns_json(detection, row, window, risk),
                                   detection.annotations, row_text,
                                   urgency_of(severity, concerned, detection, options.urgency, risk),
                                   join(concerned.dests, "\n"), join(concerned.users, "\n")});
    }
    // A row that makes no finding triggers nothing.
    if (throttles.empty() || findings.risk_events.size() + findings.notables.size() == before) continue;
    cim::ThrottledRow throttled{detection.id, origin.throttled_row, scheduled_time, created, {}};
    for (const detect::Throttle* throttle : throttles) {
      throttled.keys.push_back({throttle_key(*throttle, row), throttle->period});
    }
    findings.throttled_rows.push_back(std::move(throttled));
  }
  return findings;
}

std::string fill_tokens(std::string_view text, const std::vector<std::string>& columns,
                        const std::vector<storage::Value>& row) {
  return fill(text, Row{columns, row});
}

std::string row_json(const std::vector<std::string>& columns, const std::vector<storage::Value>& row) {
  Json object = Json::object();
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const storage::Value& value = row[i];
    const auto* number = std::get_if<std::int64_t>(&value);
    const auto* real = std::get_if<double>(&value);
    if (columns[i] == "_time" && (number != nullptr || real != nullptr)) {
      if (const auto instant = detect::time_of_seconds(number != nullptr ? static_cast<double>(*number) : *real)) {
        object[columns[i]] = core::format_rfc3339(*instant);
        continue;
      }
    }
    if (number != nullptr) {
      object[columns[i]] = *number;
    } else if (real != nullptr) {
      if (std::isfinite(*real)) object[columns[i]] = *real;
    } else if (const auto* text = std::get_if<std::string>(&value)) {
      object[columns[i]] = *text;
    } else if (const auto* list = std::get_if<std::vector<std::string>>(&value)) {
      object[columns[i]] = *list;
    }
  }
  return dump(object);
}

}  // namespace rw::scheduler
