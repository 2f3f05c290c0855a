// What `regwarden doctor` looks at, and how it says what it has found. Every check reads and changes nothing.
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/config/load.h"
#include "daemon/core/time.h"
#include "daemon/detect/load.h"
#include "storage/store.h"

namespace rw::cli {

enum class Level { kOk, kWarning, kProblem };
std::string_view level_name(Level level);  // "ok", "warning", "problem"

struct Finding {
  Level level = Level::kOk;
  std::string check;    // "ports"
  std::string message;  // what is so
  std::string mend;     // what to do, with the command; empty: nothing
};

class Findings {
 public:
  void ok(std::string_view check, std::string message) { add(Level::kOk, check, std::move(message), {}); }
  void warning(std::string_view check, std::string message, std::string mend) {
    add(Level::kWarning, check, std::move(message), std::move(mend));
  }
  void problem(std::string_view check, std::string message, std::string mend) {
    add(Level::kProblem, check, std::move(message), std::move(mend));
  }
  // What is fine is worth a line where nothing else was said of it.
  void ok_if_quiet(std::string_view check, std::string message);

  const std::vector<Finding>& all() const { return all_; }
  std::size_t count(Level level) const;

 private:
  void add(Level level, std::string_view check, std::string message, std::string mend) {
    all_.push_back({level, std::string(check), std::move(message), std::move(mend)});
  }
  std::vector<Finding> all_;
};

// The user that the daemon runs as, as far as it can be told.
struct DaemonUser {
  uid_t user = 0;
  gid_t group = 0;
  std::string name;
};

struct Patient {
  const config::Config& config;
  std::string config_file;  // empty: the embedded defaults
  core::Micros now;
  std::optional<int> process;  // of the daemon that serves data_dir
  DaemonUser user;
  std::shared_ptr<const detect::Catalogue> catalogue;
  storage::Reader* reader = nullptr;  // null: there is no database that can be read
};

// "-c FILE" for commands that are to be copied; empty where the default file is used.
std::string config_argument(const Patient& patient);
// That of the process, else the owner of data_dir, else whoever asks.
DaemonUser find_daemon_user(const config::Config& config, std::optional<int> process);
std::string user_name(uid_t user);

void check_detections(const Patient& patient, const core::Problems& problems, Findings& findings);
void check_ports(const Patient& patient, Findings& findings);
void check_protection(const Patient& patient, Findings& findings);
void check_access(const Patient& patient, Findings& findings);
void check_certificates(const Patient& patient, Findings& findings);
void check_clock(const Patient& patient, Findings& findings);
void check_limits(const Patient& patient, Findings& findings);
void check_disk(const Patient& patient, Findings& findings);
void check_permissions(const Patient& patient, Findings& findings);
// Gives the reader for the checks below, where the database can be read.
std::unique_ptr<storage::Reader> check_database(const Patient& patient, Findings& findings);
void check_events(const Patient& patient, Findings& findings);
void check_runs(const Patient& patient, Findings& findings);
void check_notifications(const Patient& patient, Findings& findings);

// A line each, aligned, with what to do below; the last one is the sum.
std::string render_text(const Findings& findings);
std::string render_json(const Findings& findings);

}  // namespace rw::cli
