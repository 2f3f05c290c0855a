#include "daemon/detect/sysmon/configuration.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include "daemon/detect/search.h"
#include "daemon/detect/simplify.h"
#include "daemon/detect/sysmon/required.h"

namespace rw::detect::sysmon {
namespace {

// A rule that says so much of the key is narrow enough: who changed it, how, and to what is left to the detection. So
// the log also has what else happens to that key, and the configuration stays readable.
constexpr std::size_t kTellingKey = 3;

Rule narrow_enough(Rule rule) {
  if (told_of_key(rule) >= kTellingKey) {
    std::erase_if(rule.all, [](const Condition& condition) { return condition.field != Field::kTargetObject; });
  }
  return rule;
}

bool says_something(const Rule& rule) {
  return told_of_key(rule) > 0 || asks_for(rule, Field::kImage) || asks_for(rule, Field::kDetails) ||
         asks_for(rule, Field::kNewName);
}

void add_name(const std::string& name, std::vector<std::string>& names) {
  const auto at = std::ranges::lower_bound(names, name);
  if (at == names.end() || *at != name) names.insert(at, name);
}

// Without rules that another includes; that one then serves their detections, too.
std::vector<ServedRule> without_included(std::vector<ServedRule> rules) {
  std::ranges::stable_sort(rules, before, &ServedRule::rule);
  std::vector<ServedRule> kept;
  std::vector<ServedRule> included;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    bool is_included = false;
    for (std::size_t j = 0; j < rules.size() && !is_included; ++j) {
      if (j == i || !implies(rules[i].rule, rules[j].rule)) continue;
      is_included = j < i || !implies(rules[j].rule, rules[i].rule);  // of equal ones the first stays
    }
    (is_included ? included : kept).push_back(rules[i]);
  }
  for (const ServedRule& each : included) {
    const auto by = std::ranges::find_if(kept, [&](const ServedRule& one) { return implies(each.rule, one.rule); });
    for (const std::string& name : each.detections) add_name(name, by->detections);
  }
  return kept;
}

}  // namespace

Configuration configuration_for(const Catalogue& catalogue, bool leave_out_unmappable) {
  Configuration out;
  out.leaves_out_unmappable = leave_out_unmappable;
  std::vector<ServedRule> rules;
  for (const auto& detection : catalogue.detections()) {
    if (detection->state != DetectionState::kEnabled || !detection->search) continue;
    ++out.detections;
    if (detection->search->reads(cim::Dataset::kProcesses)) out.of_processes.push_back(detection->name);
    if (!detection->search->reads(cim::Dataset::kRegistry)) continue;
    out.of_registry.push_back(detection->name);
    bool concerned = false;
    bool unmappable = false;
    for (const EventQuery* query : detection->search->queries()) {
      if (query->dataset != cim::Dataset::kRegistry) continue;
      const Predicate where = simplify(query->where);
      for (Rule& each : required_by(where).any) {
        concerned = true;
        Rule rule = narrow_enough(std::move(each));
        if (!says_something(rule)) {
          if (!unmappable) {
            out.unmappable.push_back(
                {detection->name, detection->file, is_always(where) ? std::string() : print(where)});
          }
          unmappable = true;
          if (leave_out_unmappable) continue;
        }
        rules.push_back({std::move(rule), {detection->name}});
      }
    }
    if (!concerned) out.of_other_registry_logs.push_back(detection->name);
  }
  out.rules = without_included(std::move(rules));
  return out;
}

}  // namespace rw::detect::sysmon
