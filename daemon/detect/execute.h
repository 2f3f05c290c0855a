// Runs a plan: the query of its events on a store, then its steps on the rows. A subsearch sees the same window.
#pragma once

#include <string>
#include <vector>

#include "daemon/cim/finding.h"
#include "daemon/core/result.h"
#include "daemon/core/time.h"
#include "daemon/detect/plan.h"
#include "storage/store.h"

namespace rw::detect {

struct Execution {
  storage::Reader& reader;
  const storage::Dialect& dialect;
  const cim::Window& window;
  const core::TimeZone& zone;
  const storage::SearchLimits& limits;
  std::vector<std::string> warnings = {};  // filled on the way
};

// Errors: those of storage::Reader::scan; Limit (more rows than limits.max_rows after the first steps that look at one
// row at a time, or after a later step).
core::Result<Rows> execute(const Plan& plan, Execution& execution);

}  // namespace rw::detect
