#include "daemon/cli/process_limits.h"

#include <malloc.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>

namespace rw::cli {

// What was freed shall be the system's again at once where it was large: by default glibc learns from the first body of
// 30 MB that is freed to keep such pieces, in each of its arenas. And a body that grows in a mapping of its own is
// never copied (see http/body_budget.h).
void set_up_memory() {
  constexpr int kMappedBytes = 256 * 1024;
  constexpr int kKeptBytes = 1024 * 1024;  // at the end of an arena
  constexpr int kArenas = 8;
  mallopt(M_MMAP_THRESHOLD, kMappedBytes);
  mallopt(M_TRIM_THRESHOLD, kKeptBytes);
  mallopt(M_ARENA_MAX, kArenas);
}

void raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) spdlog::warn("cannot raise the limit of open files");
}

}  // namespace rw::cli
