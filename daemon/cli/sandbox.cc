#include "daemon/cli/sandbox.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <set>
#include <system_error>

#include "daemon/core/file_descriptor.h"
#include "daemon/core/sanitizers.h"
#include "storage/sqlite/data_dir.h"

namespace rw::cli {
namespace {

std::string reason() { return std::strerror(errno); }  // NOLINT(concurrency-mt-unsafe): there is one thread

// --- Files: Landlock (landlock(7), Linux 5.13) -----------------------------------------------------------------------

constexpr std::uint64_t kTruncate = 1ULL << 14;  // of version 3 of its interface
constexpr std::uint64_t kWriting = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                                   LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
                                   LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
                                   LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
                                   LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM;

// Where SQLite puts what a search sorts beside the data directory, and /dev for /dev/null.
std::set<std::string> writable_folders(const std::string& data_dir) {
  std::set<std::string> folders = {data_dir, "/dev", "/tmp", "/var/tmp"};
  for (const char* const variable : {"SQLITE_TMPDIR", "TMPDIR"}) {
    if (const char* const folder = std::getenv(variable)) folders.insert(folder);  // NOLINT(concurrency-mt-unsafe)
  }
  // A database that lies elsewhere, behind a link.
  std::error_code error;
  const auto database = std::filesystem::canonical(storage::sqlite::database_file(data_dir), error);
  if (!error) folders.insert(database.parent_path().string());
  return folders;
}

bool restrict_writing(const std::string& data_dir) {
  const long version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (version < 1) return false;
  landlock_ruleset_attr rules{};
  rules.handled_access_fs = version >= 3 ? kWriting | kTruncate : kWriting;
  const core::FileDescriptor ruleset(static_cast<int>(::syscall(SYS_landlock_create_ruleset, &rules, sizeof rules, 0)));
  if (!ruleset) return false;
  for (const std::string& folder : writable_folders(data_dir)) {
    const core::FileDescriptor place(::open(folder.c_str(), O_PATH | O_CLOEXEC));
    if (!place) continue;  // not there
    landlock_path_beneath_attr beneath{};
    beneath.allowed_access = rules.handled_access_fs;
    beneath.parent_fd = place.get();
    if (::syscall(SYS_landlock_add_rule, ruleset.get(), LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) != 0) return false;
  }
  return ::syscall(SYS_landlock_restrict_self, ruleset.get(), 0) == 0;
}

// --- Calls: seccomp(2) -----------------------------------------------------------------------------------------------

// The daemon starts no program, looks into no other process and changes nothing of the machine. They are refused, not
// allowed by a list: what a library calls in its next version must not end the daemon.
constexpr const char* kRefused[] = {"execve",
                                    "execveat",
                                    "ptrace",
                                    "process_vm_readv",
                                    "process_vm_writev",
                                    "kcmp",
                                    "pidfd_getfd",
                                    "mount",
                                    "umount2",
                                    "move_mount",
                                    "open_tree",
                                    "fsopen",
                                    "fsmount",
                                    "fsconfig",
                                    "fspick",
                                    "pivot_root",
                                    "chroot",
                                    "unshare",
                                    "setns",
                                    "kexec_load",
                                    "bpf",
                                    "kexec_file_load",
                                    "init_module",
                                    "finit_module",
                                    "delete_module",
                                    "reboot",
                                    "swapon",
                                    "swapoff",
                                    "perf_event_open",
                                    "userfaultfd",
                                    "add_key",
                                    "keyctl",
                                    "request_key",
                                    "acct",
                                    "quotactl",
                                    "settimeofday",
                                    "clock_settime",
                                    "adjtimex",
                                    "clock_adjtime",
                                    "sethostname",
                                    "setdomainname",
                                    "open_by_handle_at",
                                    "name_to_handle_at",
                                    "io_uring_setup",
                                    "personality",
                                    "lookup_dcookie"};

struct FilterFree {
  void operator()(void* filter) const { seccomp_release(filter); }
};

bool refuse_calls() {
  const std::unique_ptr<void, FilterFree> filter(seccomp_init(SCMP_ACT_ALLOW));
  if (!filter) return false;
  for (const char* const name : kRefused) {
    const int call = seccomp_syscall_resolve_name(name);
    if (call == __NR_SCMP_ERROR) continue;  // newer than the library
    if (seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(EPERM), call, 0) != 0) return false;
  }
  return seccomp_load(filter.get()) == 0;
}

}  // namespace

std::vector<std::string> enter_sandbox(const std::string& data_dir) {
  std::vector<std::string> missing;
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {  // the others want it
    missing.push_back("no_new_privs: " + reason());
    return missing;
  }
  if (!restrict_writing(data_dir)) missing.push_back("Landlock: " + reason());
  if (RW_SANITIZED == 0 && !refuse_calls()) missing.push_back("seccomp: " + reason());
  return missing;
}

}  // namespace rw::cli
