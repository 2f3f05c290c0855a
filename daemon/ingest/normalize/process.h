// Sysmon 1 → CIM Endpoint.Processes.
#pragma once

#include <string>

#include "daemon/cim/record.h"
#include "daemon/core/arena.h"
#include "daemon/ingest/decode/windows_event.h"

namespace rw::ingest {

// The event must be of EventKind::kProcess; fill_base is done by the caller. Texts are views of the event's or go to
// the arena. Errors: InvalidInput (no Image: the event names no process).
core::Result<void> normalize_process(const WindowsEvent& event, core::Arena& arena, std::string& scratch,
                                     cim::ProcessRecord& record);

}  // namespace rw::ingest
