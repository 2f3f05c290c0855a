#include "daemon/cli/reloader.h"

#include <spdlog/spdlog.h>

#include "daemon/cli/command.h"
#include "daemon/detect/tuning_file.h"
#include "daemon/scheduler/cron.h"

namespace rw::cli {

void log_reload_problems(const core::Problems& problems) {
  for (const core::Problem& problem : problems) {
    const bool error = problem.severity == core::Severity::kError;
    spdlog::log(error ? spdlog::level::err : spdlog::level::warn, "reload: {}", core::render(problem));
  }
}

core::Result<std::unique_ptr<Reloader>> Reloader::create(detect::LoadOptions options, detect::CurrentCatalogue& current,
                                                         const scheduler::SchedulerOptions& scheduler,
                                                         StartScheduler start) {
  std::unique_ptr<Reloader> reloader(new Reloader(std::move(options), current, std::move(start)));
  core::Lock lock(reloader->mutex_);
  RW_TRY(reloader->scheduler_, reloader->start_(scheduler, current.get()));
  reloader->scheduler_options_ = scheduler;
  return reloader;
}

void Reloader::set_options(detect::LoadOptions options) {
  core::Lock lock(mutex_);
  options_ = std::move(options);
}

core::Result<void> Reloader::restart_scheduler(const scheduler::SchedulerOptions& options) {
  core::Lock lock(mutex_);
  scheduler_.reset();  // two would run everything twice
  auto started = start_(options, current_.get());
  if (!started.ok()) {
    auto as_before = start_(scheduler_options_, current_.get());
    if (!as_before.ok()) return as_before.error();
    scheduler_ = std::move(as_before).value();
    return started.error();
  }
  scheduler_ = std::move(started).value();
  scheduler_options_ = options;
  return {};
}

core::Result<detect::ReloadReport> Reloader::reload() {
  core::Lock lock(mutex_);
  return load_again();
}

core::Result<void> Reloader::tune(const web::TuningChange& change, const web::TuningNote& note) {
  core::Lock lock(mutex_);
  core::Problems problems;
  auto tuning = detect::load_tuning(options_.tuning_file, problems);
  if (!tuning) {
    return core::Error{core::ErrorCode::kBusy, "nothing can be tuned: " + core::render(problems.front()),
                       "mend the file; it is not written while it has an error"};
  }
  RW_CHECK(change(*tuning));
  // A change without a note of it must not be, nor a note of a change that could not be written: so the note comes
  // between the writing and the moment when what is written takes the place of the file.
  bool noted = false;
  const auto written = detect::write_tuning(options_.tuning_file, *tuning, [&]() -> core::Result<void> {
    RW_CHECK(note({}));
    noted = true;
    return {};
  });
  if (!written.ok()) {
    if (noted) (void)note(written.error().message);  // there is nobody to tell if this fails, too
    return written;
  }
  RW_TRY(const auto report, load_again());
  (void)report;
  return {};
}

core::Result<detect::ReloadReport> Reloader::load_again() {
  const auto before = current_.get();
  core::Problems problems;
  const auto loaded = load_detections(options_, problems, before.get());
  auto [catalogue, report] = detect::merge_reloaded(
      *before, *loaded, std::move(problems),
      [](const detect::Detection& detection) { return scheduler::Cron::parse(detection.schedule.cron_schedule).ok(); });
  if (!scheduler_) return core::Error{core::ErrorCode::kInternal, "there is no scheduler", "restart the daemon"};
  RW_CHECK(scheduler_->reload(*catalogue));
  current_.set(catalogue);

  log_reload_problems(report.problems);
  spdlog::info("reload: {} of {} detections enabled; {} added, {} changed, {} removed, {} kept though broken now",
               report.enabled, report.loaded, report.added.size(), report.changed.size(), report.removed.size(),
               report.kept.size());
  return report;
}

}  // namespace rw::cli
