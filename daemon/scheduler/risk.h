// What a risk event counts for, and for whom: risk factors (Splunk ES), and names under which the risk events of one
// host or user add up however they were written. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/core/text_pattern.h"
#include "daemon/detect/detection.h"

namespace rw::scheduler {

// For the risk events that pass all tests that are set.
struct RiskFactor {
  std::optional<core::TextPattern> risk_object = std::nullopt;  // as written, or normalized
  std::optional<std::string> risk_object_type = std::nullopt;   // system, user or other
  std::optional<core::TextPattern> detection = std::nullopt;    // name or id
  double multiply = 1;
  std::int64_t add = 0;

  friend bool operator==(const RiskFactor&, const RiskFactor&) = default;
};

struct RiskOptions {
  std::vector<RiskFactor> factors;
  bool short_host_names = true;  // hosts are normalized without their domain

  friend bool operator==(const RiskOptions&, const RiskOptions&) = default;
};

// The most that a risk event can count for.
inline constexpr std::int64_t kMostRiskScore = 100'000;

// The score times all multiply, then plus all add, of the factors that pass; rounded, 0 to kMostRiskScore.
std::int64_t calculated_risk_score(std::int64_t risk_score, std::string_view risk_object,
                                   std::string_view risk_object_type, const detect::Detection& detection,
                                   const RiskOptions& options);

// Whether the pattern is that of the object's name, as written or normalized.
bool names_risk_object(const core::TextPattern& pattern, std::string_view risk_object,
                       std::string_view risk_object_type, const RiskOptions& options);
// Of its name or id.
bool names_detection(const core::TextPattern& pattern, const detect::Detection& detection);

// In lower case; a host without its domain (an address stays whole), a user without DOMAIN\ and @domain.
std::string normalized_risk_object(std::string_view risk_object, std::string_view risk_object_type,
                                   const RiskOptions& options);

}  // namespace rw::scheduler
