// regwarden coverage: which ATT&CK techniques the enabled detections cover, as a layer for the ATT&CK Navigator.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "daemon/cli/command.h"
#include "daemon/core/version.h"
#include "daemon/detect/attack/layer.h"

namespace rw::cli {
namespace {

struct CoverageOptions {
  std::string config;
  std::string output;
};

std::string layer_of(const detect::Catalogue& catalogue) {
  detect::attack::LayerTechniques techniques;
  std::map<std::string, std::string, std::less<>> last;  // by technique: the detection that was counted last
  for (const auto& detection : catalogue.detections()) {
    if (detection->state != detect::DetectionState::kEnabled) continue;
    for (const std::string& id : detection->mitre_attack_id) {
      if (std::exchange(last[id], detection->name) == detection->name) continue;
      detect::attack::LayerTechnique& technique = techniques[id];
      ++technique.score;
      technique.comment += (technique.comment.empty() ? "" : "\n") + detection->name;
    }
  }
  return detect::attack::navigator_layer(
      "regwarden", fmt::format("Enabled detections of regwarden {}: score is their number", core::kVersion),
      std::move(techniques));
}

int coverage(const CoverageOptions& options) {
  const auto config = read_config(options.config);
  if (!config) return kFailed;
  const std::string text = layer_of(*read_detections(*config));
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
