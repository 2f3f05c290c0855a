// Buckets of _time aligned to the local clock. The bucket of an instant begins at the last instant, not after it, at
// which the local clock shows a whole multiple of the span since midnight; where a clock put forward skips that
// reading, at the jump. So a bucket never depends on the window, and hours stay apart when a clock is put back.
// Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "daemon/cim/finding.h"
#include "daemon/core/time.h"

namespace rw::detect {

// How to find the bucket of a time before `until`: all of one bucket (is_fixed), which begins at `start_us`, or
// by arithmetic: t - (t + offset) mod span.
struct BucketRange {
  core::Micros until;
  bool is_fixed = false;
  std::int64_t start_us = 0;
  std::int64_t offset_us = 0;
};

// Covers the window; one range where the offset from UTC does not change. span: a divisor of a day.
std::vector<BucketRange> bucket_ranges(const cim::Window& window, std::chrono::seconds span,
                                       const core::TimeZone& zone);

// The bucket of one instant by the ranges.
std::int64_t bucket_start_us(const std::vector<BucketRange>& ranges, std::chrono::seconds span, core::Micros time);

}  // namespace rw::detect
