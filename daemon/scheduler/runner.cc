#include "daemon/scheduler/runner.h"

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>

namespace rw::scheduler {
namespace {

core::Result<detect::SearchResult> search(const detect::Detection& detection, const RunRequest& request,
                                          const RunMeans& means) {
  if (detection.search == nullptr) {
    return core::Error{core::ErrorCode::kUnsupported,
                       detection.problem ? core::render(*detection.problem) : "the detection has no compiled search"};
  }
  try {
    return detection.search->run({.reader = means.reader,
                                  .dialect = means.dialect,
                                  .window = request.window,
                                  .zone = means.zone,
                                  .now = request.scheduled_time,
                                  .limits = means.limits,
                                  .sifted = means.sifted});
  } catch (const std::exception& exception) {  // out of memory, or a fault in a library: one run pays for it, not all
    return core::Error{core::ErrorCode::kInternal, exception.what()};
  }
}

}  // namespace

RunOutcome run_detection(const detect::Detection& detection, const RunRequest& request, const RunMeans& means) {
  RunOutcome outcome;
  outcome.run.detection_id = detection.id;
  outcome.run.detection = detection.name;
  outcome.run.kind = request.kind;
  outcome.run.scheduled_time = request.scheduled_time;
  outcome.run.window = request.window;
  outcome.run.started = means.clock.now();
  core::Result<detect::SearchResult> result = search(detection, request, means);
  outcome.run.finished = means.clock.now();
  if (!result.ok()) {
    outcome.run.status = cim::RunStatus::kFailed;
    outcome.run.error = core::render(result.error());
    return outcome;
  }
  outcome.result = std::move(result).value();
  outcome.run.result_count = static_cast<std::int64_t>(outcome.result.table.rows.size());
  outcome.findings = findings_of(detection, outcome.result,
                                 {.window = request.window,
                                  .scheduled_time = request.scheduled_time,
                                  .created = outcome.run.finished,
                                  .zone = means.zone,
                                  .options = means.options});
  std::ranges::move(outcome.findings.warnings, std::back_inserter(outcome.result.warnings));
  if (request.kind == cim::RunKind::kLate) {
    for (cim::RiskEvent& event : outcome.findings.risk_events) event.origin.late = true;
    for (cim::Notable& notable : outcome.findings.notables) notable.origin.late = true;
  }
  return outcome;
}

storage::Batch batch_of(RunOutcome outcome) {
  storage::Batch batch;
  batch.runs.push_back(std::move(outcome.run));
  batch.risk_events = std::move(outcome.findings.risk_events);
  batch.notables = std::move(outcome.findings.notables);
  batch.rows_excepted = outcome.findings.rows_excepted;
  batch.throttled_rows = std::move(outcome.findings.throttled_rows);
  return batch;
}

}  // namespace rw::scheduler
