// Findings of the daemon's own (a silent host, a disk that is full): they come from a detection as all findings do, but
// one that searches no events, has no file and is not in the catalogue. Pure.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/cim/finding.h"
#include "daemon/core/time.h"
#include "daemon/detect/detection.h"
#include "daemon/scheduler/finding_options.h"
#include "storage/batch.h"

namespace rw::scheduler {

// What was found: one row, as if a search had given it.
struct OwnRow {
  std::vector<std::string> columns;
  std::vector<std::string> values;
  std::vector<std::string> group_columns;
};

// Puts the row's risk events and notables into the batch, found at `now`. identity_of: what makes findings of that kind
// ("risk", "notable") the same; the store adds each once.
void add_own_findings(const detect::Detection& detection, const OwnRow& row, const cim::Window& window,
                      core::Micros now, const FindingOptions& options,
                      const std::function<std::string(std::string_view kind)>& identity_of, storage::Batch& batch);

}  // namespace rw::scheduler
