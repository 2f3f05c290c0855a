// doctor: the disk of data_dir, who may read what is on it, and the database.
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "daemon/cli/doctor.h"
#include "daemon/cli/file_access.h"
#include "daemon/core/units.h"
#include "daemon/scheduler/health.h"
#include "daemon/scheduler/health_watch.h"
#include "storage/sqlite/data_dir.h"
#include "storage/sqlite/glance.h"

namespace rw::cli {
namespace {

constexpr std::string_view kDisk = "disk";
constexpr std::string_view kPermissions = "permissions";
constexpr std::string_view kDatabase = "database";
constexpr std::chrono::seconds kPatience{5};  // for the quick check of a large database

std::string mebibytes_of(std::uint64_t bytes) { return fmt::format("{} MiB", bytes / core::kMiB); }

// What may come beside what is there: the log and free pages are the database's, too.
std::uint64_t database_bytes(const std::string& data_dir) {
  const std::string file = storage::sqlite::database_file(data_dir);
  return storage::sqlite::size_of_file(file) + storage::sqlite::size_of_file(file + "-wal");
}

// One of the daemon's files: neither another user's, nor everybody's.
void check_file(const Patient& patient, const std::string& path, std::string_view what, Findings& findings) {
  struct stat file {};
  if (::stat(path.c_str(), &file) != 0) return;
  // root reads and writes what belongs to others.
  if (file.st_uid != patient.user.user && patient.user.user != 0) {
    findings.problem(
        kPermissions,
        fmt::format("{} belongs to {}, not to the daemon's user {}", path, user_name(file.st_uid), patient.user.name),
        fmt::format("sudo chown -R {} {}", patient.user.name, patient.config.data_dir));
  }
  if ((file.st_mode & S_IRWXO) != 0 && is_open_to_all(path)) {
    findings.warning(kPermissions, fmt::format("every user of this machine may read {}, {}", path, what),
                     "sudo chmod o= " + path);
  }
}

void check_secrets(const Patient& patient, Findings& findings) {
  const auto warn = [&](const std::string& file, std::string_view what) {
    findings.warning(kPermissions, fmt::format("every user of this machine may read {}, {}", file, what),
                     "sudo chmod o= " + file);
  };
  std::vector<std::string> keys;
  const auto add_key = [&](const auto& tls) {
    if (tls && std::ranges::find(keys, tls->key) == keys.end()) keys.push_back(tls->key);
  };
  for (const auto& listen : patient.config.syslog.listens) add_key(listen.tls);
  for (const auto& input : patient.config.http) add_key(input.server.tls);
  add_key(patient.config.api.server.tls);
  for (const std::string& key : keys) {
    if (is_open_to_all(key)) warn(key, "a private key");
  }
  for (const std::string& file : patient.config.secret_files) {
    if (is_open_to_all(file)) warn(file, "which holds secrets");
    if (!may_read(file, patient.user.user, patient.user.group)) {
      findings.problem(kPermissions, fmt::format("{} cannot be read by the daemon's user {}", file, patient.user.name),
                       fmt::format("sudo chown {0} {1} && sudo chmod u+r {1}", patient.user.name, file));
    }
  }
  if (patient.config.has_secrets && is_open_to_all(patient.config_file)) {
    warn(patient.config_file, "in which tokens or passwords stand");
  }
}

}  // namespace

void check_disk(const Patient& patient, Findings& findings) {
  const std::string& data_dir = patient.config.data_dir;
  struct statvfs disk {};
  if (::statvfs(data_dir.c_str(), &disk) != 0) {
    if (errno == ENOENT) {
      findings.warning(kDisk, fmt::format("data_dir {} is not there yet", data_dir),
                       "the first start makes it, where its user may: systemctl start regwarden");
    } else {
      findings.problem(kDisk, fmt::format("data_dir {}: {}", data_dir, std::strerror(errno)),
                       "run it as root, or look at data_dir in regwarden.yaml");
    }
    return;
  }
  if ((disk.f_flag & ST_RDONLY) != 0) {
    findings.problem(
        kDisk, fmt::format("the file system of {} is read-only: nothing can be written", data_dir),
        fmt::format("dmesg says why, if it was not meant so; sudo mount -o remount,rw $(stat -c %m {})", data_dir));
  }
  if (disk.f_files > 0 && disk.f_favail == 0) {
    findings.problem(kDisk, fmt::format("the file system of {} has no inodes left: no file can be made", data_dir),
                     fmt::format("delete files; df -i {} shows them", data_dir));
  }
  const auto free = scheduler::free_bytes_of(data_dir);
  const auto& retention = patient.config.retention;
  if (const auto low = scheduler::disk_space_low(patient.config.health, data_dir, free, patient.now)) {
    findings.problem(kDisk, low->message, fmt::format("{}; df -h {}", low->action, data_dir));
  } else if (free && retention.max_size_bytes && database_bytes(data_dir) + *free < *retention.max_size_bytes) {
    findings.warning(
        kDisk,
        fmt::format("storage.retention.max_size is {}, but the database and what is free make {}: the disk is full "
                    "before old events go",
                    core::format_size(*retention.max_size_bytes), mebibytes_of(database_bytes(data_dir) + *free)),
        "lower max_size in regwarden.yaml, or give data_dir a larger disk");
  } else if (free) {
    findings.ok_if_quiet(
        kDisk, fmt::format("{}: {} free, the database takes {} of at most {}", data_dir, mebibytes_of(*free),
                           mebibytes_of(database_bytes(data_dir)),
                           retention.max_size_bytes ? core::format_size(*retention.max_size_bytes) : "any size"));
  }
}

void check_permissions(const Patient& patient, Findings& findings) {
  const std::string& data_dir = patient.config.data_dir;
  std::error_code error;
  if (std::filesystem::is_directory(data_dir, error)) {
    check_file(patient, data_dir, "with all that Windows machines report", findings);
    for (const char* name : {"regwarden.db", "regwarden.db-wal", "regwarden.db-shm", "regwarden.lock", "tuning.yaml"}) {
      check_file(patient, data_dir + "/" + name, "with what Windows machines report", findings);
    }
  }
  check_secrets(patient, findings);
  findings.ok_if_quiet(kPermissions,
                       fmt::format("what there is of data, keys and secrets is for {} alone", patient.user.name));
}

std::unique_ptr<storage::Reader> check_database(const Patient& patient, Findings& findings) {
  const std::string& data_dir = patient.config.data_dir;
  const std::string file = storage::sqlite::database_file(data_dir);
  const std::string restore = "systemctl stop regwarden, keep the files, restore the last backup (docs/operations.md)";
  const auto seen = storage::sqlite::glance(data_dir, kPatience);
  if (!seen.ok()) {
    if (seen.error().code == core::ErrorCode::kNotFound) {
      if (::access(data_dir.c_str(), X_OK) != 0 && errno == EACCES) {
        findings.problem(kDatabase, fmt::format("{} cannot be looked at by this user", data_dir),
                         fmt::format("sudo -u {} regwarden doctor{}", patient.user.name, config_argument(patient)));
      } else {
        findings.warning(kDatabase, file + " is not there yet", "the first start makes it: systemctl start regwarden");
      }
    } else if (::access(file.c_str(), R_OK) != 0) {
      findings.problem(kDatabase, fmt::format("{}: {}", file, std::strerror(errno)),
                       fmt::format("sudo -u {} regwarden doctor{}", patient.user.name, config_argument(patient)));
    } else {
      findings.problem(kDatabase, fmt::format("{} cannot be opened: {}", file, seen.error().message), restore);
    }
    return nullptr;
  }
  for (const std::string& fault : seen->faults) {
    findings.problem(kDatabase, fmt::format("{} is damaged: {}", file, fault),
                     fmt::format("regwarden db check{} looks closer; {}", config_argument(patient), restore));
  }
  if (seen->schema_version > seen->newest_version) {
    findings.problem(kDatabase,
                     fmt::format("{} has schema {}, this program knows {}: a newer regwarden has written it", file,
                                 seen->schema_version, seen->newest_version),
                     "install that version again; there is no way back but a backup of before");
    return nullptr;
  }
  if (seen->schema_version < seen->newest_version) {
    findings.warning(
        kDatabase,
        fmt::format("{} has schema {}: the next start brings it to {}, and there is no way back", file,
                    seen->schema_version, seen->newest_version),
        fmt::format("regwarden db backup FILE{}; then systemctl restart regwarden", config_argument(patient)));
    return nullptr;
  }
  auto reader = storage::sqlite::open_reader(data_dir);
  if (!reader.ok()) {
    findings.problem(kDatabase, core::render(reader.error()), restore);
    return nullptr;
  }
  findings.ok_if_quiet(
      kDatabase,
      fmt::format("schema {}, {}", seen->schema_version,
                  seen->is_whole ? std::string("no fault")
                                 : fmt::format("no fault in what was looked at in {} s; regwarden db check{} reads all",
                                               kPatience.count(), config_argument(patient))));
  return std::move(reader).value();
}

}  // namespace rw::cli
