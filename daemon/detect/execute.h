// Runs a plan: the query of its events on a store, then its steps on the rows. A subsearch sees the same window.
#pragma once

#include <string>
#include <vector>

#include "daemon/core/result.h"
#include "daemon/detect/rows.h"
#include "daemon/detect/search.h"

namespace rw::detect {

// Errors: those of storage::Reader::scan; Limit (more rows or memory for them than `limits` allow after the first steps
// that look at one row at a time, or after a later step).
core::Result<Rows> execute(const Plan& plan, const SearchContext& context, std::vector<std::string>& warnings);

}  // namespace rw::detect
