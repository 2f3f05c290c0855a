#include "daemon/config/risk.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>

#include "daemon/core/text.h"

namespace rw::config {
namespace {

constexpr double kMostTimes = 100;

std::optional<double> read_number(Section& section, std::string_view key, double least, double most) {
  const yaml::Node node = section.value(key, "a number");
  const auto number = node.as_number(section.context().problems, section.name_of(key));
  if (!number) return std::nullopt;
  // Written so that "not a number" fails it too.
  if (*number >= least && *number <= most) return number;
  section.context().report(node, section.name_of(key),
                           fmt::format("{}: expected {} to {}", core::quoted(node.text()), least, most));
  return std::nullopt;
}

scheduler::RiskFactor read_factor(Section& section) {
  scheduler::RiskFactor factor;
  factor.risk_object = section.pattern("risk_object");
  factor.risk_object_type = section.word("risk_object_type", {"system", "user", "other"});
  factor.detection = section.pattern("detection");
  set(factor.multiply, read_number(section, "multiply", 0, kMostTimes));
  const auto most = static_cast<double>(scheduler::kMostRiskScore);
  if (const auto add = read_number(section, "add", -most, most)) factor.add = std::llround(*add);
  if (section.node().present() && !section.has("multiply") && !section.has("add")) {
    section.context().report(section.node(), section.name(), "expected multiply or add");
  }
  section.finish();
  return factor;
}

}  // namespace

void read_risk(Section& risk, scheduler::RiskOptions& options) {
  options.factors.clear();
  risk.each("factors", "a list of factors ([] for none)",
            [&](Section& factor) { options.factors.push_back(read_factor(factor)); });
  set(options.short_host_names, risk.boolean("short_host_names"));
  risk.finish();
}

}  // namespace rw::config
