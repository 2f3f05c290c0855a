#include "daemon/config/urgency.h"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace rw::config {
namespace {

std::optional<int> read_steps(Section& section, std::string_view key) {
  const auto steps = section.count(key, 1, scheduler::kSeverityLevels - 1);
  return steps ? std::optional(static_cast<int>(*steps)) : std::nullopt;
}

scheduler::UrgencyRule read_urgency_rule(Section& section) {
  scheduler::UrgencyRule rule;
  rule.dest = section.pattern("dest");
  rule.user = section.pattern("user");
  rule.detection = section.pattern("detection");
  if (const auto raise = read_steps(section, "raise")) rule.steps = *raise;
  if (const auto lower = read_steps(section, "lower")) rule.steps = -*lower;
  rule.urgency = section.word("urgency", {"informational", "low", "medium", "high", "critical"});
  const int changes = int{section.has("raise")} + int{section.has("lower")} + int{section.has("urgency")};
  if (section.node().present() && changes != 1) {
    section.context().report(section.node(), section.name(), "expected one of raise, lower and urgency");
  }
  section.finish();
  return rule;
}

}  // namespace

void read_urgency(Section& urgency, scheduler::UrgencyOptions& options) {
  const yaml::Node rules = urgency.value("rules", "a list of rules ([] for none)");
  if (rules.present() && !rules.is_list()) {
    urgency.context().report(rules, urgency.name_of("rules"), "expected a list");
  }
  options.rules.clear();
  std::size_t number = 0;
  for (const yaml::Node& item : rules.items()) {
    Section rule(urgency.context(), item, fmt::format("{}[{}]", urgency.name_of("rules"), number++));
    options.rules.push_back(read_urgency_rule(rule));
  }
  urgency.finish();
}

}  // namespace rw::config
