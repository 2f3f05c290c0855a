// Durations and sizes as people write them in configuration: "30d", "90s", "20GiB", "256KiB".
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "daemon/core/result.h"

namespace rw::core {

inline constexpr std::uint64_t kKiB = 1024;
inline constexpr std::uint64_t kMiB = 1024 * kKiB;
inline constexpr std::uint64_t kGiB = 1024 * kMiB;

// A whole number and one of: us ms s m h d w. "0" needs no unit. Errors: InvalidInput.
Result<std::chrono::microseconds> parse_duration(std::string_view text);

// A whole number and one of: B KiB MiB GiB TiB kB MB GB TB (case as written). "0" needs no unit. Errors: InvalidInput.
Result<std::uint64_t> parse_size(std::string_view text);

// The largest unit that gives a whole number: 1800 s → "30m".
std::string format_duration(std::chrono::microseconds duration);
std::string format_size(std::uint64_t bytes);

}  // namespace rw::core
