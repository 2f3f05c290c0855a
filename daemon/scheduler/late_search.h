// Late events (storage/late.h): the windows that had been searched when they came are searched again, by those
// detections whose filters one of them may pass. A window is searched whole, since rows count and group; findings known
// already have the same identity and are not added again. Detections that read findings are run again where new ones
// may have come. Nothing is forgotten before all of that is committed: what a crash interrupts is done again.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "daemon/core/counters.h"
#include "daemon/core/result.h"
#include "daemon/core/time.h"
#include "daemon/scheduler/roster.h"
#include "daemon/scheduler/scheduler.h"
#include "daemon/scheduler/tick_sieves.h"
#include "storage/late.h"
#include "storage/store.h"
#include "storage/writer.h"

namespace rw::scheduler {

// Belongs to one thread, with a reader of its own. Everything referred to outlives it.
class LateSearch {
 public:
  struct Means {
    storage::Reader& reader;
    const storage::Dialect& dialect;
    storage::Writer& writer;
    Roster& roster;
    const SchedulerOptions& options;
    core::Counters& counters;
    const core::Clock& clock;
    const std::atomic<bool>& stopping;
  };
  explicit LateSearch(const Means& means) : means_(means), sieves_(means.reader) {}

  enum class Outcome {
    kNothing,  // there are no late events
    kWaits,    // runs are under way, of which the ledger does not say yet what they have seen
    kMore,     // a portion is done; there may be more
  };
  // Serves the oldest late events. Errors: those of the store, Cancelled when stopping; then they stay late.
  core::Result<Outcome> pass();

 private:
  struct Run {
    std::shared_ptr<const Served> served;
    core::Micros scheduled_time;
    cim::Window window;
    cim::Window read;  // the time it looks at
  };
  // Runs of one scheduled time over one window.
  struct Tick {
    std::vector<Run> runs;
    storage::NewEvents events;
  };
  using Ticks = std::map<TickKey, Tick>;

  // Calls `visit` for the runs of the ledger that looked at an instant of `time`: of detections that read findings, or
  // of the others.
  template <class Visit>
  core::Result<void> each_run(const cim::Window& time, bool reads_findings, const Visit& visit);
  // How far beyond its window such a run looks at most.
  std::chrono::microseconds longest_reach(bool reads_findings) const;
  static void add(Run run, std::vector<Run>& runs);
  core::Result<Ticks> ticks_of(const std::vector<storage::LateSpan>& spans);
  core::Result<void> search(const Tick& tick);
  core::Result<void> search_findings();
  core::Result<void> run(const std::vector<Run>& runs, const detect::SiftedQueries* sifted);

  const Means means_;
  TickSieves sieves_;
  Roster::Snapshot detections_;

  // Of one pass
  std::optional<cim::Window> findings_;  // the time of the risk events that runs gave
  std::uint64_t runs_ = 0;
  std::uint64_t added_ = 0;  // findings
};

}  // namespace rw::scheduler
