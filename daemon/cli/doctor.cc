// regwarden doctor: what may be wrong with this installation, and how to mend it.
#include "daemon/cli/doctor.h"

#include <fmt/format.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

#include "daemon/cli/command.h"
#include "storage/sqlite/lock.h"

namespace rw::cli {
namespace {

struct DoctorOptions {
  std::string config;
  bool json = false;
};

// Only the configuration's problems where it has some: all else depends on it.
Findings examine(const std::string& asked_file) {
  Findings findings;
  core::Problems problems;
  std::string file = asked_file;
  const config::Config config = load_config(file, problems);
  for (const core::Problem& problem : problems) {
    if (problem.severity == core::Severity::kError) {
      findings.problem("configuration", core::render(problem), "correct it: the daemon does not start with it");
    } else {
      findings.warning("configuration", core::render(problem), "correct it");
    }
  }
  if (core::has_errors(problems)) return findings;
  findings.ok_if_quiet("configuration", file.empty() ? "there is no file: the defaults hold" : file);

  problems.clear();
  const auto process = storage::sqlite::lock_holder(config.data_dir);
  Patient patient{.config = config,
                  .config_file = asked_file,
                  .now = core::SystemClock().now(),
                  .process = process,
                  .user = find_daemon_user(config, process),
                  .catalogue = load_detections(config.detections, problems)};
  check_detections(patient, problems, findings);
  if (process) {
    findings.ok("daemon", fmt::format("runs as process {}, user {}", *process, patient.user.name));
  } else {
    findings.warning("daemon", "it does not run", "systemctl start regwarden");
  }
  check_limits(patient, findings);
  check_disk(patient, findings);
  check_permissions(patient, findings);
  const auto reader = check_database(patient, findings);
  patient.reader = reader.get();
  check_clock(patient, findings);
  check_ports(patient, findings);
  check_certificates(patient, findings);
  check_protection(patient, findings);
  check_access(patient, findings);
  check_events(patient, findings);
  check_runs(patient, findings);
  check_notifications(patient, findings);
  return findings;
}

std::string counted(std::size_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

int doctor(const DoctorOptions& options) {
  const Findings findings = examine(options.config);
  std::cout << (options.json ? render_json(findings) : render_text(findings));
  return findings.count(Level::kProblem) == 0 ? kDone : kFailed;
}

}  // namespace

std::string_view level_name(Level level) {
  constexpr std::string_view kNames[] = {"ok", "warning", "problem"};
  return kNames[static_cast<std::size_t>(level)];
}

void Findings::ok_if_quiet(std::string_view check, std::string message) {
  if (std::ranges::find(all_, check, &Finding::check) == all_.end()) ok(check, std::move(message));
}

std::size_t Findings::count(Level level) const {
  return static_cast<std::size_t>(std::ranges::count(all_, level, &Finding::level));
}

std::string config_argument(const Patient& patient) {
  return patient.config_file.empty() ? std::string() : " -c " + patient.config_file;
}

std::string user_name(uid_t user) {
  const passwd* known = ::getpwuid(user);  // the command has one thread
  return known == nullptr ? std::to_string(user) : std::string(known->pw_name);
}

DaemonUser find_daemon_user(const config::Config& config, std::optional<int> process) {
  // Not the owner of /proc/PID, which is root where a process keeps its memory from others.
  std::ifstream status(fmt::format("/proc/{}/status", process.value_or(0)));
  std::optional<uid_t> user;
  for (std::string line; std::getline(status, line);) {
    std::istringstream words(line);
    std::string name;
    unsigned real = 0;
    unsigned effective = 0;
    words >> name >> real >> effective;
    if (name == "Uid:") user = effective;
    if (name == "Gid:" && user) return {*user, effective, user_name(*user)};
  }
  struct stat place {};
  if (::stat(config.data_dir.c_str(), &place) == 0) return {place.st_uid, place.st_gid, user_name(place.st_uid)};
  return {::geteuid(), ::getegid(), user_name(::geteuid())};
}

std::string render_text(const Findings& findings) {
  std::size_t width = 0;
  for (const Finding& finding : findings.all()) width = std::max(width, finding.check.size());
  std::string text;
  for (const Finding& finding : findings.all()) {
    text += fmt::format("{:<7}  {:<{}}  {}\n", level_name(finding.level), finding.check, width, finding.message);
    if (!finding.mend.empty()) text += fmt::format("{:<{}}-> {}\n", "", 7 + 2 + width + 2, finding.mend);
  }
  const std::size_t problems = findings.count(Level::kProblem);
  const std::size_t warnings = findings.count(Level::kWarning);
  if (problems + warnings == 0) return text + "\nAll is well.\n";
  return text + fmt::format("\n{}, {}.\n", counted(problems, "problem"), counted(warnings, "warning"));
}

std::string render_json(const Findings& findings) {
  const std::size_t problems = findings.count(Level::kProblem);
  const std::size_t warnings = findings.count(Level::kWarning);
  nlohmann::ordered_json json = {{"status", level_name(problems > 0   ? Level::kProblem
                                                       : warnings > 0 ? Level::kWarning
                                                                      : Level::kOk)},
                                 {"problems", problems},
                                 {"warnings", warnings},
                                 {"findings", nlohmann::ordered_json::array()}};
  for (const Finding& finding : findings.all()) {
    nlohmann::ordered_json& item = json["findings"].emplace_back(nlohmann::ordered_json{
        {"level", level_name(finding.level)}, {"check", finding.check}, {"message", finding.message}});
    if (!finding.mend.empty()) item["mend"] = finding.mend;
  }
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

void check_detections(const Patient& patient, const core::Problems& problems, Findings& findings) {
  std::size_t warnings = 0;
  for (const core::Problem& problem : problems) {
    if (problem.severity == core::Severity::kWarning) {
      ++warnings;
    } else {
      findings.problem("detections", core::render(problem), "correct the file; until then this detection does not run");
    }
  }
  const auto count = [&](detect::DetectionState state) {
    return std::ranges::count_if(patient.catalogue->detections(),
                                 [state](const auto& detection) { return detection->state == state; });
  };
  const std::string counts =
      fmt::format("{} enabled, {} disabled, {} unsupported", count(detect::DetectionState::kEnabled),
                  count(detect::DetectionState::kDisabled), count(detect::DetectionState::kUnsupported));
  if (count(detect::DetectionState::kEnabled) == 0) {
    findings.warning(
        "detections", counts + ": nothing is searched",
        "name files or folders under `detections: paths:`, then regwarden detections" + config_argument(patient));
  } else if (warnings > 0) {
    findings.ok("detections", fmt::format("{}; {} (regwarden check{} shows them)", counts, counted(warnings, "warning"),
                                          config_argument(patient)));
  } else {
    findings.ok("detections", counts);
  }
}

void add_doctor(CLI::App& app, int& status) {
  auto options = std::make_shared<DoctorOptions>();
  CLI::App* command =
      app.add_subcommand("doctor", "Look for what may be wrong, and say how to mend it; exit with 1 on a problem");
  add_config_option(*command, options->config);
  command->add_flag("--json", options->json, "One JSON document, for machines");
  command->callback([options, &status] { status = doctor(*options); });
}

}  // namespace rw::cli
