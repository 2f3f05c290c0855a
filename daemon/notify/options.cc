#include "daemon/notify/options.h"

#include <algorithm>
#include <iterator>

namespace rw::notify {
namespace {

constexpr std::string_view kSeverityNames[] = {"informational", "low", "medium", "high", "critical"};

}  // namespace

Severity severity_of(std::string_view word) {
  const auto* const found = std::ranges::find(kSeverityNames, word);
  return found == std::end(kSeverityNames) ? Severity::kInformational
                                           : static_cast<Severity>(found - std::begin(kSeverityNames));
}

std::string_view severity_name(Severity severity) { return kSeverityNames[static_cast<std::size_t>(severity)]; }

Severity severity_of_score(std::int64_t risk_score) {
  if (risk_score >= 80) return Severity::kCritical;
  if (risk_score >= 60) return Severity::kHigh;
  if (risk_score >= 40) return Severity::kMedium;
  return risk_score >= 20 ? Severity::kLow : Severity::kInformational;
}

}  // namespace rw::notify
