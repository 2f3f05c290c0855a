// Findings: what a result row of a detection becomes, and the ledger of runs. Owned texts: findings are few.
// Field names follow Splunk Enterprise Security's risk and notable indexes.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/core/time.h"

namespace rw::cim {

// A half-open span of event time: earliest <= _time < latest.
struct Window {
  core::Micros earliest;
  core::Micros latest;

  friend bool operator==(const Window&, const Window&) = default;
};

// Which detection said it, in which version, over which window.
struct FindingOrigin {
  std::string detection_id;  // the id of its file (a UUID, usually)
  std::string detection;     // its name
  int detection_version = 0;
  Window window;
  core::Micros created;  // when the run made it
  // Which content, where the author did not raise the version (detect/content_hash.h); empty: not known.
  std::string detection_hash = {};
  // The window had been searched before; this comes of a search for events that arrived after that.
  bool late = false;
  // The ThrottledRow that it was made of; empty: of a row that nothing throttles. Not stored.
  std::string throttled_row = {};
};

// A row whose findings are kept only where no other row like it has made some within a period, before or after
// (Splunk ES: alert.suppress). The store decides in the transaction that writes the findings.
struct ThrottledRow {
  // Rows are alike where their keys are: a hash of a throttle's fields and their values.
  struct Key {
    std::string key;
    std::chrono::microseconds period;

    friend bool operator==(const Key&, const Key&) = default;
  };
  std::string detection_id;
  std::string row;              // what makes it the same row when its window is searched again
  core::Micros scheduled_time;  // of its run: what periods are counted from
  core::Micros created;
  std::vector<Key> keys;  // at least one; a row that is like another in any of them is suppressed
};

struct RiskEvent {
  FindingOrigin origin;
  // Unique: hash of detection, window, the row's group-by values, and the risk object. A re-run makes the same.
  std::string identity;
  core::Micros time;  // first event time of the row where known, else the window's start
  std::string risk_object;
  std::string risk_object_type;   // system, user or other
  std::string risk_object_field;  // the column it came from
  std::int64_t risk_score = 0;
  std::string risk_message;
  std::string threat_objects;  // JSON: [{"threat_object", "threat_object_type", "threat_object_field"}]
  std::string annotations;     // JSON: {"mitre_attack": [...], "analytic_story": [...], ...}
  std::string row;             // JSON: the result row
  // What it counts for: the score after risk factors. Unset: the score.
  std::optional<std::int64_t> calculated_risk_score = std::nullopt;
  std::string normalized_risk_object = {};  // the name under which it adds up; empty: risk_object in lower case
};

struct Notable {
  FindingOrigin origin;
  std::string identity;  // event_id in Splunk's words
  core::Micros time;
  std::string rule_title;
  std::string rule_description;
  std::string security_domain;     // endpoint, access, network, threat, identity, audit
  std::string severity;            // informational, low, medium, high, critical
  std::string nes_fields;          // JSON: list of the field names shown first
  std::string drilldown_searches;  // JSON
  std::string annotations;         // JSON
  std::string row;                 // JSON: the result row
  std::string urgency = {};        // a severity, raised or lowered for whom it concerns; empty: the severity
  // Whom it concerns: hosts and users, several as one text, a line each; empty: nobody that is known.
  std::string dest = {};
  std::string user = {};
};

enum class RunStatus { kDone, kFailed, kMissed };
enum class RunKind {
  kScheduled,
  kManual,
  kLate,  // of a window that a scheduled run had searched, for events that arrived after that
};

// A row of the ledger.
struct Run {
  std::string detection_id;
  std::string detection;
  RunKind kind = RunKind::kScheduled;
  core::Micros scheduled_time;
  Window window;
  core::Micros started;
  core::Micros finished;
  RunStatus status = RunStatus::kDone;
  std::int64_t result_count = 0;
  std::string error;  // empty unless failed or missed
};

// A detection the scheduler has begun to serve. Its windows are owed from then on, also those that pass while the
// daemon is down before the first run.
struct DetectionSince {
  std::string detection_id;
  std::string detection;
  core::Micros since;  // kept from the first time it was seen
};

// "done", "failed", "missed" and "scheduled", "manual", "late"
std::string_view run_status_name(RunStatus status);
std::string_view run_kind_name(RunKind kind);

}  // namespace rw::cim
