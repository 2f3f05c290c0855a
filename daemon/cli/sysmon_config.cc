// regwarden sysmon-config: a configuration for Sysmon that logs what the enabled detections look at.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "daemon/cli/command.h"
#include "daemon/detect/sysmon/configuration.h"
#include "daemon/detect/sysmon/xml.h"

namespace rw::cli {
namespace {

struct SysmonOptions {
  std::string config;
  std::vector<std::string> paths;
  bool leave_out_unmappable = false;
};

int sysmon_config(const SysmonOptions& options) {
  auto config = read_config(options.config);
  if (!config) return kFailed;
  replace_detections(options.paths, *config);
  const auto made = detect::sysmon::configuration_for(*read_detections(*config), options.leave_out_unmappable);
  core::Problems warnings;
  for (const detect::sysmon::Unmappable& each : made.unmappable) {
    const std::string consequence = options.leave_out_unmappable
                                        ? "it is left out and will not see all that it looks for"
                                        : "all changes of its kind are logged for it";
    warnings.push_back(
        {.file = each.file,
         .message = each.detection + ": its search names neither key nor process nor data: " + consequence,
         .severity = core::Severity::kWarning});
  }
  print(warnings);
  std::cout << detect::sysmon::to_xml(made) << std::flush;
  return std::cout ? kDone : fail("standard output: cannot write");
}

}  // namespace

void add_sysmon_config(CLI::App& app, int& status) {
  auto options = std::make_shared<SysmonOptions>();
  CLI::App* command =
      app.add_subcommand("sysmon-config", "Write a Sysmon configuration that logs what the enabled detections look at");
  add_config_option(*command, options->config);
  command->add_option("PATH", options->paths, "Detection files or folders to take instead of the configured ones");
  command->add_flag("--skip-unmappable", options->leave_out_unmappable,
                    "Leave out detections for which all changes of a kind would have to be logged");
  command->callback([options, &status] { status = sysmon_config(*options); });
}

}  // namespace rw::cli
