#include "daemon/scheduler/due.h"

#include <algorithm>
#include <optional>

namespace rw::scheduler {

cim::Window window_of(const detect::Schedule& schedule, core::Micros scheduled_time, const core::TimeZone& zone) {
  return {schedule.earliest_time.apply(scheduled_time, zone), schedule.latest_time.apply(scheduled_time, zone)};
}

std::vector<OwedRun> missed_runs(const Cron& cron, const detect::Schedule& schedule, core::Micros last_scheduled,
                                 core::Micros before, const core::TimeZone& zone) {
  // Looks back from the end, further each time, until there are enough: a clock that stood in 1970 for a while leaves
  // millions of runs behind.
  std::vector<core::Micros> scheduled;
  for (std::chrono::microseconds reach = std::chrono::minutes(kMostMissed + 1);; reach *= 2) {
    const bool to_the_start = before - last_scheduled <= reach;
    const core::Micros start = to_the_start ? last_scheduled : before - reach;
    scheduled.clear();
    std::optional<core::Micros> at = cron.next_after(start, zone);
    for (; at && *at < before; at = cron.next_after(*at, zone)) scheduled.push_back(*at);
    if (to_the_start || scheduled.size() >= kMostMissed) break;
  }

  std::vector<OwedRun> runs;
  const std::size_t given_up = scheduled.size() - std::min(scheduled.size(), kMostMissed);
  for (std::size_t i = given_up; i < scheduled.size(); ++i) {
    runs.push_back({scheduled[i], window_of(schedule, scheduled[i], zone), true});
  }
  return runs;
}

std::vector<OwedRun> owed_runs(const Cron& cron, const detect::Schedule& schedule, core::Micros last_scheduled,
                               core::Micros now, std::chrono::microseconds catch_up, const core::TimeZone& zone) {
  std::vector<OwedRun> runs;
  core::Micros last = last_scheduled;
  if (catch_up < now - last_scheduled) {
    const core::Micros limit = now - catch_up;
    runs = missed_runs(cron, schedule, last_scheduled, limit, zone);
    last = std::max(last, limit - std::chrono::microseconds(1));
  }
  std::optional<core::Micros> at = cron.next_after(last, zone);
  for (; at && *at <= now; at = cron.next_after(*at, zone)) runs.push_back({*at, window_of(schedule, *at, zone)});
  return runs;
}

}  // namespace rw::scheduler
