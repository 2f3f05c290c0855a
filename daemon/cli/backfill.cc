// regwarden backfill: the scheduled runs of a past range, for all or for some detections.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <csignal>
#include <iostream>
#include <memory>
#include <vector>

#include "daemon/cli/command.h"
#include "daemon/cli/output_option.h"
#include "daemon/cli/progress.h"
#include "daemon/scheduler/backfill.h"
#include "daemon/scheduler/runner.h"
#include "daemon/scheduler/tick_sieves.h"
#include "storage/sqlite/store.h"

namespace rw::cli {
namespace {

// What is found waits for its commit up to this size.
constexpr std::size_t kCommitBytes = 1024 * 1024;

std::atomic<bool> interrupted{false};

struct BackfillOptions {
  std::string config;
  std::vector<std::string> detections;
  std::string earliest;
  std::string latest = "now";
};

struct Summary {
  std::size_t runs = 0;
  std::size_t failed = 0;
  std::int64_t rows = 0;
  std::uint64_t risk_events = 0;
  std::uint64_t notables = 0;
  std::uint64_t suppressed = 0;  // rows
};

class Backfiller {
 public:
  Backfiller(const config::Config& config, const storage::Store& store, storage::Reader& reader,
             storage::WriteSession& session)
      : config_(config), dialect_(store.dialect()), reader_(reader), session_(session), sieves_(reader) {}

  // Errors: those of the store; what was committed stays.
  core::Result<void> run(const scheduler::Backfill::Tick& tick) {
    const auto sifted = sieves_.sift(tick.detections, tick.window, config_.scheduler.limits);
    if (!sifted.ok()) warn("the detections of " + core::format_rfc3339(tick.scheduled_time), sifted.error().message);
    const scheduler::RunRequest request{cim::RunKind::kManual, tick.scheduled_time, tick.window};
    for (const auto& detection : tick.detections) {
      if (interrupted) break;
      auto outcome = scheduler::run_detection(*detection, request,
                                              {reader_, dialect_, config_.time_zone, config_.scheduler.limits, clock_,
                                               config_.scheduler.findings, sifted.ok() ? *sifted : nullptr});
      ++summary_.runs;
      const std::string where = detection->name + " at " + core::format_rfc3339(tick.scheduled_time);
      if (outcome.run.status == cim::RunStatus::kFailed) {
        ++summary_.failed;
        warn(where, outcome.run.error);
      }
      for (const std::string& warning : outcome.result.warnings) warn(where, warning);
      summary_.rows += outcome.run.result_count;
      storage::Batch batch = scheduler::batch_of(std::move(outcome));
      waiting_bytes_ += batch.size_bytes();
      waiting_.push_back(std::move(batch));
      if (waiting_bytes_ >= kCommitBytes) RW_CHECK(commit());
    }
    return commit();  // a detection of the next tick may read what this one found
  }

  const Summary& summary() const { return summary_; }

 private:
  core::Result<void> commit() {
    if (waiting_.empty()) return {};
    RW_TRY(const auto outcomes, session_.commit(waiting_));
    for (const storage::CommitOutcome& outcome : outcomes) {
      summary_.risk_events += outcome.risk_events_added;
      summary_.notables += outcome.notables_added;
      summary_.suppressed += outcome.rows_suppressed;
    }
    waiting_.clear();
    waiting_bytes_ = 0;
    return {};
  }

  static void warn(const std::string& what, const std::string& why) {
    std::cerr << "regwarden: " << what << ": " << why << '\n';
  }

  const config::Config& config_;
  const storage::Dialect& dialect_;
  storage::Reader& reader_;
  storage::WriteSession& session_;
  scheduler::TickSieves sieves_;
  const core::SystemClock clock_;
  std::vector<storage::Batch> waiting_;
  std::size_t waiting_bytes_ = 0;
  Summary summary_;
};

// The named detections, or all enabled ones. Empty: it is said on stderr what is wrong.
std::vector<std::shared_ptr<const detect::Detection>> wanted(const detect::Catalogue& catalogue,
                                                             const std::vector<std::string>& names) {
  std::vector<std::shared_ptr<const detect::Detection>> detections;
  if (names.empty()) {
    for (const auto& detection : catalogue.detections()) {
      if (detection->state == detect::DetectionState::kEnabled) detections.push_back(detection);
    }
    if (detections.empty()) fail("no detection is enabled");
    return detections;
  }
  for (const std::string& name : names) {
    auto detection = find_runnable(catalogue, name);
    if (!detection) return {};
    // Named twice, in two ways perhaps.
    if (std::ranges::find(detections, detection) == detections.end()) detections.push_back(std::move(detection));
  }
  return detections;
}

int backfill(const BackfillOptions& options) {
  const auto config = read_config(options.config);
  if (!config) return kFailed;
  const auto detections = wanted(*read_detections(*config), options.detections);
  if (detections.empty()) return kFailed;
  const core::Micros now = core::SystemClock().now();
  const auto range = parse_window(options.earliest, options.latest, now, config->time_zone);
  if (!range.ok()) return fail(range.error());
  auto plan = scheduler::Backfill::plan(detections, *range, now, config->time_zone);
  if (!plan.ok()) return fail(plan.error());

  auto store = storage::sqlite::open({.data_dir = config->data_dir, .create = false});
  if (!store.ok()) return fail(store.error());
  auto reader = (*store)->open_reader();
  if (!reader.ok()) return fail(reader.error());
  auto session = (*store)->open_writer();
  if (!session.ok()) return fail(session.error());

  std::signal(SIGINT, [](int) { interrupted = true; });
  std::signal(SIGTERM, [](int) { interrupted = true; });
  Backfiller backfiller(*config, **store, **reader, **session);
  int status = kDone;
  {
    Progress progress(core::to_us(std::min(range->latest, now)) - core::to_us(range->earliest));
    while (!interrupted) {
      const auto tick = plan->next();
      if (!tick) break;
      progress.show(std::max<std::int64_t>(0, core::to_us(tick->scheduled_time) - core::to_us(range->earliest)));
      if (const auto run = backfiller.run(*tick); !run.ok()) {
        status = fail(run.error());
        break;
      }
    }
  }
  const Summary& summary = backfiller.summary();
  std::cout << summary.runs << " runs of " << detections.size()
            << (detections.size() == 1 ? " detection: " : " detections: ") << summary.rows << " rows, "
            << summary.risk_events << " risk events and " << summary.notables << " notables added, ";
  if (summary.suppressed > 0) std::cout << summary.suppressed << " rows suppressed, ";
  std::cout << summary.failed << " runs failed\n";
  if (interrupted) return fail("interrupted; what was run is kept, and running it again adds nothing twice");
  return summary.failed > 0 ? kFailed : status;
}

}  // namespace

void add_backfill(CLI::App& app, int& status) {
  auto options = std::make_shared<BackfillOptions>();
  CLI::App* command = app.add_subcommand(
      "backfill", "Run every scheduled window that touches a past range, oldest first, and write what is found");
  add_config_option(*command, options->config);
  command->add_option("DETECTION", options->detections, "Names, ids or file stems (default: all enabled ones)");
  command->add_option("--earliest", options->earliest, "Start of the range: ISO 8601, epoch seconds or -7d@d")
      ->required();
  command->add_option("--latest", options->latest, "End of the range, not included (default: now)");
  command->callback([options, &status] { status = backfill(*options); });
}

}  // namespace rw::cli
