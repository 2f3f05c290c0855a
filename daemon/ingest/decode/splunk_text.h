// Splunk's rendering of Windows events without XML (sourcetype WinEventLog): a line with the local time, lines
// "LogName=Security", "EventCode=4657", …, and "Message=" with all that follows. A relay may have written the line ends
// out ("#012").
#pragma once

#include <string_view>

#include "daemon/core/arena.h"
#include "daemon/core/result.h"
#include "daemon/ingest/decode/payload.h"
#include "daemon/ingest/decode/windows_event.h"

namespace rw::ingest {

// Looks at the beginning of the text alone.
bool is_splunk_text(std::string_view text);

// Fills `event` (cleared first), texts go to the arena. Errors: InvalidInput (no EventCode, a number that is none).
core::Result<void> decode_splunk_text(std::string_view text, const PayloadContext& context, core::Arena& arena,
                                      WindowsEvent& event);

}  // namespace rw::ingest
