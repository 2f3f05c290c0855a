#include "daemon/core/process_stats.h"

#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <system_error>

namespace rw::core {
namespace {

std::string text_of(const char* path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

double seconds_of(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

std::uint64_t open_files() {
  std::error_code error;
  std::uint64_t files = 0;
  for (std::filesystem::directory_iterator file("/proc/self/fd", error), end; !error && file != end;) {
    ++files;
    file.increment(error);
  }
  return files > 0 ? files - 1 : 0;  // one is that of this look
}

}  // namespace

std::optional<ProcessStats> process_stats() {
  // pid (name) state …: a name may hold blanks and parentheses, so what follows the last one is read.
  const std::string stat = text_of("/proc/self/stat");
  const std::size_t name_end = stat.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(stat.substr(name_end + 1));
  std::string skipped;
  for (int field = 3; field < 14; ++field) fields >> skipped;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  for (int field = 16; field < 22; ++field) fields >> skipped;
  double start = 0;
  std::uint64_t virtual_bytes = 0;
  std::uint64_t resident_pages = 0;
  if (!(fields >> start >> virtual_bytes >> resident_pages)) return std::nullopt;

  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  ProcessStats stats;
  stats.cpu_seconds = (user + system) / ticks;
  stats.resident_bytes = resident_pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  stats.virtual_bytes = virtual_bytes;
  stats.open_fds = open_files();
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) stats.max_fds = limit.rlim_cur;
  // The field counts from the boot. /proc/stat, which says when that was, is hidden from a service (ProcSubset=pid).
  stats.start_time_seconds = seconds_of(CLOCK_REALTIME) - (seconds_of(CLOCK_BOOTTIME) - start / ticks);
  return stats;
}

}  // namespace rw::core
