// "1h", "30m", "10sec": the spans of buckets of time. Pure.
#pragma once

#include <chrono>
#include <string_view>

#include "daemon/core/result.h"

namespace rw::detect {

// A span divides a day. Empty: a second, from where Splunk's "auto" starts.
// Errors: Unsupported, "span=… is not supported".
core::Result<std::chrono::seconds> parse_time_span(std::string_view text);

}  // namespace rw::detect
