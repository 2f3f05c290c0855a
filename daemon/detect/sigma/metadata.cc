#include "daemon/detect/sigma/metadata.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/core/hash.h"
#include "daemon/core/text.h"
#include "daemon/detect/annotations.h"

namespace rw::detect::sigma {
namespace {

struct Level {
  std::string_view name;
  std::int64_t score;
  bool notable;
  bool risk;
};
constexpr std::array kLevels = {
    Level{"informational", 5, false, false}, Level{"low", 20, false, true},     Level{"medium", 40, false, true},
    Level{"high", 70, true, true},           Level{"critical", 90, true, true},
};
constexpr std::array<std::string_view, 5> kStatuses = {"stable", "test", "experimental", "deprecated", "unsupported"};

std::string text(const yaml::Node& root, std::string_view key, core::Problems& problems) {
  return root[key].as_text(problems, key).value_or("");
}

std::string upper(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - ('a' - 'A'));
  }
  return text;
}

// 20240131 of 2024-01-31 or 2024/01/31; 0: no date.
int version_of(std::string_view date) {
  constexpr std::size_t kLength = 10;
  if (date.size() < kLength || (date[4] != '-' && date[4] != '/') || date[7] != date[4]) return 0;
  std::string digits;
  for (const std::size_t at : {0UL, 1UL, 2UL, 3UL, 5UL, 6UL, 8UL, 9UL}) digits += date[at];
  int version = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), version);
  return error == std::errc() && end == digits.data() + digits.size() ? version : 0;
}

bool is_technique(std::string_view tag) {
  return tag.size() >= 5 && tag[0] == 't' &&
         std::all_of(tag.begin() + 1, tag.end(), [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
}

// attack.defense_evasion, attack.defense-evasion; not attack.g0016 and attack.s0002 (groups, software).
bool is_tactic(std::string_view tag) {
  return !tag.empty() && std::ranges::none_of(tag, [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
}

template <class Words>
std::string one_of(const yaml::Node& root, std::string_view key, std::string_view otherwise, const Words& words,
                   std::string_view expected, core::Problems& problems) {
  const yaml::Node node = root[key];
  const std::string value = core::fold_ascii(core::trim(text(root, key, problems)));
  if (value.empty()) return std::string(otherwise);
  if (std::ranges::find(words, value) == words.end()) {
    node.report(problems, fmt::format("{}: {}: expected {}", key, core::quoted(value), expected));
  }
  return value;
}

// The values that name no person whose risk could be counted.
std::vector<core::TextPattern> no_users() {
  std::vector<core::TextPattern> out;
  for (const std::string_view name : {"unknown", "SYSTEM", "LOCAL SERVICE", "NETWORK SERVICE", "*$"}) {
    out.push_back(core::TextPattern::with_stars(name));
  }
  return out;
}

}  // namespace

Detection detection_of(const yaml::Node& root, const std::string& title, const std::string& id, const Options& options,
                       core::Problems& problems) {
  Detection d;
  d.source = "sigma";
  d.type = "Sigma";
  d.name = title;
  d.id = id;
  if (d.id.empty()) {
    core::StableHash hash;
    hash.add("sigma");
    hash.add(title);
    d.id = hash.hex();
  }
  d.file = root.file();
  d.stem = std::filesystem::path(d.file).stem().string();
  d.date = text(root, "date", problems);
  d.author = text(root, "author", problems);
  d.description = text(root, "description", problems);
  const int modified = version_of(text(root, "modified", problems));
  d.version = std::max({modified > 0 ? modified : version_of(d.date), 1});
  d.status =
      one_of(root, "status", "test", kStatuses, "stable, test, experimental, deprecated or unsupported", problems);
  d.references = root["references"].as_text_list(problems, "references").value_or(std::vector<std::string>{});
  for (const std::string& each :
       root["falsepositives"].as_text_list(problems, "falsepositives").value_or(std::vector<std::string>{})) {
    d.known_false_positives += (d.known_false_positives.empty() ? "" : "\n") + each;
  }

  std::vector<std::string> cve;
  std::vector<std::string> tactics;
  for (const std::string& written : root["tags"].as_text_list(problems, "tags").value_or(std::vector<std::string>{})) {
    const std::string tag = core::fold_ascii(written);
    const std::string_view value = std::string_view(tag).substr(std::min(tag.find('.'), tag.size() - 1) + 1);
    if (tag.starts_with("cve."))
      cve.push_back("CVE-" + upper(std::string(value.starts_with("cve-") ? value.substr(4) : value)));
    if (!tag.starts_with("attack.")) continue;
    if (is_technique(value)) {
      d.mitre_attack_id.push_back(upper(std::string(value)));
    } else if (is_tactic(value)) {
      tactics.emplace_back(value);
      std::ranges::replace(tactics.back(), '_', '-');
    }
  }

  std::array<std::string_view, kLevels.size()> names;
  std::ranges::transform(kLevels, names.begin(), &Level::name);
  d.severity = one_of(root, "level", "medium", names, "informational, low, medium, high or critical", problems);
  const auto level = std::ranges::find(kLevels, d.severity, &Level::name);
  if (level != kLevels.end()) {
    d.creates_risk = level->risk;
    d.creates_notable = level->notable;
    const std::int64_t score =
        d.status == "experimental" && options.halve_experimental ? level->score / 2 : level->score;
    d.risk_objects = {{.field = "dest", .type = "system", .score = score},
                      {.field = "user", .type = "user", .score = score, .ignored = no_users()}};
  }
  d.rule_title = d.name;
  d.rule_description = d.description;
  d.nes_fields = {"user", "dest"};
  d.annotations = annotations_json(d, cve, tactics);
  const auto default_time = [](std::string_view written) { return core::TimeModifier::parse(written).value(); };
  d.schedule.earliest_time = default_time("-70m@m");
  d.schedule.latest_time = default_time("-10m@m");
  return d;
}

std::string status_against_running(const Detection& detection) {
  return detection.status == "deprecated" || detection.status == "unsupported" ? detection.status : "";
}

}  // namespace rw::detect::sigma
