#include "daemon/scheduler/risk.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "daemon/core/text.h"

namespace rw::scheduler {
namespace {

bool is_address(const std::string& text) {
  std::array<unsigned char, 16> bytes{};
  return ::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1 ||
         ::inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1;
}

}  // namespace

std::int64_t calculated_risk_score(std::int64_t risk_score, std::string_view risk_object,
                                   std::string_view risk_object_type, const detect::Detection& detection,
                                   const RiskOptions& options) {
  if (options.factors.empty()) return risk_score;
  auto score = static_cast<double>(risk_score);
  double sum = 0;
  for (const RiskFactor& factor : options.factors) {
    if (factor.risk_object && !names_risk_object(*factor.risk_object, risk_object, risk_object_type, options)) continue;
    if (factor.risk_object_type && *factor.risk_object_type != risk_object_type) continue;
    if (factor.detection && !names_detection(*factor.detection, detection)) continue;
    score *= factor.multiply;
    sum += static_cast<double>(factor.add);
  }
  return std::llround(std::clamp(score + sum, 0.0, static_cast<double>(kMostRiskScore)));
}

bool names_risk_object(const core::TextPattern& pattern, std::string_view risk_object,
                       std::string_view risk_object_type, const RiskOptions& options) {
  return pattern.matches(risk_object) ||
         pattern.matches(normalized_risk_object(risk_object, risk_object_type, options));
}

bool names_detection(const core::TextPattern& pattern, const detect::Detection& detection) {
  return pattern.matches(detection.name) || pattern.matches(detection.id);
}

std::string normalized_risk_object(std::string_view risk_object, std::string_view risk_object_type,
                                   const RiskOptions& options) {
  std::string name = core::fold(risk_object);
  if (risk_object_type == "system") {
    if (options.short_host_names && !is_address(name)) {
      const std::size_t dot = name.find('.');
      if (dot != std::string::npos && dot > 0) name.resize(dot);
    }
  } else if (risk_object_type == "user") {
    const std::size_t backslash = name.rfind('\\');
    if (backslash != std::string::npos && backslash + 1 < name.size()) name.erase(0, backslash + 1);
    const std::size_t at = name.find('@');
    if (at != std::string::npos && at > 0) name.resize(at);
  }
  return name;
}

}  // namespace rw::scheduler
