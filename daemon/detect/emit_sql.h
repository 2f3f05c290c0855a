// EventQuery + dialect → one SQL query, every value bound. Columns: g1, g2, … the group-by values in their order, then
// a1, a2, … the aggregates; times in microseconds, values() as JSON. Rows come in the order of the group-by values. Of
// rows of events: c1, c2, … the fields of `select`, the newest event first. Always with explicit parentheses: SPL binds
// OR before AND, SQL does not. Pure.
#pragma once

#include <string>

#include "daemon/cim/finding.h"
#include "daemon/core/time.h"
#include "daemon/detect/plan.h"
#include "storage/dialect.h"
#include "storage/query.h"

namespace rw::detect {

storage::Query emit_sql(const EventQuery& events, const storage::Dialect& dialect, const cim::Window& window,
                        const core::TimeZone& zone);

// The query for people: its text, and below it each bound value.
std::string print(const storage::Query& query);

}  // namespace rw::detect
