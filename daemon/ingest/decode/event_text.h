// The formats that are lines of text → WindowsEvent.
#pragma once

#include <string_view>

#include "daemon/core/arena.h"
#include "daemon/core/result.h"
#include "daemon/ingest/decode/payload.h"
#include "daemon/ingest/decode/windows_event.h"

namespace rw::ingest {

// `text` is one message, neither XML nor JSON. Fills `event` (cleared first), texts go to the arena.
// Errors: InvalidInput (no format that we know, or one with a field missing or wrong).
core::Result<void> decode_event_text(std::string_view text, const PayloadContext& context, core::Arena& arena,
                                     WindowsEvent& event);

}  // namespace rw::ingest
