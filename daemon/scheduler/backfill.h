// Past windows, run after the fact: for each detection the scheduled runs whose windows touch a range, in the order in
// which a scheduler would have run them, those of one scheduled time and window together. Memory does not grow with
// the range. One thread at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "daemon/cim/finding.h"
#include "daemon/core/time.h"
#include "daemon/detect/detection.h"
#include "daemon/scheduler/agenda.h"
#include "daemon/scheduler/cron.h"

namespace rw::scheduler {

class Backfill {
 public:
  struct Tick {
    core::Micros scheduled_time;
    cim::Window window;
    std::vector<std::shared_ptr<const detect::Detection>> detections;
  };

  // Windows that share an instant with `range`, of runs that were due by `now`. Errors: InvalidInput (a cron_schedule
  // that does not parse: which detection).
  static core::Result<Backfill> plan(std::vector<std::shared_ptr<const detect::Detection>> detections,
                                     const cim::Window& range, core::Micros now, const core::TimeZone& zone);

  // The next ones, oldest first; what reads findings comes after those of its time. nullopt: that was all.
  std::optional<Tick> next();

 private:
  Backfill(const cim::Window& range, core::Micros now, const core::TimeZone& zone)
      : range_(range), now_(now), zone_(zone) {}
  void enter(std::size_t detection, core::Micros after);

  std::vector<std::shared_ptr<const detect::Detection>> detections_;
  std::vector<Cron> crons_;
  cim::Window range_;
  core::Micros now_;
  core::TimeZone zone_;
  std::set<Turn> turns_;  // at most one of each detection
};

}  // namespace rw::scheduler
