// NXLog's to_syslog_ietf(): the event's fields are params of the element NXLOG@… of an RFC 5424 header, and the payload
// is its message. What is not among the params (time, host, source, process) is in the header.
#pragma once

#include <string_view>

#include "daemon/core/arena.h"
#include "daemon/core/result.h"
#include "daemon/ingest/decode/payload.h"
#include "daemon/ingest/decode/windows_event.h"

namespace rw::ingest {

bool has_nxlog_structured_data(const PayloadContext& context);

// The header must have such an element. Fills `event` (cleared first), texts go to the arena.
// Errors: InvalidInput (structured data that is not well-formed, no EventID, too many fields).
core::Result<void> decode_nxlog_structured_data(std::string_view message, const PayloadContext& context,
                                                core::Arena& arena, WindowsEvent& event);

}  // namespace rw::ingest
