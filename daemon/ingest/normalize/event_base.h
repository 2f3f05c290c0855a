// What registry and process records share: source, identity, times, and the fields that have no column.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "daemon/cim/record.h"
#include "daemon/core/arena.h"
#include "daemon/ingest/decode/windows_event.h"

namespace rw::ingest {

// Which of the kinds we store an event is.
enum class EventKind {
  kOther,
  kRegistry,         // Sysmon 12, 13, 14
  kProcess,          // Sysmon 1
  kSecurityValue,    // Security 4657
  kSecurityKey,      // Security 4656 and 4663 as far as they are stored (see security_key.h), 4660
  kSecurityProcess,  // Security 4688
};
// The provider decides, by name (compared without case), else by GUID, else by channel; a Security event must be of
// channel Security, too.
EventKind kind_of(const WindowsEvent& event);

// "-" and the empty text both mean: absent.
inline std::string_view present(std::string_view value) { return value == "-" ? std::string_view() : value; }

// Fills `base` except extra and event_type. `time` is the event's or, where it has none, the best that is known; an
// empty provider becomes the one that belongs to `kind`.
void fill_base(const WindowsEvent& event, EventKind kind, core::Micros time, core::Micros received,
               std::string_view computer, core::Arena& arena, std::string& scratch, cim::EventBase& base);

// The event's data without the named fields (and those that fill_base keeps), as a JSON object in the arena; empty if
// nothing is left.
std::string_view extra_of(const WindowsEvent& event, std::initializer_list<std::string_view> known, bool keep_utc_time,
                          core::Arena& arena, std::string& scratch);

// The named fields, as a JSON object in the arena.
std::string_view fields_json(const WindowsEvent& event, std::initializer_list<std::string_view> names,
                             core::Arena& arena, std::string& scratch);

}  // namespace rw::ingest
