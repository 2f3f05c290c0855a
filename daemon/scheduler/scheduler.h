// The thread that sleeps and dispatches: asks due.h what is owed, hands each run to a search thread (each with its own
// Reader), and the finished run to the writer. Decides nothing else. Never two runs of one detection at a time, oldest
// first. What is owed is known from the ledger, so runs missed while the daemon was down are run on start.
//
// A detection that is not in the ledger is entered with the present time, and is owed its runs from then on. A run is
// done when its batch is committed; if the store refuses it, it is run again. A search that fails is recorded as failed
// and not repeated. schedule_window is not used: with one store a run starts when it is due and a thread is free, which
// is what all its values allow.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

#include "daemon/core/counters.h"
#include "daemon/core/time.h"
#include "daemon/detect/load.h"
#include "storage/store.h"
#include "storage/writer.h"

namespace rw::scheduler {

struct SchedulerOptions {
  core::TimeZone zone;
  std::size_t threads = 2;                                          // searches at a time
  std::chrono::microseconds catch_up = std::chrono::hours(24 * 7);  // how far back missed runs are run
  storage::SearchLimits limits;
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

  // Looks at the clock now instead of at the next due time (tests with a fake clock, clock jumps).
  virtual void wake() = 0;

 protected:
  Scheduler() = default;
};

}  // namespace rw::scheduler
