// Windows events in the formats of SIEM agents:
//   CEF:0|Microsoft|Microsoft Windows||Microsoft-Windows-Security-Auditing:4657|name|Low|key=value key=value …
//   LEEF:1.0|Microsoft|Windows|10|4657|key=value<TAB>key=value …      LEEF:2.0|…|4657|^|key=value^key=value …
//   AgentDevice=WindowsLog<TAB>AgentLogFile=Security<TAB>…            WinCollect without the LEEF header
// How agents spread an event's fields over the keys of CEF and LEEF differs between products and versions. So fields
// are taken from keys that have the event's own names, from custom strings with such a label (cs1Label=TargetObject),
// and from the rendered message (msg=, Message=); all other keys are kept as data under the names they have. But
// WinCollect's User and Domain are those of the logging service: they become AccountName and AccountDomain.
#pragma once

#include <string_view>

#include "daemon/core/arena.h"
#include "daemon/core/result.h"
#include "daemon/ingest/decode/payload.h"
#include "daemon/ingest/decode/windows_event.h"

namespace rw::ingest {

bool is_cef(std::string_view text);
bool is_leef(std::string_view text);

// Both fill `event` (cleared first), texts go to the arena. Errors: InvalidInput (a header with fields missing, an
// extension that is not key=value, no event id, too many fields).
core::Result<void> decode_cef(std::string_view text, const PayloadContext& context, core::Arena& arena,
                              WindowsEvent& event);
core::Result<void> decode_leef(std::string_view text, const PayloadContext& context, core::Arena& arena,
                               WindowsEvent& event);

}  // namespace rw::ingest
