// Which forwarder wrote a JSON object, as its top-level names tell.
#pragma once

#include <simdjson.h>

#include "daemon/core/result.h"

namespace rw::ingest {

enum class JsonForm {
  kNone,  // no event: it may wrap one
  kGeneric,
  kNxlog,
  kWinlogbeat,
  kFluentBit,
  kVector,
  kOpenTelemetry,
  kWazuh,
};

// Reads the names only; the document is to be rewound after. A name that stands for what is nested may be dotted
// ("winlog.event_id"). Errors: InvalidInput (no object, malformed).
core::Result<JsonForm> json_form_of(simdjson::ondemand::document& document);

}  // namespace rw::ingest
