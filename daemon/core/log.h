// Log set-up. Messages go to stderr (the journal adds time and unit); use spdlog::info and friends directly.
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

#include "daemon/core/result.h"

namespace rw::core {

enum class LogFormat {
  kText,  // 2026-10-11T22:14:15.003+0200 info message
  kJson,  // {"time":"2026-10-11T22:14:15.003+02:00","level":"info","message":"…"}, an object a line
};

// level: "debug", "info", "warning", "error". May be called again, on any thread. Errors: InvalidInput.
Result<void> set_up_log(std::string_view level, LogFormat format = LogFormat::kText);

// For warnings that could come a thousand times a second: due() is true at most once a minute. Thread-safe.
class OncePerMinute {
 public:
  bool due();

 private:
  std::atomic<std::int64_t> next_{0};  // steady clock, seconds
};

}  // namespace rw::core
