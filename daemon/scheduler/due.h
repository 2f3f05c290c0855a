// Which runs are owed: schedules + ledger + now → runs, oldest first. Splunk's continuous scheduling
// (realtime_schedule = 0): no period is skipped, a run's window follows from its scheduled time, never from when it
// starts. Pure.
#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

#include "daemon/cim/finding.h"
#include "daemon/core/time.h"
#include "daemon/detect/detection.h"
#include "daemon/scheduler/cron.h"

namespace rw::scheduler {

// The window of the run scheduled for this instant.
cim::Window window_of(const detect::Schedule& schedule, core::Micros scheduled_time, const core::TimeZone& zone);

struct OwedRun {
  core::Micros scheduled_time;
  cim::Window window;
  bool missed = false;  // older than the catch-up limit: to be recorded as missed, not run
};

// The runs scheduled in (last_scheduled, now]. Those scheduled before now - catch_up are given back as missed, at most
// kMostMissed of them (the newest).
inline constexpr std::size_t kMostMissed = 1000;
std::vector<OwedRun> owed_runs(const Cron& cron, const detect::Schedule& schedule, core::Micros last_scheduled,
                               core::Micros now, std::chrono::microseconds catch_up, const core::TimeZone& zone);

// The runs scheduled in (last_scheduled, before), at most kMostMissed of them (the newest), oldest first. Quick also
// when there are millions of them.
std::vector<OwedRun> missed_runs(const Cron& cron, const detect::Schedule& schedule, core::Micros last_scheduled,
                                 core::Micros before, const core::TimeZone& zone);

}  // namespace rw::scheduler
