#include "daemon/cli/command.h"

#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <system_error>

#include "daemon/about/about.h"
#include "daemon/scheduler/cron.h"

namespace rw::cli {
namespace {

constexpr const char* kSystemConfig = "/etc/regwarden/regwarden.yaml";

}  // namespace

int run(int argc, char** argv) {
  // What Windows machines report is nobody's business but the daemon's user's and its group's.
  ::umask(0027);
  CLI::App app("Collector and detection daemon for Windows registry events", "regwarden");
  app.set_version_flag("--version", [] { return about::version_text(); });
  app.require_subcommand(1);
  int status = kDone;
  add_serve(app, status);
  add_check(app, status);
  add_detections(app, status);
  add_explain(app, status);
  add_run(app, status);
  add_search(app, status);
  add_import(app, status);
  add_backfill(app, status);
  add_test(app, status);
  add_coverage(app, status);
  add_sources(app, status);
  add_notify(app, status);
  add_db(app, status);
  add_top(app, status);
  add_token(app, status);
  add_user(app, status);
  add_tls(app, status);
  add_doctor(app, status);
  add_sysmon_config(app, status);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& done) {  // --help, --version
    return app.exit(done);
  } catch (const CLI::ParseError& error) {
    std::cerr << "regwarden: " << error.what() << "\nTry 'regwarden --help', or 'regwarden COMMAND --help'.\n";
    return kUsage;
  }
  return status;
}

void add_config_option(CLI::App& command, std::string& file) {
  command
      .add_option("-c,--config", file, "Configuration file (default: /etc/regwarden/regwarden.yaml where it exists)")
      ->type_name("FILE");
}

config::Config load_config(std::string& file, core::Problems& problems) {
  std::error_code error;
  if (file.empty() && std::filesystem::exists(kSystemConfig, error)) file = kSystemConfig;
  return file.empty() ? config::defaults() : config::load(file, problems);
}

std::optional<config::Config> read_config(const std::string& file) {
  core::Problems problems;
  std::string read = file;
  config::Config config = load_config(read, problems);
  print(problems);
  if (core::has_errors(problems)) return std::nullopt;
  return config;
}

void replace_detections(const std::vector<std::string>& paths, config::Config& config) {
  if (paths.empty()) return;
  config.detections.paths = paths;
  config.detections.builtin = false;
  config.detections.overrides.clear();  // they may name detections that are not among the paths
  config.detections.tuning_file.clear();
}

std::shared_ptr<const detect::Catalogue> load_detections(const detect::LoadOptions& options, core::Problems& problems,
                                                         const detect::Catalogue* before) {
  auto catalogue = detect::load(options, problems, before);
  for (const auto& detection : catalogue->detections()) {
    const auto cron = scheduler::Cron::parse(detection->schedule.cron_schedule);
    if (!cron.ok()) {
      problems.push_back({.file = detection->file, .message = "cron_schedule: " + cron.error().message});
    }
  }
  return catalogue;
}

std::shared_ptr<const detect::Catalogue> read_detections(const config::Config& config, Show show) {
  core::Problems problems;
  auto catalogue = load_detections(config.detections, problems);
  if (show == Show::kErrors) {
    std::erase_if(problems, [](const auto& problem) { return problem.severity == core::Severity::kWarning; });
  }
  print(problems);
  return catalogue;
}

std::shared_ptr<const detect::Detection> find_detection(const detect::Catalogue& catalogue, const std::string& name) {
  auto detection = catalogue.find(name);
  if (!detection) {
    fail("no detection has the name, id or file stem '" + name + "'; 'regwarden detections' lists them");
  }
  return detection;
}

std::shared_ptr<const detect::Detection> find_runnable(const detect::Catalogue& catalogue, const std::string& name) {
  auto detection = find_detection(catalogue, name);
  if (detection && !detection->search) {
    fail("'" + detection->name + "' is not supported: " +
         (detection->problem ? core::render(*detection->problem) : std::string("its search did not compile")));
    return nullptr;
  }
  return detection;
}

void print(const core::Problems& problems) {
  for (const core::Problem& problem : problems) std::cerr << core::render(problem) << '\n';
}

int fail(const core::Error& error) { return fail(core::render(error)); }

int fail(const std::string& message) {
  std::cerr << "regwarden: " << message << '\n';
  return kFailed;
}

}  // namespace rw::cli
