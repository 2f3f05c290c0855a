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
#include "daemon/detect/rows.h"

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

std::string drilldown_search(const detect::Drilldown& drilldown, const detect::Detection& detection, const Row& row,
                             const cim::Window& window) {
  return substitute(drilldown.search, [&](std::string_view token, bool quoted) -> std::optional<std::string> {
    if (token == "%original_detection_search%") return detection.search_text;
    if (auto text = window_token(token, window)) return text;
    const storage::Value* value = token_value(token, row);
    if (value == nullptr) return std::nullopt;
    std::vector<std::string> texts = texts_of(*value);
    for (std::string& text : texts) text = spl_escaped(text);
    const std::string inner = join(texts, "\", \"");
    return quoted ? inner : fmt::format("\"{}\"", inner);
  });
}

std::string drilldowns_json(const detect::Detection& detection, const Row& row, const cim::Window& window) {
  const auto offset = [&](std::string_view text) {
    return substitute(text, [&](std::string_view token, bool) { return window_token(token, window); });
  };
  Json list = Json::array();
  for (const detect::Drilldown& drilldown : detection.drilldowns) {
    list.push_back({{"name", fill(drilldown.name, row)},
                    {"search", drilldown_search(drilldown, detection, row, window)},
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

}  // namespace

Findings findings_of(const detect::Detection& detection, const detect::SearchResult& result, const cim::Window& window,
                     core::Micros created, const core::TimeZone& zone) {
  const cim::FindingOrigin origin{detection.id, detection.name, detection.version,
                                  window,       created,        detection.content_hash};
  Findings findings;
  std::map<std::string, std::int64_t> seen;  // rows so far, by identity
  for (const std::vector<storage::Value>& values : result.table.rows) {
    const Row row{result.table.columns, values};
    core::StableHash identity = row_identity(detection, row, result.group_columns, window);
    if (const std::int64_t earlier = seen[identity.hex()]++; earlier > 0) identity.add(earlier);
    const core::Micros time = row_time(row, window, zone);
    const std::string row_text = row_json(row.columns, values);

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
                                          wanted.score, message, threat_objects, detection.annotations, row_text});
        }
      }
    }
    if (detection.creates_notable) {
      core::StableHash notable_identity = identity;
      notable_identity.add("notable");
      findings.notables.push_back({origin, notable_identity.hex(), time, fill(detection.rule_title, row),
                                   fill(detection.rule_description, row), detection.security_domain, detection.severity,
                                   dump(Json(detection.nes_fields)), drilldowns_json(detection, row, window),
                                   detection.annotations, row_text});
    }
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
