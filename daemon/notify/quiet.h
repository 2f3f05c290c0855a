// Quiet hours by a person's clock. Pure.
#pragma once

#include <optional>

#include "daemon/core/time.h"
#include "daemon/notify/options.h"

namespace rw::notify {

// When the quiet hours that hold at `now` end; nullopt: none do. Local times decide, so a night in which the clock is
// put on is an hour shorter. Where the end is read twice (the clock is put back over it) the first one counts.
std::optional<core::Micros> quiet_until(const QuietHours& quiet, core::Micros now, const core::TimeZone& zone);

}  // namespace rw::notify
