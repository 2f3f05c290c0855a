#include "daemon/detect/sigma/logsource.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string_view>
#include <utility>

#include "daemon/core/text.h"
#include "daemon/detect/sigma/searches.h"

namespace rw::detect::sigma {
namespace {

using cim::Dataset;
using Words = std::vector<std::string_view>;

constexpr std::string_view kSysmonChannel = "Microsoft-Windows-Sysmon/Operational";
constexpr std::string_view kSecurityChannel = "Security";

struct Category {
  std::string_view name;
  Dataset dataset;
  Words event_ids;
  Words event_types;  // none: any
};

const std::vector<Category>& categories() {
  static const std::vector<Category> kCategories = {
      {"process_creation", Dataset::kProcesses, {"1", "4688"}, {}},
      {"registry_event", Dataset::kRegistry, {"12", "13", "14", "4657", "4660"}, {}},
      {"registry_add", Dataset::kRegistry, {"12"}, {"CreateKey"}},
      {"registry_delete", Dataset::kRegistry, {"12", "4657", "4660"}, {"DeleteKey", "DeleteValue"}},
      {"registry_rename", Dataset::kRegistry, {"14"}, {}},
  };
  return kCategories;
}

// Which events of which log each dataset may hold.
const Words& event_ids(Dataset dataset) {
  static const Words kRegistry = {"12", "13", "14", "4656", "4657", "4658", "4660", "4663"};
  static const Words kProcesses = {"1", "4688"};
  return dataset == Dataset::kRegistry ? kRegistry : kProcesses;
}

Predicate is_one_of(Dataset dataset, std::string_view field, const Words& texts) {
  Any any;
  for (const std::string_view text : texts) {
    any.terms.push_back({Matches{event_field(dataset, field), core::TextPattern::exact(text)}});
  }
  return {std::move(any)};
}

Predicate where_of(const Category& category) {
  All all;
  all.terms.push_back(is_one_of(category.dataset, "EventID", category.event_ids));
  if (!category.event_types.empty()) {
    all.terms.push_back(is_one_of(category.dataset, "EventType", category.event_types));
  }
  return {std::move(all)};
}

// Sysmon has an event of its own for a value that was set, Windows one for all that happens to a value.
Source registry_set() {
  constexpr Dataset kDataset = Dataset::kRegistry;
  Predicate audited{All{{is_one_of(kDataset, "EventID", {"4657"}), is_one_of(kDataset, "EventType", {"SetValue"})}}};
  return {kDataset, {Any{{is_one_of(kDataset, "EventID", {"13"}), std::move(audited)}}}};
}

std::string names_of_categories() {
  std::string names = "registry_set";
  for (const Category& category : categories()) names += fmt::format(", {}", category.name);
  return names;
}

core::Error unsupported_source(std::string message) { return {core::ErrorCode::kUnsupported, std::move(message)}; }

}  // namespace

std::optional<Logsource> read_logsource(const yaml::Node& root, core::Problems& problems) {
  const yaml::Node node = root["logsource"];
  if (!node.is_map()) {
    (node.present() ? node : root).report(problems, "logsource: expected a map with category, product or service");
    return std::nullopt;
  }
  const auto text = [&](std::string_view key) {
    return node[key].as_text(problems, fmt::format("logsource.{}", key)).value_or("");
  };
  return Logsource{node, text("category"), text("product"), text("service")};
}

bool covers(const Logsource& filter, const Logsource& rule) {
  const auto agrees = [](const std::string& wanted, const std::string& said) {
    return wanted.empty() || core::equals_ascii_nocase(wanted, said);
  };
  return agrees(filter.category, rule.category) && agrees(filter.product, rule.product) &&
         agrees(filter.service, rule.service);
}

core::Result<std::vector<Source>> sources_of(const Logsource& logsource) {
  if (!core::equals_ascii_nocase(logsource.product, "windows")) {
    return unsupported_source(logsource.product.empty() ? "logsource without a product: expected windows"
                                                        : fmt::format("product {} is not stored: expected windows",
                                                                      core::quoted(logsource.product)));
  }
  std::vector<Source> sources;
  if (logsource.category.empty()) {
    sources = {{Dataset::kRegistry, always()}, {Dataset::kProcesses, always()}};
  } else if (core::equals_ascii_nocase(logsource.category, "registry_set")) {
    sources = {registry_set()};
  } else {
    const auto found = std::ranges::find_if(categories(), [&](const Category& category) {
      return core::equals_ascii_nocase(category.name, logsource.category);
    });
    if (found == categories().end()) {
      return unsupported_source(fmt::format("events of the category {} are not stored: expected one of {}",
                                            core::quoted(logsource.category), names_of_categories()));
    }
    sources = {{found->dataset, where_of(*found)}};
  }
  if (logsource.service.empty()) return sources;
  const bool sysmon = core::equals_ascii_nocase(logsource.service, "sysmon");
  if (!sysmon && !core::equals_ascii_nocase(logsource.service, "security")) {
    return unsupported_source(fmt::format("events of the service {} are not stored: expected security or sysmon",
                                          core::quoted(logsource.service)));
  }
  for (Source& source : sources) {
    const std::string_view channel = sysmon ? kSysmonChannel : kSecurityChannel;
    source.where = {All{{is_one_of(source.dataset, "Channel", {channel}), std::move(source.where)}}};
  }
  return sources;
}

Predicate without_foreign_events(const Predicate& predicate, Dataset dataset) {
  const auto each = [&](const std::vector<Predicate>& terms) {
    std::vector<Predicate> out;
    out.reserve(terms.size());
    for (const Predicate& term : terms) out.push_back(without_foreign_events(term, dataset));
    return out;
  };
  if (const auto* all = std::get_if<All>(&predicate.node)) return {All{each(all->terms)}};
  if (const auto* any = std::get_if<Any>(&predicate.node)) return {Any{each(any->terms)}};
  if (const auto* negation = std::get_if<Not>(&predicate.node)) {
    return negated(without_foreign_events(*negation->term, dataset));
  }
  const auto* matches = std::get_if<Matches>(&predicate.node);
  if (matches == nullptr || matches->field != event_field(dataset, "EventID")) return predicate;
  const bool possible =
      std::ranges::any_of(event_ids(dataset), [&](std::string_view id) { return matches->test.matches(id); });
  return possible ? predicate : never();
}

std::vector<std::string> data_source_of(const Logsource& logsource) {
  std::vector<std::string> out;
  const bool set = core::equals_ascii_nocase(logsource.category, "registry_set");
  const auto add = [&](const Words& ids) {
    for (const std::string_view id : ids) {
      out.push_back(fmt::format("{}{}", id.size() == 4 ? "Windows Event Log Security " : "Sysmon EventID ", id));
    }
  };
  if (set) add({"13", "4657"});
  for (const Category& category : categories()) {
    if (core::equals_ascii_nocase(category.name, logsource.category)) add(category.event_ids);
  }
  if (logsource.category.empty() && !logsource.service.empty()) out.push_back("Windows " + logsource.service);
  return out;
}

}  // namespace rw::detect::sigma
