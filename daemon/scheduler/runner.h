// One run of one detection: search → findings + ledger row, in one batch (one transaction).
#pragma once

#include "daemon/cim/finding.h"
#include "daemon/core/time.h"
#include "daemon/detect/detection.h"
#include "daemon/detect/search.h"
#include "daemon/scheduler/findings.h"
#include "storage/batch.h"
#include "storage/store.h"

namespace rw::scheduler {

struct RunRequest {
  cim::RunKind kind = cim::RunKind::kScheduled;
  core::Micros scheduled_time;
  cim::Window window;
};

// What it takes to run a search here.
struct RunMeans {
  storage::Reader& reader;
  const storage::Dialect& dialect;
  const core::TimeZone& zone;
  const storage::SearchLimits& limits;
  const core::Clock& clock;
  const FindingOptions& options;
  const detect::SiftedQueries* sifted = nullptr;  // of a tick over the same window
};

struct RunOutcome {
  cim::Run run;                 // the ledger row; failed runs have status failed and the error
  detect::SearchResult result;  // empty when failed
  Findings findings;
};

// Never fails: an error of the search becomes a failed run. The clock gives started, finished and created.
RunOutcome run_detection(const detect::Detection& detection, const RunRequest& request, const RunMeans& means);

// Findings and ledger row as one batch for the writer.
storage::Batch batch_of(RunOutcome outcome);

}  // namespace rw::scheduler
