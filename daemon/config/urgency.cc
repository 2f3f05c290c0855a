#include "daemon/config/urgency.h"

#include <iterator>
#include <optional>

namespace rw::config {
namespace {

std::optional<int> read_steps(Section& section, std::string_view key) {
  const auto steps = section.count(key, 1, std::size(scheduler::kSeverities) - 1);
  return steps ? std::optional(static_cast<int>(*steps)) : std::nullopt;
}

scheduler::UrgencyRule read_urgency_rule(Section& section) {
  scheduler::UrgencyRule rule;
  rule.dest = section.pattern("dest");
  rule.user = section.pattern("user");
  rule.detection = section.pattern("detection");
  if (const auto raise = read_steps(section, "raise")) rule.steps = *raise;
  if (const auto lower = read_steps(section, "lower")) rule.steps = -*lower;
  rule.urgency = section.severity("urgency");
  const int changes = int{section.has("raise")} + int{section.has("lower")} + int{section.has("urgency")};
  if (section.node().present() && changes != 1) {
    section.context().report(section.node(), section.name(), "expected one of raise, lower and urgency");
  }
  section.finish();
  return rule;
}

}  // namespace

void read_urgency(Section& urgency, scheduler::UrgencyOptions& options) {
  options.rules.clear();
  urgency.each("rules", "a list of rules ([] for none)",
               [&](Section& rule) { options.rules.push_back(read_urgency_rule(rule)); });
  urgency.finish();
}

}  // namespace rw::config
