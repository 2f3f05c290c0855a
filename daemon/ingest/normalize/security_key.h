// Security 4656 (a handle was requested), 4663 (an access right was used) and 4660 (an object was deleted), as far as
// they are about registry keys → CIM Endpoint.Registry.
//
// 4656 and 4663 say what a process may do or did through a handle, not what came of it: the action stays undecided, and
// there is no value name and no data. Most of them are reads, by the thousand on every key with an audit rule for them,
// and no read changes the registry; so they are stored only where
//   - ObjectType is Key,
//   - AccessMask has a right to change something: set value (0x2), create sub-key (0x4), create link (0x20), DELETE
//     (0x10000), WRITE_DAC (0x40000), WRITE_OWNER (0x80000), ACCESS_SYSTEM_SECURITY (0x1000000), MAXIMUM_ALLOWED
//     (0x2000000), GENERIC_ALL (0x10000000), GENERIC_WRITE (0x40000000), and
//   - the audit is one of success: a refused request changes nothing.
// The others are counted as events that are not stored. A 4660 names no object: it becomes the deletion of the key for
// which a 4663 with DELETE was seen on the same handle (KeyDeletions), and is counted as not stored where there is
// none. Source of the rights: winnt.h.
#pragma once

#include <string>

#include "daemon/cim/record.h"
#include "daemon/core/arena.h"
#include "daemon/ingest/decode/windows_event.h"
#include "daemon/ingest/normalize/key_deletions.h"

namespace rw::ingest {

// For an event 4656 or 4663 of the Security log: is it to be stored, by the rule above.
bool is_key_change_access(const WindowsEvent& event);

// The event must be of EventKind::kSecurityKey; fill_base is done by the caller. A deletion has EventType DeleteKey, as
// Sysmon's. Texts are views of the event's or go to the arena. `extra` holds all raw fields. False: a 4660 about
// nothing that is known. Errors: InvalidInput (4656, 4663: no ObjectName).
core::Result<bool> normalize_security_key(const WindowsEvent& event, KeyDeletions& key_deletions, core::Arena& arena,
                                          std::string& scratch, cim::RegistryRecord& record);

}  // namespace rw::ingest
