// Security 4688 (a new process has been created) → CIM Endpoint.Processes.
#pragma once

#include <string>

#include "daemon/cim/record.h"
#include "daemon/core/arena.h"
#include "daemon/ingest/decode/windows_event.h"

namespace rw::ingest {

// The event must be of EventKind::kSecurityProcess, in any of its versions (9, 13 or 15 fields); fill_base is done by
// the caller. Texts are views of the event's or go to the arena. `extra` holds all raw fields. Errors: InvalidInput (no
// NewProcessName: the event names no process).
core::Result<void> normalize_security_process(const WindowsEvent& event, core::Arena& arena, std::string& scratch,
                                              cim::ProcessRecord& record);

}  // namespace rw::ingest
