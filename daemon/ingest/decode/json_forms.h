// The forms of forwarders, one file each: nxlog_json.cc, winlogbeat.cc, fluent_bit.cc, vector.cc, opentelemetry.cc,
// wazuh.cc. All fill `event` (cleared first) and set its format; their texts are those of `fields` or go to the arena.
#pragma once

#include "daemon/core/arena.h"
#include "daemon/core/result.h"
#include "daemon/ingest/decode/json_fields.h"
#include "daemon/ingest/decode/payload.h"
#include "daemon/ingest/decode/windows_event.h"

namespace rw::ingest {

// Errors, of all: InvalidInput (no event id, a number that is none, too many fields).
using DecodeJsonFields = core::Result<void>(const JsonFields& fields, const PayloadContext& context, core::Arena& arena,
                                            WindowsEvent& event);

DecodeJsonFields decode_nxlog_json;     // to_json()
DecodeJsonFields decode_winlogbeat;     // 6, 7, 8, Elastic Agent
DecodeJsonFields decode_fluent_bit;     // winevtlog, winlog
DecodeJsonFields decode_vector;         // windows_event_log
DecodeJsonFields decode_opentelemetry;  // the body of a log record of windowseventlog
DecodeJsonFields decode_wazuh;          // an alert of the manager

}  // namespace rw::ingest
