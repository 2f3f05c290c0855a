// What this process takes of its machine, as the kernel counts it (proc(5)). The names are those that Prometheus'
// client libraries give to the same figures.
#pragma once

#include <cstdint>
#include <optional>

namespace rw::core {

struct ProcessStats {
  double cpu_seconds = 0;  // user and system, of all threads
  std::uint64_t resident_bytes = 0;
  std::uint64_t virtual_bytes = 0;
  std::uint64_t open_fds = 0;
  std::uint64_t max_fds = 0;      // the soft limit
  double start_time_seconds = 0;  // since 1970
};

// Nullopt: /proc is not there. Thread-safe.
std::optional<ProcessStats> process_stats();

}  // namespace rw::core
