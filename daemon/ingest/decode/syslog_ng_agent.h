// The default text of the syslog-ng Agent for Windows, behind its syslog header:
//   USER: CHANNEL SOURCE: [TYPE] message (EventID 13)
// The syslog header may have taken USER for the tag. All fields of the event stand in the message. No record id; the
// time is the header's.
#pragma once

#include <string_view>

#include "daemon/core/arena.h"
#include "daemon/core/result.h"
#include "daemon/ingest/decode/payload.h"
#include "daemon/ingest/decode/windows_event.h"

namespace rw::ingest {

// By the end of the text.
bool is_syslog_ng_agent(std::string_view text);

// Fills `event` (cleared first), texts go to the arena. Errors: InvalidInput (not such a text, no event id).
core::Result<void> decode_syslog_ng_agent(std::string_view text, const PayloadContext& context, core::Arena& arena,
                                          WindowsEvent& event);

}  // namespace rw::ingest
