// Sysmon 12, 13, 14 → CIM Endpoint.Registry.
#pragma once

#include <string>
#include <string_view>

#include "daemon/cim/record.h"
#include "daemon/core/arena.h"
#include "daemon/ingest/decode/windows_event.h"

namespace rw::ingest {

// The event must be of EventKind::kRegistry; fill_base is done by the caller. Texts are views of the event's or go to
// the arena. Errors: InvalidInput (no TargetObject: there is nothing a detection could look at).
core::Result<void> normalize_registry(const WindowsEvent& event, core::Arena& arena, std::string& scratch,
                                      cim::RegistryRecord& record);

}  // namespace rw::ingest
