// JSON object → WindowsEvent, where the object's fields are those of the event: flat ({"EventID": 13, "Computer": …,
// "TargetObject": …}), with "System" and "EventData" (or "UserData") objects, or both inside "Event".
// Values may be strings, numbers, booleans or null. Nested objects and arrays as values are kept as JSON text; an
// EventData that is the text of an object (Azure Log Analytics) is taken as that object.
#pragma once

#include "daemon/ingest/decode/simdjson.h"

#include "daemon/core/arena.h"
#include "daemon/core/result.h"
#include "daemon/ingest/decode/windows_event.h"

namespace rw::ingest {

// Fills `event` (cleared first), texts go to the arena. Names of System fields compare without case and have the usual
// aliases (Provider/ProviderName/SourceName, EventRecordID/RecordNumber, Computer/Hostname/ComputerName,
// TimeCreated/SystemTime, …); every other field is data, as written.
// Errors: InvalidInput (not one object, malformed, no EventID).
core::Result<void> read_generic_json(simdjson::ondemand::document& document, core::Arena& arena, WindowsEvent& event);

}  // namespace rw::ingest
