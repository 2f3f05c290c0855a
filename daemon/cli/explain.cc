// regwarden explain: a detection's search, its plan and its SQL.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "daemon/cli/command.h"
#include "daemon/detect/search.h"
#include "daemon/scheduler/due.h"
#include "storage/sqlite/dialect.h"

namespace rw::cli {
namespace {

struct ExplainOptions {
  std::string config;
  std::string detection;
};

int explain(const ExplainOptions& options) {
  const auto config = read_config(options.config);
  if (!config) return kFailed;
  const auto detection = find_runnable(*read_detections(*config), options.detection);
  if (!detection) return kFailed;
  const cim::Window window = scheduler::window_of(detection->schedule, core::SystemClock().now(), config->time_zone);
  const storage::sqlite::SqliteDialect dialect;
  std::cout << "detection: " << detection->name << "\nfile:      " << detection->file
            << "\nwindow:    " << core::format_rfc3339(window.earliest) << " <= _time < "
            << core::format_rfc3339(window.latest) << "\n\nsearch:\n"
            << detection->search_text << "\n\nplan:\n"
            << detection->search->explain_plan() << "\n\nsql (" << dialect.name() << "):\n"
            << detection->search->explain_sql(dialect, window, config->time_zone) << '\n';
  return kDone;
}

}  // namespace

void add_explain(CLI::App& app, int& status) {
  auto options = std::make_shared<ExplainOptions>();
  CLI::App* command = app.add_subcommand("explain", "Show a detection's search, plan and SQL");
  add_config_option(*command, options->config);
  command->add_option("DETECTION", options->detection, "Name, id or file stem")->required();
  command->callback([options, &status] { status = explain(*options); });
}

}  // namespace rw::cli
