// JSON → WindowsEvent, in whatever form a forwarder wrote it. Its top-level names tell the form: see json_form.h for
// the forms, and a file for each of them for what they are. An array stands for its items.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

#include "daemon/core/arena.h"
#include "daemon/core/result.h"
#include "daemon/ingest/decode/payload.h"
#include "daemon/ingest/decode/take_event.h"
#include "daemon/ingest/decode/windows_event.h"

namespace rw::ingest {

// True when the text (blanks skipped) starts like a JSON object, or like an array of such.
bool looks_like_event_json(std::string_view text);

// Decodes what stands as text in an object that is no event itself; returns the number of events.
using DecodeWrapped = std::function<core::Result<std::size_t>(std::string_view text)>;

// Calls `take` for each event, in order; `event` is reused between calls and its texts live in the arena. An object
// that only wraps a payload (as text or as an object in "message", "event", "log", …) is given to `decode_wrapped`,
// unless that is null: what is wrapped twice is no event. Returns the number of calls.
// `take` gets InvalidInput for what is malformed, no object, no event, or nested too deep; items of an array do not
// keep each other from being found. Errors: InvalidInput (an array without items).
core::Result<std::size_t> decode_event_json(std::string_view text, const PayloadContext& context, core::Arena& arena,
                                            WindowsEvent& event, const TakeEvent& take,
                                            const DecodeWrapped& decode_wrapped = nullptr);

}  // namespace rw::ingest
