// Log set-up. Messages go to stderr (the journal adds time and unit); use spdlog::info and friends directly.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string_view>

#include "daemon/core/result.h"

namespace rw::core {

// level: "debug", "info", "warning", "error". Errors: InvalidInput.
Result<void> set_up_log(std::string_view level);

// For warnings that could come a thousand times a second: true at most once a minute; suppressed() tells how many
// calls said false since the last true. Thread-safe.
class OncePerMinute {
 public:
  bool due();
  std::uint64_t suppressed() const { return reported_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> next_{0};  // steady clock, seconds
  std::atomic<std::uint64_t> suppressed_{0};
  std::atomic<std::uint64_t> reported_{0};
};

}  // namespace rw::core
