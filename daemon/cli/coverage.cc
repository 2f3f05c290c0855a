// regwarden coverage: which ATT&CK techniques the enabled detections cover, as a layer for the ATT&CK Navigator
// (layer format 4.5, https://github.com/mitre-attack/attack-navigator).
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "daemon/cli/command.h"
#include "daemon/core/version.h"
#include "daemon/detect/attack/attack.h"

namespace rw::cli {
namespace {

using Json = nlohmann::ordered_json;

struct CoverageOptions {
  std::string config;
  std::string output;
};

Json layer_of(const detect::Catalogue& catalogue) {
  std::map<std::string, std::vector<std::string>, std::less<>> names;  // by technique; a parent of one may have none
  for (const auto& detection : catalogue.detections()) {
    if (detection->state != detect::DetectionState::kEnabled) continue;
    for (const std::string& id : detection->mitre_attack_id) {
      std::vector<std::string>& of_technique = names[id];
      if (of_technique.empty() || of_technique.back() != detection->name) of_technique.push_back(detection->name);
      names[std::string(detect::attack::parent_of(id))];
    }
  }
  std::size_t most = 1;
  Json techniques = Json::array();
  for (const auto& [id, detections] : names) {
    const std::string prefix = id + '.';
    const auto next = names.upper_bound(id);
    Json technique = {{"techniqueID", id}};
    if (!detections.empty()) {
      technique["score"] = detections.size();
      std::string comment;
      for (const std::string& name : detections) comment += (comment.empty() ? "" : "\n") + name;
      technique["comment"] = comment;
    }
    technique["enabled"] = true;
    technique["showSubtechniques"] = next != names.end() && next->first.starts_with(prefix);
    techniques.push_back(std::move(technique));
    most = std::max(most, detections.size());
  }
  return {{"name", "regwarden"},
          {"versions", {{"layer", "4.5"}}},
          {"domain", "enterprise-attack"},
          {"description", fmt::format("Enabled detections of regwarden {}: score is their number", core::kVersion)},
          {"sorting", 3},  // by score, highest first
          {"hideDisabled", false},
          {"techniques", std::move(techniques)},
          {"gradient", {{"colors", {"#ffffff", "#66b1ff", "#0b3d91"}}, {"minValue", 0}, {"maxValue", most}}}};
}

int coverage(const CoverageOptions& options) {
  const auto config = read_config(options.config);
  if (!config) return kFailed;
  const std::string text = layer_of(*read_detections(*config)).dump(2, ' ', false, Json::error_handler_t::replace);
  if (options.output.empty()) {
    std::cout << text << '\n';
    return kDone;
  }
  std::ofstream file(options.output, std::ios::binary);
  file << text << '\n';
  file.close();
  return file ? kDone : fail(options.output + ": cannot write the file");
}

}  // namespace

void add_coverage(CLI::App& app, int& status) {
  auto options = std::make_shared<CoverageOptions>();
  CLI::App* command =
      app.add_subcommand("coverage", "Write the ATT&CK techniques of the enabled detections as a Navigator layer");
  add_config_option(*command, options->config);
  command->add_option("-o,--output", options->output, "File to write (default: standard output)")->type_name("FILE");
  command->callback([options, &status] { status = coverage(*options); });
}

}  // namespace rw::cli
