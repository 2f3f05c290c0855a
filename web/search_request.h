// The body of POST /api/v1/search → what to search for. Pure.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "daemon/cim/finding.h"
#include "daemon/core/result.h"
#include "daemon/core/time.h"
#include "storage/store.h"

namespace rw::web {

struct SearchRequest {
  std::string id;  // [A-Za-z0-9_-]{1,64}; empty: not given
  std::string search;
  cim::Window window;
  std::int64_t max_rows = 1000;
  std::chrono::milliseconds timeout = std::chrono::seconds(30);
};

// A JSON object (RFC 8259) with the members search (the only one that must be there), earliest, latest, max_rows,
// timeout and id. `most` bounds max_rows and timeout, and their defaults. now, zone: for the times.
// Errors: InvalidInput, which names the member, its value, and what was expected.
core::Result<SearchRequest> parse_search_request(std::string_view body, core::Micros now, const core::TimeZone& zone,
                                                 const storage::SearchLimits& most);

}  // namespace rw::web
