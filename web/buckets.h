// Buckets of time for charts. Shorter than a day they begin at whole multiples in UTC; days and longer ones begin at
// midnight of the local clock, weeks on Monday, so that a day has 23 or 25 hours where the clock is changed. Pure.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "daemon/core/result.h"
#include "daemon/core/time.h"

namespace rw::web {

inline constexpr std::size_t kMostBuckets = 2000;

// A round span that cuts [earliest, latest) into at most 60 pieces, or a few more.
std::chrono::seconds auto_span(core::Micros earliest, core::Micros latest);

// The begins of the buckets that cover [earliest, latest), ascending; the first may begin before `earliest`.
// Errors: InvalidInput (more than kMostBuckets; a span above a day that is no whole number of days).
core::Result<std::vector<core::Micros>> bucket_begins(core::Micros earliest, core::Micros latest,
                                                      std::chrono::seconds span, const core::TimeZone& zone);

}  // namespace rw::web
