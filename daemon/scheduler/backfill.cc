#include "daemon/scheduler/backfill.h"

#include <chrono>
#include <utility>

#include "daemon/scheduler/due.h"
#include "daemon/scheduler/tick_sieves.h"

namespace rw::scheduler {
namespace {

// A window may end after its scheduled time (latest_time: +1h); by how much at most is not known. Runs are looked for
// from this long before the range on.
constexpr std::chrono::hours kWindowAhead{24 * 32};

}  // namespace

core::Result<Backfill> Backfill::plan(std::vector<std::shared_ptr<const detect::Detection>> detections,
                                      const cim::Window& range, core::Micros now, const core::TimeZone& zone) {
  Backfill backfill(range, now, zone);
  backfill.detections_ = std::move(detections);
  for (std::size_t i = 0; i < backfill.detections_.size(); ++i) {
    const detect::Detection& detection = *backfill.detections_[i];
    auto cron = Cron::parse(detection.schedule.cron_schedule);
    if (!cron.ok()) return core::invalid_input(detection.name + ": " + cron.error().message);
    backfill.crons_.push_back(std::move(cron).value());
    // Its windows end with their scheduled time or before it, as almost all do: then none before the range touches it.
    const bool ahead = window_of(detection.schedule, range.earliest, zone).latest > range.earliest;
    backfill.enter(i, range.earliest - (ahead ? core::Micros::duration(kWindowAhead) : core::Micros::duration(1)));
  }
  return backfill;
}

void Backfill::enter(std::size_t detection, core::Micros after) {
  const detect::Schedule& schedule = detections_[detection]->schedule;
  std::optional<core::Micros> due = crons_[detection].next_after(after, zone_);
  for (; due && *due <= now_; due = crons_[detection].next_after(*due, zone_)) {
    const cim::Window window = window_of(schedule, *due, zone_);
    if (window.earliest >= range_.latest) return;  // and so are all that follow
    if (window.latest <= range_.earliest) continue;
    turns_.insert({.due = *due,
                   .reads_findings = reads_findings(*detections_[detection]),
                   .earliest = window.earliest,
                   .latest = window.latest,
                   .detection = detection});
    return;
  }
}

std::optional<Backfill::Tick> Backfill::next() {
  if (turns_.empty()) return std::nullopt;
  const Turn first = *turns_.begin();
  Tick tick{first.due, {first.earliest, first.latest}, {}};
  std::vector<std::size_t> taken;
  while (!turns_.empty() && tick_of(*turns_.begin()) == tick_of(first)) {
    taken.push_back(turns_.begin()->detection);
    turns_.erase(turns_.begin());
  }
  for (const std::size_t detection : taken) {
    tick.detections.push_back(detections_[detection]);
    enter(detection, first.due);
  }
  return tick;
}

}  // namespace rw::scheduler
