// Snare, and NXLog's to_syslog_snare(): 14 to 16 columns in one line, divided by TABs or what else was configured:
//   MSWinEventLog, criticality, log name, counter, date (local time), event id, source, user, SID type, log type,
//   computer, category, data string, expanded string (the message, flattened), record number, an optional one
// All fields of the event stand in the message. Snare's own header is a host name before it, without PRI or time.
#pragma once

#include <string_view>

#include "daemon/core/arena.h"
#include "daemon/core/result.h"
#include "daemon/ingest/decode/payload.h"
#include "daemon/ingest/decode/windows_event.h"

namespace rw::ingest {

// Looks at the beginning of the text alone, and at the syslog header: relays take the first columns for a tag.
bool is_snare(std::string_view text, const PayloadContext& context);

// Fills `event` (cleared first), texts go to the arena. The numbers of columns before the date need not be right: a
// relay may have cut them. Errors: InvalidInput (no date, fewer columns than a message has, no event id).
core::Result<void> decode_snare(std::string_view text, const PayloadContext& context, core::Arena& arena,
                                WindowsEvent& event);

}  // namespace rw::ingest
