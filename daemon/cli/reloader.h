// Reads the detections again while the daemon runs: SIGHUP, POST /api/v1/detections/reload, and changes of what is
// tuned. Files, macros, deployments and the tuning file are read anew; what the configuration itself says (paths,
// defaults, overrides) stays until a restart.
#pragma once

#include <functional>

#include "daemon/core/mutex.h"
#include "daemon/detect/current_catalogue.h"
#include "daemon/detect/reload.h"
#include "daemon/scheduler/scheduler.h"
#include "web/api.h"

namespace rw::cli {

class Reloader {
 public:
  // Catalogue and scheduler outlive the reloader.
  Reloader(detect::LoadOptions options, detect::CurrentCatalogue& current, scheduler::Scheduler& scheduler)
      : options_(std::move(options)), current_(current), scheduler_(scheduler) {}

  // Puts what the files say now in service and logs what became of it. Thread-safe: one reload after the other.
  // Errors: those of Scheduler::reload; then nothing has changed.
  core::Result<detect::ReloadReport> reload();

  // As ApiSources::tune says. Errors: those of `change`, `note` and reload(); Busy (the file is broken now); Io. Only
  // where reload() has failed is it written all the same.
  core::Result<void> tune(const web::TuningChange& change, const web::TuningNote& note);

 private:
  core::Result<detect::ReloadReport> load_again() RW_REQUIRES(mutex_);

  const detect::LoadOptions options_;
  detect::CurrentCatalogue& current_;
  scheduler::Scheduler& scheduler_;
  core::Mutex mutex_;
};

}  // namespace rw::cli
