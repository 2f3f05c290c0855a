// Windows Event XML (http://schemas.microsoft.com/win/2004/08/events/event) → WindowsEvent. Takes what forwarders
// really send: either quote, prefixes or no namespace, any layout, raw control characters, one event or many back to
// back or inside <Events>, an XML declaration, a BOM, a message cut off inside RenderingInfo.
// Also NXLog's to_xml(), which is no such XML: a flat <Event> with an element for each of NXLog's fields.
#pragma once

#include <cstddef>
#include <string_view>

#include "daemon/core/arena.h"
#include "daemon/core/result.h"
#include "daemon/ingest/decode/payload.h"
#include "daemon/ingest/decode/take_event.h"
#include "daemon/ingest/decode/windows_event.h"

namespace rw::ingest {

// True when the text (blanks skipped) starts like Windows Event XML: "<Event", "<Events", "<?xml", a prefixed form.
bool looks_like_event_xml(std::string_view text);

// The text from the first "<Event" start tag on; empty if there is none. For messages whose header is so broken that it
// could not be told from the payload.
std::string_view find_event_xml(std::string_view text);

// Calls `take` for each event in the text, in order; `event` is reused between calls and its texts live in the arena.
// A faulty event does not keep the others from being found. Returns the number of calls.
// `take` gets InvalidInput for what is not well-formed, cut off, a DOCTYPE, an element that is not an event, no
// EventID, too many fields. Errors: InvalidInput (nothing in the text but blanks and comments).
core::Result<std::size_t> decode_event_xml(std::string_view text, core::Arena& arena, WindowsEvent& event,
                                           const TakeEvent& take, const PayloadContext& context = {});

}  // namespace rw::ingest
