// From a search's filter to what Sysmon must log for it. Pure.
#pragma once

#include "daemon/detect/plan.h"
#include "daemon/detect/sysmon/rule.h"

namespace rw::detect::sysmon {

// Rules that every registry event of Sysmon's passes whose record (ingest/normalize/registry.h) passes `where`, a
// filter over Endpoint.Registry. Other events may pass them, too. No rule: no event of Sysmon's passes `where`. An
// empty rule: `where` asks for nothing that Sysmon can be asked for.
Rules required_by(const Predicate& where);

}  // namespace rw::detect::sysmon
