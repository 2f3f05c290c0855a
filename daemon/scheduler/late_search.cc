#include "daemon/scheduler/late_search.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <thread>
#include <utility>

#include "daemon/detect/search.h"
#include "daemon/scheduler/commit.h"
#include "daemon/scheduler/due.h"
#include "daemon/scheduler/runner.h"

namespace rw::scheduler {
namespace {

constexpr std::chrono::milliseconds kLookAgain{20};
constexpr std::size_t kSpansAtATime = 180;  // three hours, if every minute has late events
// From so many searches on, one look at the whole window for all of them costs less.
constexpr std::size_t kWorthSifting = 4;
// Months and days are not all of one length.
constexpr std::chrono::hours kReachMargin{24 * 4};

core::Error stopped() { return {core::ErrorCode::kCancelled, "stopping"}; }

bool touches(const cim::Window& a, const cim::Window& b) { return a.earliest < b.latest && b.earliest < a.latest; }

cim::Window time_of_span(const storage::LateSpan& span) { return {span.minute, span.minute + storage::kLateSpan}; }

// Minutes that are near each other as one time.
std::vector<cim::Window> stretches_of(const std::vector<storage::LateSpan>& spans) {
  constexpr std::chrono::hours kNear{1};
  std::vector<cim::Window> stretches;
  for (const storage::LateSpan& span : spans) {
    const cim::Window time = time_of_span(span);
    if (!stretches.empty() && stretches.back().latest + kNear >= time.earliest) {
      stretches.back().latest = time.latest;
    } else {
      stretches.push_back(time);
    }
  }
  return stretches;
}

}  // namespace

core::Result<LateSearch::Outcome> LateSearch::pass() {
  // In this order: a run that is not away now is in the ledger that is read next, or sees these events when it begins.
  RW_TRY(const auto spans, means_.reader.late_spans(kSpansAtATime));
  if (spans.empty()) return Outcome::kNothing;
  if (means_.roster.any_away()) return Outcome::kWaits;

  Roster::Snapshot now = means_.roster.snapshot();
  if (now.generation != detections_.generation) sieves_.clear();
  detections_ = std::move(now);
  findings_.reset();
  runs_ = 0;
  added_ = 0;
  RW_TRY(const Ticks ticks, ticks_of(spans));
  for (const auto& [key, tick] : ticks) RW_CHECK(search(tick));
  RW_CHECK(search_findings());

  storage::Batch done;
  done.late_done = spans;
  RW_CHECK(commit(means_.writer, std::move(done), means_.stopping));
  if (runs_ > 0) {
    spdlog::info("late events of {} to {}: {} windows searched again, {} findings added",
                 core::format_rfc3339(spans.front().minute),
                 core::format_rfc3339(spans.back().minute + storage::kLateSpan), runs_, added_);
  }
  return Outcome::kMore;
}

std::chrono::microseconds LateSearch::longest_reach(bool reads_findings) const {
  std::chrono::microseconds longest{0};
  const core::Micros now = means_.clock.now();
  for (const auto& [id, served] : detections_.served) {
    if (served->detection->search == nullptr || served->reads_findings != reads_findings) continue;
    const cim::Window window = window_of(served->detection->schedule, now, means_.options.zone);
    const cim::Window read = served->detection->search->time_read(window, now, means_.options.zone);
    longest = std::max({longest, window.earliest - read.earliest, read.latest - window.latest});
  }
  return longest.count() == 0 ? longest : longest + kReachMargin;
}

// The ledger may have several runs of one scheduled time, and a window may lie in several stretches.
void LateSearch::add(Run run, std::vector<Run>& runs) {
  const auto same = [&](const Run& other) { return other.served == run.served; };
  if (std::ranges::none_of(runs, same)) runs.push_back(std::move(run));
}

template <class Visit>
core::Result<void> LateSearch::each_run(const cim::Window& time, bool reads_findings, const Visit& visit) {
  const auto reach = longest_reach(reads_findings);
  RW_TRY(const auto windows, means_.reader.searched_windows({time.earliest - reach, time.latest + reach}));
  for (const storage::SearchedWindow& searched : windows) {
    const auto found = detections_.served.find(searched.detection_id);
    if (found == detections_.served.end()) continue;
    const Served& served = *found->second;
    if (served.detection->search == nullptr || served.reads_findings != reads_findings) continue;
    const cim::Window read =
        served.detection->search->time_read(searched.window, searched.scheduled_time, means_.options.zone);
    if (touches(read, time)) visit(Run{found->second, searched.scheduled_time, searched.window, read});
  }
  return {};
}

core::Result<LateSearch::Ticks> LateSearch::ticks_of(const std::vector<storage::LateSpan>& spans) {
  Ticks ticks;
  for (const cim::Window& time : stretches_of(spans)) {
    RW_CHECK(each_run(time, false, [&](Run found) {
      storage::NewEvents seen;
      for (const storage::LateSpan& span : spans) {
        if (!touches(found.read, time_of_span(span))) continue;
        std::int64_t& from = span.dataset == cim::Dataset::kRegistry ? seen.registry_from : seen.processes_from;
        from = std::min(from, span.first_id);
      }
      if (!seen.any_of(cim::Dataset::kRegistry) && !seen.any_of(cim::Dataset::kProcesses)) return;
      Tick& tick = ticks[{found.scheduled_time, false, found.window.earliest, found.window.latest}];
      tick.events.registry_from = std::min(tick.events.registry_from, seen.registry_from);
      tick.events.processes_from = std::min(tick.events.processes_from, seen.processes_from);
      add(std::move(found), tick.runs);
    }));
  }
  return ticks;
}

core::Result<void> LateSearch::search(const Tick& tick) {
  std::vector<std::shared_ptr<const detect::Detection>> detections;
  for (const Run& run : tick.runs) detections.push_back(run.served->detection);
  const cim::Window& window = tick.runs.front().window;
  const auto concerned = sieves_.concerned(detections, window, tick.events, means_.options.limits);
  std::vector<Run> runs;
  if (concerned.ok()) {
    for (std::size_t i = 0; i < concerned->size(); ++i) {
      if ((*concerned)[i]) runs.push_back(tick.runs[i]);
    }
  } else {
    if (means_.stopping) return concerned.error();
    spdlog::warn("late events: the {} detections of the window from {} are all run again: {}", detections.size(),
                 core::format_rfc3339(window.earliest), core::render(concerned.error()));
    runs = tick.runs;
  }
  const detect::SiftedQueries* sifted = nullptr;
  if (runs.size() >= kWorthSifting) {
    // Without it each search looks at the window itself.
    if (const auto found = sieves_.sift(detections, window, means_.options.limits); found.ok()) sifted = *found;
  }
  return run(runs, sifted);
}

core::Result<void> LateSearch::search_findings() {
  if (!findings_) return {};
  // As with events: a run that is not away now is in the ledger, or sees these findings when it begins.
  while (means_.roster.any_away()) {
    if (means_.stopping) return stopped();
    std::this_thread::sleep_for(kLookAgain);
  }
  std::map<TickKey, std::vector<Run>> ticks;
  RW_CHECK(each_run(*findings_, true, [&](Run found) {
    add(std::move(found), ticks[{found.scheduled_time, true, found.window.earliest, found.window.latest}]);
  }));
  for (const auto& [key, runs] : ticks) RW_CHECK(run(runs, nullptr));
  return {};
}

core::Result<void> LateSearch::run(const std::vector<Run>& runs, const detect::SiftedQueries* sifted) {
  storage::Batch batch;
  for (const Run& wanted : runs) {
    if (means_.stopping) return stopped();
    const detect::Detection& detection = *wanted.served->detection;
    RunOutcome outcome = run_detection(detection, {cim::RunKind::kLate, wanted.scheduled_time, wanted.window},
                                       {means_.reader, means_.dialect, means_.options.zone, means_.options.limits,
                                        means_.clock, means_.options.findings, sifted});
    if (outcome.run.status == cim::RunStatus::kFailed) {
      if (means_.stopping) return stopped();
      means_.counters.add(core::Counter::kRunsFailed);
      spdlog::error("detection {}: the search for late events of the run for {} failed: {}", detection.name,
                    core::format_rfc3339(wanted.scheduled_time), outcome.run.error);
    }
    for (const cim::RiskEvent& event : outcome.findings.risk_events) {
      if (!findings_) findings_ = {event.time, event.time};
      findings_->earliest = std::min(findings_->earliest, event.time);
      findings_->latest = std::max(findings_->latest, event.time + std::chrono::microseconds(1));
    }
    storage::Batch one = batch_of(std::move(outcome));
    std::ranges::move(one.runs, std::back_inserter(batch.runs));
    std::ranges::move(one.risk_events, std::back_inserter(batch.risk_events));
    std::ranges::move(one.notables, std::back_inserter(batch.notables));
    batch.rows_excepted += one.rows_excepted;
    std::ranges::move(one.throttled_rows, std::back_inserter(batch.throttled_rows));
  }
  if (batch.empty()) return {};
  RW_TRY(const auto outcome, commit(means_.writer, std::move(batch), means_.stopping));
  means_.counters.add(core::Counter::kRunsLate, runs.size());
  runs_ += runs.size();
  added_ += outcome.risk_events_added + outcome.notables_added;
  return {};
}

}  // namespace rw::scheduler
