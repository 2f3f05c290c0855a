#include "daemon/scheduler/urgency.h"

#include <algorithm>
#include <iterator>

namespace rw::scheduler {
namespace {

bool concerns(const core::TextPattern& pattern, const std::vector<std::string>& written, std::string_view type,
              const RiskOptions& names) {
  return std::ranges::any_of(written,
                             [&](const std::string& name) { return names_risk_object(pattern, name, type, names); });
}

bool passes(const UrgencyRule& rule, const Concerned& concerned, const detect::Detection& detection,
            const RiskOptions& names) {
  if (rule.dest && !concerns(*rule.dest, concerned.dests, "system", names)) return false;
  if (rule.user && !concerns(*rule.user, concerned.users, "user", names)) return false;
  return !rule.detection || names_detection(*rule.detection, detection);
}

std::string moved(std::string_view severity, int steps) {
  const auto* const level = std::ranges::find(kSeverities, severity);
  if (level == std::end(kSeverities)) return std::string(severity);
  const auto place = static_cast<int>(level - std::begin(kSeverities)) + steps;
  return std::string(kSeverities[std::clamp(place, 0, static_cast<int>(std::size(kSeverities)) - 1)]);
}

}  // namespace

std::string urgency_of(std::string_view severity, const Concerned& concerned, const detect::Detection& detection,
                       const UrgencyOptions& options, const RiskOptions& names) {
  for (const UrgencyRule& rule : options.rules) {
    if (!passes(rule, concerned, detection, names)) continue;
    return rule.urgency ? *rule.urgency : moved(severity, rule.steps);
  }
  return std::string(severity);
}

}  // namespace rw::scheduler
