// Log set-up. Messages go to stderr (the journal adds time and unit); use spdlog::info and friends directly.
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

#include "daemon/core/result.h"

namespace rw::core {

// level: "debug", "info", "warning", "error". Errors: InvalidInput.
Result<void> set_up_log(std::string_view level);

// For warnings that could come a thousand times a second: due() is true at most once a minute. Thread-safe.
class OncePerMinute {
 public:
  bool due();

 private:
  std::atomic<std::int64_t> next_{0};  // steady clock, seconds
};

}  // namespace rw::core
