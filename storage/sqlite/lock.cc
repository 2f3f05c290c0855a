#include "storage/sqlite/lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "daemon/core/text.h"

namespace rw::storage::sqlite {

core::Result<std::unique_ptr<DataDirLock>> DataDirLock::acquire(const std::string& data_dir) {
  const std::string path = data_dir + "/regwarden.lock";
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
  if (fd < 0) {
    return core::Error{core::ErrorCode::kIo, fmt::format("{}: {}", path, std::strerror(errno)),
                       "check the permissions of data_dir"};
  }
  std::unique_ptr<DataDirLock> lock(new DataDirLock(fd));
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) {
      return core::Error{core::ErrorCode::kIo, fmt::format("{}: cannot be locked: {}", path, std::strerror(errno)),
                         "put data_dir on a local disk"};
    }
    char holder[32] = {};
    const ssize_t size = ::read(fd, holder, sizeof holder - 1);
    const std::string_view pid = core::trim(size > 0 ? std::string_view(holder, static_cast<std::size_t>(size)) : "?");
    return core::Error{core::ErrorCode::kBusy,
                       fmt::format("{}: another regwarden (process {}) serves this data directory", data_dir, pid),
                       "stop it, or give this one its own data_dir"};
  }
  const std::string pid = fmt::format("{}\n", ::getpid());
  if (::ftruncate(fd, 0) != 0 || ::write(fd, pid.data(), pid.size()) < 0) {
    return core::Error{core::ErrorCode::kIo, fmt::format("{}: {}", path, std::strerror(errno))};
  }
  return lock;
}

DataDirLock::~DataDirLock() { ::close(fd_); }

// Taking the lock to try it would turn away a daemon that starts at the same moment. /proc/locks has, of each lock,
// "1: FLOCK ADVISORY WRITE PID MAJOR:MINOR:INODE 0 EOF". The device there is not always that of stat(2) (btrfs), so the
// process must be the one that is written in the file instead.
std::optional<int> lock_holder(const std::string& data_dir) {
  const std::string path = data_dir + "/regwarden.lock";
  struct stat file {};
  int written = 0;
  if (::stat(path.c_str(), &file) != 0 || !(std::ifstream(path) >> written)) return std::nullopt;
  std::ifstream locks("/proc/locks");
  for (std::string line; std::getline(locks, line);) {
    std::istringstream words(line);
    std::string number, kind, mode, access, place;
    int process = 0;
    words >> number >> kind >> mode >> access >> process >> place;
    const bool is_ours = place.ends_with(fmt::format(":{}", file.st_ino));
    if (words && kind == "FLOCK" && is_ours && process == written) return process;
  }
  return std::nullopt;
}

}  // namespace rw::storage::sqlite
