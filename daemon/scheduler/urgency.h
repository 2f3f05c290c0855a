// How urgent a notable is (Splunk ES's word): its severity, raised or lowered for the hosts and users it concerns.
// Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/core/text_pattern.h"
#include "daemon/detect/detection.h"
#include "daemon/scheduler/risk.h"

namespace rw::scheduler {

// The least first.
inline constexpr std::string_view kSeverities[] = {"informational", "low", "medium", "high", "critical"};

// For the notables that pass all tests that are set. A host or a user is tested as written and normalized
// (normalized_risk_object); of several it is enough that one passes.
struct UrgencyRule {
  std::optional<core::TextPattern> dest = std::nullopt;
  std::optional<core::TextPattern> user = std::nullopt;
  std::optional<core::TextPattern> detection = std::nullopt;  // name or id
  int steps = 0;                                              // up, or down where it is negative
  std::optional<std::string> urgency = std::nullopt;          // this one, in place of steps

  friend bool operator==(const UrgencyRule&, const UrgencyRule&) = default;
};

struct UrgencyOptions {
  std::vector<UrgencyRule> rules;  // the first that a notable passes decides alone

  friend bool operator==(const UrgencyOptions&, const UrgencyOptions&) = default;
};

// Whom a notable concerns.
struct Concerned {
  std::vector<std::string> dests;
  std::vector<std::string> users;
};

// Never below informational, never above critical; a severity that is none of these stays.
std::string urgency_of(std::string_view severity, const Concerned& concerned, const detect::Detection& detection,
                       const UrgencyOptions& options, const RiskOptions& names);

}  // namespace rw::scheduler
