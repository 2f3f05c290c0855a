// Whatever a forwarder sends as one message → its Windows events. The format is recognised by the payload itself, the
// same on every input: nothing has to be configured. A JSON object that only wraps such a payload (in "message",
// "event", "log", …) is unwrapped once; a JSON array stands for its items.
#pragma once

#include <cstddef>
#include <string_view>

#include "daemon/core/arena.h"
#include "daemon/core/result.h"
#include "daemon/core/time.h"
#include "daemon/ingest/decode/take_event.h"
#include "daemon/ingest/decode/windows_event.h"
#include "daemon/ingest/syslog/header.h"

namespace rw::ingest {

// What the transport knows and some formats need. All of it outlives the call.
struct PayloadContext {
  // The syslog header the payload had: NXLog's to_syslog_ietf() has the event's fields there.
  const SyslogMessage* header = nullptr;
  // Of the formats that write local time without a zone (NXLog CE, Snare). Null: such times count as none.
  const core::TimeZone* zone = nullptr;
};

// Calls `take` for each event of the payload, in order; `event` is reused between calls and its texts live in the
// arena. A faulty event does not keep the others from being found. Returns the number of calls.
// Errors: InvalidInput (the payload is in no format that we know, or holds no event at all).
core::Result<std::size_t> decode_payload(std::string_view payload, const PayloadContext& context, core::Arena& arena,
                                         WindowsEvent& event, const TakeEvent& take);

}  // namespace rw::ingest
