// Security 4657 (a registry value was modified) → CIM Endpoint.Registry, in the form that Sysmon 13 and 12 have there:
// the same paths, data, EventType and Details, so that what is written for Sysmon's events sees these, too.
#pragma once

#include <string>
#include <string_view>

#include "daemon/cim/record.h"
#include "daemon/core/arena.h"
#include "daemon/ingest/decode/windows_event.h"

namespace rw::ingest {

// The event must be of EventKind::kSecurityValue; fill_base is done by the caller. Texts are views of the event's or go
// to the arena. An operation that is not known leaves the action undecided. `extra` holds all raw fields.
// Errors: InvalidInput (no ObjectName: there is nothing a detection could look at).
core::Result<void> normalize_security_value(const WindowsEvent& event, core::Arena& arena, std::string& scratch,
                                            cim::RegistryRecord& record);

// NewValueType (a code, %%1876, or the word it stands for, REG_DWORD) and NewValue → CIM data and type, and Sysmon's
// Details. Empty texts are absent; `details` is empty where it equals `data`.
//   REG_DWORD, REG_DWORD_BIG_ENDIAN  decimal or 0x…   data 0x%08x        details DWORD (0x%08x)
//   REG_QWORD                        decimal or 0x…   data 0x%08x-0x%08x, high half first; details QWORD (…)
//   REG_BINARY, REG_NONE             whatever stands  data Binary Data
//   REG_SZ, REG_EXPAND_SZ            empty            no data;           details (Empty)
//   all others                       text             unchanged
// A number that is none, or does not fit, stays as written. A type that is not known has none.
struct SecurityValue {
  std::string_view data;
  std::string_view type;
  std::string_view details;
};
SecurityValue security_value_of(std::string_view type, std::string_view value, core::Arena& arena);

}  // namespace rw::ingest
