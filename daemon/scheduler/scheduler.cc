#include "daemon/scheduler/scheduler.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "daemon/core/mutex.h"
#include "daemon/core/units.h"
#include "daemon/scheduler/commit.h"
#include "daemon/scheduler/due.h"
#include "daemon/scheduler/late_search.h"
#include "daemon/scheduler/roster.h"
#include "daemon/scheduler/runner.h"
#include "daemon/scheduler/tick_sieves.h"

namespace rw::scheduler {
namespace {

using core::Counter;

constexpr std::chrono::seconds kPauseAfterFault{60};
constexpr std::chrono::milliseconds kSubmitInterval{200};
constexpr std::chrono::milliseconds kPauseWhileAway{1000};  // late events wait for runs that are under way

bool reads_findings_alone(const detect::Detection& detection) {
  const detect::Search* search = detection.search.get();
  return search != nullptr && search->reads(cim::Dataset::kRisk) && !search->reads(cim::Dataset::kRegistry) &&
         !search->reads(cim::Dataset::kProcesses);
}

class SearchScheduler final : public Scheduler {
 public:
  SearchScheduler(SchedulerOptions options, storage::Store& store, storage::Writer& writer, core::Counters& counters,
                  const core::Clock& clock)
      : options_(options),
        store_(store),
        writer_(writer),
        counters_(counters),
        clock_(clock),
        roster_(std::make_shared<Roster>(clock, options.zone)) {}

  ~SearchScheduler() override {
    stopping_ = true;
    roster_->close();
    core::Lock lock(mutex_);
    late_asked_.notify_all();
    for (const auto& reader : readers_) reader->cancel();
    while (running_ > 0) ended_.wait(mutex_);
  }

  // One thread per reader: the last is for late events. Errors: Io (no more threads).
  core::Result<void> begin(const detect::Catalogue& catalogue, const std::vector<storage::LedgerEntry>& ledger,
                           std::vector<std::unique_ptr<storage::Reader>> readers) {
    roster_->serve(catalogue, ledger);
    readers_ = std::move(readers);
    for (const auto& reader : readers_) {
      count_threads(1);
      try {
        const bool late = reader == readers_.back();
        threads_.emplace_back([this, late, &search_reader = *reader] {
          late ? work_late(search_reader) : work(search_reader);
          count_threads(-1);
        });
      } catch (const std::system_error& error) {
        count_threads(-1);
        return core::Error{core::ErrorCode::kIo, fmt::format("scheduler: cannot start a thread: {}", error.what()),
                           "raise the limit of tasks (TasksMax=)"};
      }
    }
    return {};
  }

  void wake() override {
    roster_->wake();
    late_asked_.notify_all();
  }

  core::Result<void> reload(const detect::Catalogue& catalogue) override {
    RW_TRY(const auto reader, store_.open_reader());
    RW_TRY(const auto ledger, reader->ledger());
    roster_->serve(catalogue, ledger);
    return {};
  }

 private:
  using Due = Roster::Due;

  void work(storage::Reader& reader) {
    TickSieves sieves(reader);
    std::uint64_t generation = 0;
    while (std::optional<Roster::Tick> tick = roster_->take()) {
      if (std::exchange(generation, tick->generation) != tick->generation) sieves.clear();
      serve(std::move(tick->due), reader, sieves);
    }
  }

  void work_late(storage::Reader& reader) {
    LateSearch search({.reader = reader,
                       .dialect = store_.dialect(),
                       .writer = writer_,
                       .roster = *roster_,
                       .options = options_,
                       .counters = counters_,
                       .clock = clock_,
                       .stopping = stopping_});
    while (!stopping_) {
      const auto pause = search_late(search);
      core::Lock lock(mutex_);
      if (!stopping_ && pause.count() > 0) late_asked_.wait_for(mutex_, pause);
    }
  }

  // Says when to look again.
  std::chrono::milliseconds search_late(LateSearch& search) {
    core::Result<LateSearch::Outcome> outcome = LateSearch::Outcome::kNothing;
    try {
      outcome = search.pass();
    } catch (const std::exception& exception) {  // out of memory
      outcome = core::Error{core::ErrorCode::kInternal, exception.what()};
    }
    if (!outcome.ok()) {
      if (stopping_) return std::chrono::milliseconds(0);
      spdlog::error("late events: {}; trying again in {} s", core::render(outcome.error()), kPauseAfterFault.count());
      return kPauseAfterFault;
    }
    switch (*outcome) {
      case LateSearch::Outcome::kMore:
        return std::chrono::milliseconds(0);
      case LateSearch::Outcome::kWaits:
        return std::min(options_.late_interval, kPauseWhileAway);
      case LateSearch::Outcome::kNothing:
        break;
    }
    return options_.late_interval;
  }

  // What goes wrong with one turn is no other's business.
  template <class Action>
  void guard(const Due& due, Action action) {
    try {
      action();
    } catch (const std::exception& exception) {
      spdlog::error("detection {}: {}; trying again in {} s", due.served->detection->name, exception.what(),
                    kPauseAfterFault.count());
      roster_->retry_later(due.turn, kPauseAfterFault);
    }
  }

  void count_threads(int change) {
    core::Lock lock(mutex_);
    running_ += change;
    ended_.notify_all();
  }

  void serve(std::vector<Due> turns, storage::Reader& reader, TickSieves& sieves) {
    const core::Micros now = clock_.now();
    std::vector<Due> tick;
    for (Due& due : turns) {
      if (!due.turn.in_ledger) {
        guard(due, [&] { enter_in_ledger(due); });
      } else if (due.turn.due < now - options_.catch_up) {
        guard(due, [&] { give_up_missed(due, now); });
      } else {
        tick.push_back(std::move(due));
      }
    }
    if (tick.empty() || !announce(tick, now)) return;
    const detect::SiftedQueries* sifted = sift(tick, sieves);
    for (const Due& due : tick) {
      if (stopping_) return;  // still owed when we start again
      guard(due, [&] { run(due, reader, sifted); });
    }
  }

  // Before they look: what comes from now on into the time they look at is late (storage/late.h). False: it could not
  // be said, and they are tried again.
  bool announce(const std::vector<Due>& tick, core::Micros now) {
    cim::Window time{tick.front().turn.earliest, tick.front().turn.latest};
    // No event is late for those that look at findings alone.
    if (std::ranges::all_of(tick, [](const Due& due) { return reads_findings_alone(*due.served->detection); })) {
      return true;
    }
    for (const auto& [turn, served] : tick) {
      if (served->detection->search == nullptr || reads_findings_alone(*served->detection)) continue;
      const cim::Window read =
          served->detection->search->time_read({turn.earliest, turn.latest}, turn.due, options_.zone);
      time.earliest = std::min(time.earliest, read.earliest);
      time.latest = std::max(time.latest, read.latest);
    }
    storage::Batch batch;
    batch.searched = {time, now};
    const auto announced = commit(writer_, std::move(batch), stopping_);
    if (announced.ok()) return true;
    if (stopping_) return false;  // still owed when we start again
    spdlog::error("the {} detections due at {}: {}; trying again in {} s", tick.size(),
                  core::format_rfc3339(tick.front().turn.due), core::render(announced.error()),
                  kPauseAfterFault.count());
    for (const Due& due : tick) roster_->retry_later(due.turn, kPauseAfterFault);
    return false;
  }

  // nullptr: each search looks at the window itself.
  const detect::SiftedQueries* sift(const std::vector<Due>& tick, TickSieves& sieves) {
    std::vector<std::shared_ptr<const detect::Detection>> detections;
    for (const Due& due : tick) detections.push_back(due.served->detection);
    const Turn& turn = tick.front().turn;
    const auto sifted = sieves.sift(detections, {turn.earliest, turn.latest}, options_.limits);
    if (sifted.ok()) return *sifted;
    if (!stopping_) {
      spdlog::warn("the {} detections due at {} are run one by one: {}", tick.size(), core::format_rfc3339(turn.due),
                   core::render(sifted.error()));
    }
    return nullptr;
  }

  void enter_in_ledger(const Due& due) {
    const auto& [turn, served] = due;
    const detect::Detection& detection = *served->detection;
    storage::Batch batch;
    batch.detections.push_back({detection.id, detection.name, turn.served_until});
    submit(std::move(batch), turn, turn.served_until, [] {});
  }

  void give_up_missed(const Due& due, core::Micros now) {
    const auto& [turn, served] = due;
    const auto& detection = served->detection;
    const std::vector<OwedRun> missed =
        missed_runs(served->cron, detection->schedule, turn.served_until, now - options_.catch_up, options_.zone);
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

  void run(const Due& due, storage::Reader& reader, const detect::SiftedQueries* sifted) {
    const auto& [turn, served] = due;
    const detect::Detection& detection = *served->detection;
    RunRequest request;
    request.scheduled_time = turn.due;
    request.window = {turn.earliest, turn.latest};
    RunOutcome outcome =
        run_detection(detection, request,
                      {reader, store_.dialect(), options_.zone, options_.limits, clock_, options_.findings, sifted});
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
    // The writer may come to it after we are gone: so it shares the roster. The counters outlive the writer.
    batch.on_done = [roster = roster_, turn, until,
                     committed = std::move(committed)](const core::Result<storage::CommitOutcome>& outcome) {
      if (!outcome.ok()) {
        roster->retry_later(turn, kPauseAfterFault);
        return;
      }
      committed();
      roster->committed(turn, until);
    };
    while (!writer_.submit_until(batch, std::chrono::steady_clock::now() + kSubmitInterval)) {
      if (stopping_) return;
    }
  }

  const SchedulerOptions options_;
  storage::Store& store_;
  storage::Writer& writer_;
  core::Counters& counters_;
  const core::Clock& clock_;
  const std::shared_ptr<Roster> roster_;

  std::vector<std::unique_ptr<storage::Reader>> readers_;  // one per thread, the last for late events; set by begin()
  std::atomic<bool> stopping_{false};

  core::Mutex mutex_;
  core::CondVar ended_;
  core::CondVar late_asked_;
  int running_ RW_GUARDED_BY(mutex_) = 0;  // threads

  std::vector<std::jthread> threads_;  // last: joined while all else is there
};

}  // namespace

core::Result<std::unique_ptr<Scheduler>> Scheduler::start(SchedulerOptions options,
                                                          std::shared_ptr<const detect::Catalogue> catalogue,
                                                          storage::Store& store, storage::Writer& writer,
                                                          core::Counters& counters, const core::Clock& clock) {
  std::vector<std::unique_ptr<storage::Reader>> readers;
  for (std::size_t i = 0; i < std::max<std::size_t>(options.threads, 1) + 1; ++i) {
    RW_TRY(auto reader, store.open_reader());
    readers.push_back(std::move(reader));
  }
  RW_TRY(const auto ledger, readers.front()->ledger());

  auto scheduler = std::make_unique<SearchScheduler>(options, store, writer, counters, clock);
  RW_CHECK(scheduler->begin(*catalogue, ledger, std::move(readers)));
  return std::unique_ptr<Scheduler>(std::move(scheduler));
}

}  // namespace rw::scheduler
