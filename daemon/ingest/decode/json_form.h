// Which forwarder wrote a JSON object, as its top-level names tell.
#pragma once

#include "daemon/ingest/decode/simdjson.h"

#include <cstdint>
#include <string_view>

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

// Told of the members of an object's top level, in their order, by whoever reads the object anyhow. A name that stands
// for what is nested may be dotted ("winlog.event_id").
class JsonFormFinder {
 public:
  using json_type = simdjson::ondemand::json_type;

  // True: what the member holds matters, too. Then comes text() where it is a string, or inner() with each of its
  // names.
  bool member(std::string_view name, json_type type);
  void text(std::string_view value);
  void inner(std::string_view name);

  // After the last member.
  JsonForm form() const;

 private:
  std::uint32_t marks_ = 0;
  std::uint32_t asked_ = 0;  // of the member whose content matters
};

// Reads the names only; the document is to be rewound after. Errors: InvalidInput (no object, malformed).
core::Result<JsonForm> json_form_of(simdjson::ondemand::document& document);

}  // namespace rw::ingest
