// The formats that are lines of text → WindowsEvent: Snare, EventReporter, Splunk's WinEventLog, the syslog-ng Agent
// for Windows, CEF, LEEF.
#pragma once

#include <string_view>

#include "daemon/core/arena.h"
#include "daemon/core/result.h"
#include "daemon/ingest/decode/payload.h"
#include "daemon/ingest/decode/windows_event.h"

namespace rw::ingest {

// Fills `event` (cleared first), texts go to the arena. Errors: InvalidInput (a field missing or wrong).
using DecodeText = core::Result<void>(std::string_view text, const PayloadContext& context, core::Arena& arena,
                                      WindowsEvent& event);

// The decoder of the format that the text is in, as far as a look at its beginning and its end tells; null: none that
// we know. `text` is one message, neither XML nor JSON.
DecodeText* text_decoder_of(std::string_view text, const PayloadContext& context);

}  // namespace rw::ingest
