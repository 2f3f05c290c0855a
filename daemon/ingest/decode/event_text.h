// The formats that are lines of text → WindowsEvent: Snare, EventReporter, Splunk's WinEventLog, the syslog-ng Agent
// for Windows, CEF, LEEF.
#pragma once

#include <string_view>

#include "daemon/core/arena.h"
#include "daemon/core/result.h"
#include "daemon/ingest/decode/payload.h"
#include "daemon/ingest/decode/windows_event.h"

namespace rw::ingest {

// The text is in one of the formats, as far as a look at its beginning and its end tells.
bool looks_like_event_text(std::string_view text, const PayloadContext& context);

// `text` is one message, neither XML nor JSON. Fills `event` (cleared first), texts go to the arena.
// Errors: InvalidInput (no format that we know, or one with a field missing or wrong).
core::Result<void> decode_event_text(std::string_view text, const PayloadContext& context, core::Arena& arena,
                                     WindowsEvent& event);

}  // namespace rw::ingest
