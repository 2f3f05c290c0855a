// JSON object → WindowsEvent, where the object's fields are those of the event: flat ({"EventID": 13, "Computer": …,
// "TargetObject": …}), with "System" and "EventData" (or "UserData") objects, or both inside "Event".
// Values may be strings, numbers, booleans or null. Nested objects and arrays as values are kept as JSON text.
#pragma once

#include <string_view>

#include "daemon/core/arena.h"
#include "daemon/core/result.h"
#include "daemon/ingest/decode/windows_event.h"

namespace rw::ingest {

// `json` is one whole object. Fills `event` (cleared first), texts go to the arena. Names of System fields compare
// without case and have the usual aliases (Provider/ProviderName/SourceName, EventRecordID/RecordNumber,
// Computer/Hostname/ComputerName, TimeCreated/SystemTime, …); every other field is data, as written.
// Errors: InvalidInput (not an object, malformed, no EventID).
core::Result<void> decode_event_json(std::string_view json, core::Arena& arena, WindowsEvent& event);

}  // namespace rw::ingest
