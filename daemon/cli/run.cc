// regwarden run: one detection over one window, now.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "daemon/cli/command.h"
#include "daemon/cli/output_option.h"
#include "daemon/core/time_modifier.h"
#include "daemon/scheduler/due.h"
#include "daemon/scheduler/runner.h"
#include "daemon/scheduler/tick_sieves.h"
#include "storage/sqlite/store.h"

namespace rw::cli {
namespace {

struct RunOptions {
  std::string config;
  std::string detection;
  std::string at;
  std::string earliest;
  std::string latest;
  bool dry_run = false;
  bool fail_on_findings = false;
  OutputFormat output = OutputFormat::kTable;
};

core::Result<scheduler::RunRequest> request_of(const RunOptions& options, const detect::Detection& detection,
                                               const core::TimeZone& zone, core::Micros now) {
  scheduler::RunRequest request{.kind = cim::RunKind::kManual, .scheduled_time = now, .window = {}};
  if (!options.earliest.empty()) {
    RW_TRY(request.window, parse_window(options.earliest, options.latest, now, zone));
    return request;
  }
  if (!options.at.empty()) {
    core::Result<core::Micros> at = core::parse_time_argument(options.at, now, zone);
    if (!at.ok()) return core::invalid_input("--at: " + at.error().message);
    request.scheduled_time = *at;
  }
  request.window = scheduler::window_of(detection.schedule, request.scheduled_time, zone);
  return request;
}

int run(const RunOptions& options) {
  const auto config = read_config(options.config);
  if (!config) return kFailed;
  const auto detection = find_runnable(*read_detections(*config), options.detection);
  if (!detection) return kFailed;
  const core::SystemClock clock;
  const auto request = request_of(options, *detection, config->time_zone, clock.now());
  if (!request.ok()) return fail(request.error());

  auto store = storage::sqlite::open({.data_dir = config->data_dir, .create = false});
  if (!store.ok()) return fail(store.error());
  auto reader = (*store)->open_reader();
  if (!reader.ok()) return fail(reader.error());
  const storage::SearchLimits& limits = config->scheduler.limits;
  scheduler::TickSieves sieves(**reader);
  const auto sifted = sieves.sift({detection}, request->window, limits);
  scheduler::RunOutcome outcome = scheduler::run_detection(
      *detection, *request,
      {**reader, (*store)->dialect(), config->time_zone, limits, clock, config->scheduler.findings,
       sifted.ok() ? *sifted : nullptr});  // without, the search looks at the window itself
  if (outcome.run.status == cim::RunStatus::kFailed) return fail(outcome.run.error);
  for (const std::string& warning : outcome.result.warnings) std::cerr << "regwarden: " << warning << '\n';
  print_result(std::cout, options.output, detection->name, request->window, outcome.result.table);

  const bool found = !outcome.result.table.rows.empty();
  if (!options.dry_run) {
    auto session = (*store)->open_writer();
    if (!session.ok()) return fail(session.error());
    const storage::Batch batch = scheduler::batch_of(std::move(outcome));
    const auto committed = (*session)->commit({&batch, 1});
    if (!committed.ok()) return fail(committed.error());
    const storage::CommitOutcome& added = committed->front();
    std::cerr << "regwarden: " << added.risk_events_added << " risk events and " << added.notables_added
              << " notables added";
    if (added.rows_suppressed > 0) std::cerr << ", " << added.rows_suppressed << " rows suppressed";
    std::cerr << '\n';
  }
  return found && options.fail_on_findings ? kFailed : kDone;
}

}  // namespace

void add_run(CLI::App& app, int& status) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* command = app.add_subcommand("run", "Run a detection over a window and write what it finds");
  add_config_option(*command, options->config);
  command->add_option("DETECTION", options->detection, "Name, id or file stem")->required();
  CLI::Option* at = command->add_option(
      "--at", options->at,
      "Scheduled time from which the window follows: ISO 8601, epoch seconds or -1h@h (default: now)");
  CLI::Option* earliest = command->add_option("--earliest", options->earliest, "Start of the window, included");
  CLI::Option* latest = command->add_option("--latest", options->latest, "End of the window, not included");
  earliest->needs(latest)->excludes(at);
  latest->needs(earliest)->excludes(at);
  command->add_flag("--dry-run", options->dry_run, "Show the rows, write nothing");
  command->add_flag("--fail-on-findings", options->fail_on_findings, "Exit with 1 when there are rows");
  add_output_option(*command, options->output);
  command->callback([options, &status] { status = run(*options); });
}

}  // namespace rw::cli
