// The threads that sleep and search: each (with its own Reader) takes the runs that are due at one scheduled time over
// one window together, so that one sieve looks at the window for all of them, and hands each finished run to the
// writer. Never two runs of one detection at a time, oldest first. What is owed is known from the ledger, so runs
// missed while the daemon was down are run on start. A detection that reads Risk.All_Risk runs when all that is due by
// then and makes findings is committed.
//
// A detection that is not in the ledger is entered with the present time, and is owed its runs from then on. A run is
// done when its batch is committed; if the store refuses it, it is run again. A search that fails is recorded as failed
// and not repeated. schedule_window is not used: with one store a run starts when it is due and a thread is free, which
// is what all its values allow.
//
// One more thread searches windows again into which events came after they were searched (late_search.h).
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

#include "daemon/core/counters.h"
#include "daemon/core/time.h"
#include "daemon/detect/load.h"
#include "daemon/scheduler/finding_options.h"
#include "storage/store.h"
#include "storage/writer.h"

namespace rw::scheduler {

struct SchedulerOptions {
  core::TimeZone zone;
  std::size_t threads = 2;                                          // searches at a time
  std::chrono::microseconds catch_up = std::chrono::hours(24 * 7);  // how far back missed runs are run
  storage::SearchLimits limits;
  FindingOptions findings = {};
  std::chrono::milliseconds late_interval{10'000};  // how often it looks for late events

  friend bool operator==(const SchedulerOptions&, const SchedulerOptions&) = default;
};

class Scheduler {
 public:
  // Reads the ledger and starts. Runs the detections that are enabled; one whose cron_schedule does not parse is left
  // out, with an error in the log. Everything referred to outlives the scheduler, the counters also the writer.
  // Errors: those of Store::open_reader and Reader::ledger; Io (no more threads).
  static core::Result<std::unique_ptr<Scheduler>> start(SchedulerOptions options,
                                                        std::shared_ptr<const detect::Catalogue> catalogue,
                                                        storage::Store& store, storage::Writer& writer,
                                                        core::Counters& counters, const core::Clock& clock);
  virtual ~Scheduler() = default;  // cancels running searches (they will be owed again), joins
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  // Serves the detections of this catalogue from now on, as a start with it would. One that goes on (known by its id)
  // keeps its place in the ledger; a run that is under way ends as it began. Thread-safe.
  // Errors: those of Store::open_reader and Reader::ledger; then nothing is changed.
  virtual core::Result<void> reload(const detect::Catalogue& catalogue) = 0;

  // Looks at the clock now instead of at the next due time (tests with a fake clock, clock jumps).
  virtual void wake() = 0;

 protected:
  Scheduler() = default;
};

}  // namespace rw::scheduler
