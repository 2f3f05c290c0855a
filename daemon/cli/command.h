// What every subcommand shares: its shape, reading the configuration, finding a detection, exit status.
// Exit status: 0 done, 1 failed (or findings where asked), 2 usage.
#pragma once

#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/config/load.h"
#include "daemon/core/result.h"
#include "daemon/detect/load.h"

namespace CLI {
class App;
}

namespace rw::cli {

inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;
inline constexpr int kUsage = 2;

// Each adds its subcommand with its options to the app; when the subcommand is given, `status` is what it returned.
void add_serve(CLI::App& app, int& status);
void add_check(CLI::App& app, int& status);
void add_detections(CLI::App& app, int& status);
void add_explain(CLI::App& app, int& status);
void add_run(CLI::App& app, int& status);
void add_search(CLI::App& app, int& status);
void add_import(CLI::App& app, int& status);
void add_backfill(CLI::App& app, int& status);
void add_test(CLI::App& app, int& status);
void add_coverage(CLI::App& app, int& status);
void add_sources(CLI::App& app, int& status);
void add_notify(CLI::App& app, int& status);
void add_db(CLI::App& app, int& status);
void add_sysmon_config(CLI::App& app, int& status);
void add_token(CLI::App& app, int& status);
void add_top(CLI::App& app, int& status);
void add_user(CLI::App& app, int& status);
void add_tls(CLI::App& app, int& status);
void add_doctor(CLI::App& app, int& status);

// Parses the command line, runs the subcommand, returns the exit status.
int run(int argc, char** argv);

// Adds -c FILE. Where it is not given, /etc/regwarden/regwarden.yaml is read if it exists; else the embedded defaults
// hold.
void add_config_option(CLI::App& command, std::string& file);

// What -c FILE means. `file` empty: becomes the file of the system where there is one. With errors in `problems` the
// result is not to be used.
config::Config load_config(std::string& file, core::Problems& problems);
// Prints every problem to stderr; nullopt when one of them is an error.
std::optional<config::Config> read_config(const std::string& file);
// The detections of these files and folders instead of the configured ones, and none that is built in; nothing where no
// path is given.
void replace_detections(const std::vector<std::string>& paths, config::Config& config);
// detect::load, and the schedules checked: cron belongs to a layer above the loader.
std::shared_ptr<const detect::Catalogue> load_detections(const detect::LoadOptions& options, core::Problems& problems,
                                                         const detect::Catalogue* before = nullptr);
// Loads and prints the problems; errors in them do not stop what the sound ones can do.
// Warnings are for those who look at all detections (serve, check); who wants one is not shown those of the others.
enum class Show { kAll, kErrors };
std::shared_ptr<const detect::Catalogue> read_detections(const config::Config& config, Show show = Show::kErrors);
// By name, id or file stem; prints to stderr what is wrong when there is none, or it cannot run.
std::shared_ptr<const detect::Detection> find_detection(const detect::Catalogue& catalogue, const std::string& name);
std::shared_ptr<const detect::Detection> find_runnable(const detect::Catalogue& catalogue, const std::string& name);

void print(const core::Problems& problems);
// "regwarden: MESSAGE (HINT)" on stderr; returns kFailed.
int fail(const core::Error& error);
int fail(const std::string& message);

}  // namespace rw::cli
