// regwarden check: every problem of the configuration and the detections.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>

#include "daemon/cli/command.h"

namespace rw::cli {
namespace {

struct CheckOptions {
  std::string config;
  std::vector<std::string> paths;
};

int check(const CheckOptions& options) {
  auto config = read_config(options.config);
  if (!config) return kFailed;
  replace_detections(options.paths, *config);
  core::Problems problems;
  const auto catalogue = load_detections(config->detections, problems);
  print(problems);
  const auto count = [&](detect::DetectionState state) {
    return std::ranges::count_if(catalogue->detections(),
                                 [state](const auto& detection) { return detection->state == state; });
  };
  if (core::has_errors(problems)) return kFailed;
  std::cout << "ok: " << catalogue->detections().size() << " detections (" << count(detect::DetectionState::kEnabled)
            << " enabled, " << count(detect::DetectionState::kDisabled) << " disabled, "
            << count(detect::DetectionState::kUnsupported) << " unsupported)\n";
  return kDone;
}

}  // namespace

void add_check(CLI::App& app, int& status) {
  auto options = std::make_shared<CheckOptions>();
  CLI::App* command = app.add_subcommand("check", "Check the configuration and all detections, report every problem");
  add_config_option(*command, options->config);
  command->add_option("PATH", options->paths, "Detection files or folders to check instead of the configured ones");
  command->callback([options, &status] { status = check(*options); });
}

}  // namespace rw::cli
