// The classic line of EventReporter, MonitorWare Agent and rsyslog Windows Agent:
//   EvntSLog: [AUS] Sun Oct 11 22:14:15 2026: HOST/Security (4657) - "message"
// The syslog header may have taken "EvntSLog" for the tag. All fields of the event stand in the message. No record id.
#pragma once

#include <string_view>

#include "daemon/core/arena.h"
#include "daemon/core/result.h"
#include "daemon/ingest/decode/payload.h"
#include "daemon/ingest/decode/windows_event.h"

namespace rw::ingest {

bool is_event_reporter(std::string_view text, const PayloadContext& context);

// Fills `event` (cleared first), texts go to the arena. Errors: InvalidInput (not such a line, no event id).
core::Result<void> decode_event_reporter(std::string_view text, const PayloadContext& context, core::Arena& arena,
                                         WindowsEvent& event);

}  // namespace rw::ingest
