// The detections in service and the scheduler that runs them: both are replaced while the daemon runs, by SIGHUP, the
// API, and changes of what is tuned. Files, macros, deployments and the tuning file are read anew each time.
#pragma once

#include <functional>
#include <memory>

#include "daemon/core/mutex.h"
#include "daemon/detect/current_catalogue.h"
#include "daemon/detect/reload.h"
#include "daemon/scheduler/scheduler.h"
#include "web/api.h"

namespace rw::cli {

// To the log, as everything that a reload says.
void log_reload_problems(const core::Problems& problems);

class Reloader {
 public:
  using StartScheduler = std::function<core::Result<std::unique_ptr<scheduler::Scheduler>>(
      const scheduler::SchedulerOptions& options, std::shared_ptr<const detect::Catalogue> catalogue)>;

  // Starts the scheduler with what is current, which outlives the reloader. Errors: those of `start`.
  static core::Result<std::unique_ptr<Reloader>> create(detect::LoadOptions options, detect::CurrentCatalogue& current,
                                                        const scheduler::SchedulerOptions& scheduler,
                                                        StartScheduler start);

  // Puts what the files say now in service and logs what became of it. Thread-safe: one reload after the other.
  // Errors: those of Scheduler::reload; then nothing has changed.
  core::Result<detect::ReloadReport> reload();

  // For what is loaded from now on. Thread-safe.
  void set_options(detect::LoadOptions options);

  // Another scheduler with these options: runs that are under way are run again. Thread-safe. Errors: those of `start`;
  // then one with the options before goes on, or none where that fails, too.
  core::Result<void> restart_scheduler(const scheduler::SchedulerOptions& options);

  // As ApiSources::tune says. Errors: those of `change`, `note` and reload(); Busy (the file is broken now); Io. Only
  // where reload() has failed is it written all the same.
  core::Result<void> tune(const web::TuningChange& change, const web::TuningNote& note);

 private:
  Reloader(detect::LoadOptions options, detect::CurrentCatalogue& current, StartScheduler start)
      : current_(current), start_(std::move(start)), options_(std::move(options)) {}

  core::Result<detect::ReloadReport> load_again() RW_REQUIRES(mutex_);

  detect::CurrentCatalogue& current_;
  const StartScheduler start_;
  core::Mutex mutex_;
  detect::LoadOptions options_ RW_GUARDED_BY(mutex_);
  scheduler::SchedulerOptions scheduler_options_ RW_GUARDED_BY(mutex_);
  std::unique_ptr<scheduler::Scheduler> scheduler_ RW_GUARDED_BY(mutex_);
};

}  // namespace rw::cli
