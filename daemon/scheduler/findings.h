// A result row + its detection → risk events and notables (Splunk ES risk and notable actions; one of each per row and
// risk object). Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/cim/finding.h"
#include "daemon/core/time.h"
#include "daemon/detect/detection.h"
#include "daemon/detect/search.h"
#include "daemon/scheduler/finding_options.h"

namespace rw::scheduler {

// Of which run the rows are.
struct FindingContext {
  cim::Window window;
  core::Micros scheduled_time;
  core::Micros created;
  const core::TimeZone& zone;
  const FindingOptions& options;
};

struct Findings {
  std::vector<cim::RiskEvent> risk_events;
  std::vector<cim::Notable> notables;
  std::vector<cim::ThrottledRow> throttled_rows;
  std::uint64_t rows_excepted = 0;
  std::vector<std::string> warnings;  // for the operator: a throttle that does not fit the result
};

// Identities depend on detection id, window and the row's group-by values (and the risk object), so a re-run over the
// same window makes the same ones; rows that are equal in all of these are told apart by their order. A risk object
// whose value is null, empty, the text "null" or one that the detection ignores makes no risk event; a multivalue one
// makes one per value. time: the row's firstTime, _time or min(_time) (seconds, or ISO 8601 text, in `zone` where it
// names none) when it lies in the window, else the window's start. Drilldown searches get values as quoted SPL strings,
// the values of a multivalue with ", " between them.
// A notable concerns the hosts and users in the row's columns dest and user, or, where it has none, the row's
// risk_object of type system or user (rows of risk incident rules). A row that matches an exception makes none. Both
// hold, or have expired, by the scheduled time, so that a window that is searched again gives the same. Throttles are
// said with the rows; whether one holds a row back is known where it is stored. One that names a column which the
// result does not have holds nothing back, and is a warning: every row would be like every other.
Findings findings_of(const detect::Detection& detection, const detect::SearchResult& result,
                     const FindingContext& context);

// "$dest$" → the row's value (multivalue: joined with ", "; null: nothing); an unknown token stays as written; values
// are never substituted twice.
std::string fill_tokens(std::string_view text, const std::vector<std::string>& columns,
                        const std::vector<storage::Value>& row);

// The row as a JSON object: nulls left out, multivalues as lists, `_time` (seconds) as RFC 3339.
std::string row_json(const std::vector<std::string>& columns, const std::vector<storage::Value>& row);

}  // namespace rw::scheduler
