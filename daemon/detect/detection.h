// A detection: a scheduled search with what becomes of its rows. The same for every front end (ESCU YAML, Sigma).
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/core/problem.h"
#include "daemon/core/text_pattern.h"
#include "daemon/core/time.h"
#include "daemon/core/time_modifier.h"

namespace rw::detect {

class Search;  // detect/search.h

// When a detection runs and which window it searches (savedsearches.conf words).
struct Schedule {
  std::string cron_schedule = "0 * * * *";
  core::TimeModifier earliest_time;
  core::TimeModifier latest_time;
  // "auto", "0" or minutes: how late a run may start. It moves the start, never the window.
  std::string schedule_window = "auto";
};

struct RiskObject {
  std::string field;  // result column
  std::string type;   // system, user, other
  std::int64_t score = 0;
  std::vector<core::TextPattern> ignored = {};  // values that match one are no risk object
};

struct ThreatObject {
  std::string field;
  std::string type;  // process, file_name, registry_path, …
};

struct Drilldown {
  std::string name;
  std::string search;
  std::string earliest_offset;
  std::string latest_offset;
};

// Of the rows with the same values in all fields only one makes findings within the period (Splunk ES: alert.suppress).
struct Throttle {
  std::vector<std::string> fields;  // result columns, compared without case; none: all rows are the same
  std::chrono::microseconds period{0};
  std::optional<core::Micros> expires = std::nullopt;  // of runs scheduled before it

  friend bool operator==(const Throttle&, const Throttle&) = default;
};
// Longer than any that makes sense, so that times can be added to it.
inline constexpr std::chrono::hours kLongestThrottle{24 * 366};

// Rows that are known and harmless: those whose columns match all patterns make no findings.
struct RowException {
  std::vector<std::pair<std::string, core::TextPattern>> columns;  // at least one
  std::optional<core::Micros> expires = std::nullopt;              // of runs scheduled before it

  friend bool operator==(const RowException&, const RowException&) = default;
};

// What the operator has tuned of one detection while it is in service (tuning.h).
struct DetectionTuning {
  std::vector<RowException> exceptions;
  std::vector<Throttle> throttles;  // besides those of its file or the configuration
  std::optional<bool> enabled;

  friend bool operator==(const DetectionTuning&, const DetectionTuning&) = default;
};

enum class DetectionState {
  kEnabled,
  kDisabled,     // deprecated or experimental, or switched off in the configuration
  kUnsupported,  // its search uses a construct we do not have: see `problem`
};

// "enabled", "disabled", "unsupported"
constexpr std::string_view state_name(DetectionState state) {
  switch (state) {
    case DetectionState::kEnabled:
      return "enabled";
    case DetectionState::kDisabled:
      return "disabled";
    case DetectionState::kUnsupported:
      break;
  }
  return "unsupported";
}

struct Detection {
  // Metadata, as in the file.
  std::string id;
  std::string name;
  std::string stem;  // file name without folder and extension
  std::string file;
  std::string source = "escu";  // front end: escu, sigma
  int version = 0;
  std::string date;
  std::string author;
  std::string status;  // ESCU: production, experimental, deprecated; Sigma: stable, test, experimental, deprecated
  std::string type;    // TTP, Anomaly, Hunting, Correlation, Baseline; Sigma
  std::string description;
  std::string how_to_implement;
  std::string known_false_positives;
  std::vector<std::string> references;
  std::vector<std::string> data_source;
  std::vector<std::string> analytic_story;
  std::vector<std::string> mitre_attack_id;
  std::string asset_type;
  std::string security_domain = "endpoint";

  Schedule schedule;

  // Findings wanted.
  bool creates_risk = false;
  bool creates_notable = false;
  std::vector<RiskObject> risk_objects;
  std::vector<ThreatObject> threat_objects;
  std::string risk_message;  // with $field$ tokens
  std::string rule_title;    // %name% and %description% filled, $field$ tokens left
  std::string rule_description;
  std::vector<std::string> nes_fields;
  std::string severity = "low";  // of its notables
  // A row with a column `severity` that names one decides it for its notable, as in Splunk ES.
  bool severity_of_row = true;
  std::vector<Throttle> throttles;  // each by itself: a row that one of them holds back makes no findings
  std::vector<Drilldown> drilldowns;
  std::string annotations = "{}";  // JSON object: mitre_attack, analytic_story, cis20, nist, …

  DetectionTuning tuning;

  std::string content_hash;  // see content_hash.h

  // The search: its text as in the file and, unless unsupported, compiled.
  std::string search_text;
  std::shared_ptr<const Search> search;

  DetectionState state = DetectionState::kEnabled;
  std::optional<core::Problem> problem;  // why it is unsupported, or why it is disabled
};

}  // namespace rw::detect
