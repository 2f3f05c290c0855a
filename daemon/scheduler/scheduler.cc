#include "daemon/scheduler/scheduler.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "daemon/core/mutex.h"
#include "daemon/core/units.h"
#include "daemon/scheduler/agenda.h"
#include "daemon/scheduler/cron.h"
#include "daemon/scheduler/due.h"
#include "daemon/scheduler/runner.h"

namespace rw::scheduler {
namespace {

using core::Counter;

constexpr std::chrono::seconds kPauseAfterFault{60};
constexpr std::chrono::milliseconds kSubmitInterval{200};
// A ledger that is further ahead of the clock than this was written while the clock was wrong.
constexpr std::chrono::hours kClockFault{24};

// A detection that is served.
struct Served {
  std::shared_ptr<const detect::Detection> detection;
  Cron cron;
};

class SearchScheduler final : public Scheduler {
 public:
  SearchScheduler(SchedulerOptions options, std::vector<Served> served, const storage::Dialect& dialect,
                  storage::Writer& writer, core::Counters& counters, const core::Clock& clock)
      : options_(options),
        served_(std::move(served)),
        dialect_(dialect),
        writer_(writer),
        counters_(counters),
        clock_(clock),
        agenda_(std::make_shared<Agenda>(clock)) {}

  ~SearchScheduler() override {
    stopping_ = true;
    agenda_->close();
    core::Lock lock(mutex_);
    for (const auto& reader : readers_) reader->cancel();
    while (running_ > 0) ended_.wait(mutex_);
  }

  // One thread per reader. Errors: Io (no more threads).
  core::Result<void> begin(const std::vector<Turn>& turns, std::vector<std::unique_ptr<storage::Reader>> readers) {
    for (const Turn& turn : turns) agenda_->put_back(turn);
    readers_ = std::move(readers);
    for (const auto& reader : readers_) {
      count_threads(1);
      try {
        threads_.emplace_back([this, &search_reader = *reader] { work(search_reader); });
      } catch (const std::system_error& error) {
        count_threads(-1);
        return core::Error{core::ErrorCode::kIo, fmt::format("scheduler: cannot start a thread: {}", error.what()),
                           "raise the limit of tasks (TasksMax=)"};
      }
    }
    return {};
  }

  void wake() override { agenda_->wake(); }

 private:
  void work(storage::Reader& reader) {
    while (const std::optional<Turn> turn = agenda_->take()) {
      try {
        serve(*turn, reader);
      } catch (const std::exception& exception) {
        spdlog::error("detection {}: {}; trying again in {} s", served_[turn->detection].detection->name,
                      exception.what(), kPauseAfterFault.count());
        agenda_->put_back_later(*turn, kPauseAfterFault);
      }
    }
    count_threads(-1);
  }

  void count_threads(int change) {
    core::Lock lock(mutex_);
    running_ += change;
    ended_.notify_all();
  }

  void serve(const Turn& turn, storage::Reader& reader) {
    const core::Micros now = clock_.now();
    if (!turn.in_ledger) {
      enter_in_ledger(turn);
    } else if (turn.due < now - options_.catch_up) {
      give_up_missed(turn, now);
    } else {
      run(turn, reader);
    }
  }

  void enter_in_ledger(const Turn& turn) {
    const detect::Detection& detection = *served_[turn.detection].detection;
    storage::Batch batch;
    batch.detections.push_back({detection.id, detection.name, turn.served_until});
    submit(std::move(batch), turn, turn.served_until, [] {});
  }

  void give_up_missed(const Turn& turn, core::Micros now) {
    const auto& [detection, cron] = served_[turn.detection];
    const std::vector<OwedRun> missed =
        missed_runs(cron, detection->schedule, turn.served_until, now - options_.catch_up, options_.zone);
    storage::Batch batch;
    for (const OwedRun& owed : missed) {
      cim::Run& run = batch.runs.emplace_back();
      run.detection_id = detection->id;
      run.detection = detection->name;
      run.scheduled_time = owed.scheduled_time;
      run.window = owed.window;
      run.started = now;
      run.finished = now;
      run.status = cim::RunStatus::kMissed;
      run.error = "owed for longer than the catch-up limit of " + core::format_duration(options_.catch_up);
    }
    const core::Micros last = missed.back().scheduled_time;
    spdlog::warn("detection {}: the runs scheduled for {} to {} are given up as missed ({} recorded): {}",
                 detection->name, core::format_rfc3339(turn.due), core::format_rfc3339(last), missed.size(),
                 batch.runs.front().error);
    submit(std::move(batch), turn, last,
           [counters = &counters_, n = missed.size()] { counters->add(Counter::kRunsMissed, n); });
  }

  void run(const Turn& turn, storage::Reader& reader) {
    const detect::Detection& detection = *served_[turn.detection].detection;
    RunRequest request;
    request.scheduled_time = turn.due;
    request.window = window_of(detection.schedule, turn.due, options_.zone);
    RunOutcome outcome = run_detection(detection, request, {reader, dialect_, options_.zone, options_.limits, clock_});
    const bool failed = outcome.run.status == cim::RunStatus::kFailed;
    if (failed && stopping_) return;  // cancelled: still owed when we start again
    if (failed) {
      spdlog::error("detection {}: the run for {} failed: {}", detection.name, core::format_rfc3339(turn.due),
                    outcome.run.error);
    }
    for (const std::string& warning : outcome.result.warnings) {
      spdlog::warn("detection {}: the run for {}: {}", detection.name, core::format_rfc3339(turn.due), warning);
    }
    submit(batch_of(std::move(outcome)), turn, turn.due,
           [counters = &counters_, failed] { counters->add(failed ? Counter::kRunsFailed : Counter::kRunsDone); });
  }

  // Hands the batch to the writer. Only once it is committed is the detection served until `until`; a batch that is
  // refused leaves the turn owed.
  void submit(storage::Batch batch, const Turn& turn, core::Micros until, std::function<void()> committed) {
    std::optional<Turn> next;
    if (const auto due = served_[turn.detection].cron.next_after(until, options_.zone)) {
      next = Turn{.due = *due, .detection = turn.detection, .served_until = until};
    }
    // The writer may come to it after we are gone: so it shares the agenda. The counters outlive the writer.
    batch.on_done = [agenda = agenda_, turn, next,
                     committed = std::move(committed)](const core::Result<storage::CommitOutcome>& outcome) {
      if (!outcome.ok()) {
        agenda->put_back_later(turn, kPauseAfterFault);
        return;
      }
      committed();
      if (next) agenda->put_back(*next);
    };
    while (!writer_.submit_until(batch, std::chrono::steady_clock::now() + kSubmitInterval)) {
      if (stopping_) return;
    }
  }

  const SchedulerOptions options_;
  const std::vector<Served> served_;
  const storage::Dialect& dialect_;
  storage::Writer& writer_;
  core::Counters& counters_;
  const core::Clock& clock_;
  const std::shared_ptr<Agenda> agenda_;

  std::vector<std::unique_ptr<storage::Reader>> readers_;  // one per thread; set by begin()
  std::atomic<bool> stopping_{false};

  core::Mutex mutex_;
  core::CondVar ended_;
  int running_ RW_GUARDED_BY(mutex_) = 0;  // threads

  std::vector<std::jthread> threads_;  // last: joined while all else is there
};

// Those that are enabled, with their schedules. One whose schedule cannot be read is left out, and the log says so.
std::vector<Served> served_detections(const detect::Catalogue& catalogue) {
  std::vector<Served> served;
  for (const auto& detection : catalogue.detections()) {
    if (detection->state != detect::DetectionState::kEnabled) continue;
    core::Result<Cron> cron = Cron::parse(detection->schedule.cron_schedule);
    if (cron.ok()) {
      served.push_back({detection, std::move(cron).value()});
    } else {
      spdlog::error("detection {} ({}) does not run: {}", detection->name, detection->file, cron.error().message);
    }
  }
  return served;
}

std::vector<Turn> first_turns(const std::vector<Served>& served, const std::vector<storage::LedgerEntry>& ledger,
                              core::Micros now, const core::TimeZone& zone) {
  std::map<std::string_view, core::Micros> served_until;
  for (const storage::LedgerEntry& entry : ledger) served_until.emplace(entry.detection_id, entry.served_until);

  std::vector<Turn> turns;
  for (std::size_t i = 0; i < served.size(); ++i) {
    const detect::Detection& detection = *served[i].detection;
    const auto entry = served_until.find(detection.id);
    if (entry == served_until.end()) {
      turns.push_back({.due = core::Micros::min(), .detection = i, .served_until = now, .in_ledger = false});
      continue;
    }
    core::Micros until = entry->second;
    if (until > now + kClockFault) {
      spdlog::warn("detection {}: the ledger is ahead of the clock (served until {}): going on from now",
                   detection.name, core::format_rfc3339(until));
      until = now;
    }
    if (const auto due = served[i].cron.next_after(until, zone)) {
      turns.push_back({.due = *due, .detection = i, .served_until = until});
    }
  }
  return turns;
}

}  // namespace

core::Result<std::unique_ptr<Scheduler>> Scheduler::start(SchedulerOptions options,
                                                          std::shared_ptr<const detect::Catalogue> catalogue,
                                                          storage::Store& store, storage::Writer& writer,
                                                          core::Counters& counters, const core::Clock& clock) {
  std::vector<std::unique_ptr<storage::Reader>> readers;
  for (std::size_t i = 0; i < std::max<std::size_t>(options.threads, 1); ++i) {
    RW_TRY(auto reader, store.open_reader());
    readers.push_back(std::move(reader));
  }
  RW_TRY(const auto ledger, readers.front()->ledger());

  std::vector<Served> served = served_detections(*catalogue);
  const std::vector<Turn> turns = first_turns(served, ledger, clock.now(), options.zone);
  auto scheduler =
      std::make_unique<SearchScheduler>(options, std::move(served), store.dialect(), writer, counters, clock);
  RW_CHECK(scheduler->begin(turns, std::move(readers)));
  return std::unique_ptr<Scheduler>(std::move(scheduler));
}

}  // namespace rw::scheduler
