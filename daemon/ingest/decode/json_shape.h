// What the JSON forms of forwarders have in common: a table says where the System fields and the data stand.
#pragma once

#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>

#include "daemon/core/arena.h"
#include "daemon/core/result.h"
#include "daemon/ingest/decode/json_fields.h"
#include "daemon/ingest/decode/payload.h"
#include "daemon/ingest/decode/windows_event.h"

namespace rw::ingest {

struct JsonPath {
  std::string_view path;
  std::string_view WindowsEvent::*field;
};

// Of several paths for one thing, the first that has a value counts.
struct JsonShape {
  PayloadFormat format;
  std::span<const JsonPath> system;
  std::span<const std::string_view> event_id;
  std::span<const std::string_view> record_id;
  std::span<const std::string_view> time;
  std::span<const std::string_view> data;  // prefixes; what follows is the name. Unnamed values become param1, …
  std::string_view keyword_words;          // names of keywords: "Audit Success"
};

// Fills `event` (cleared first) but for what finish_json_event adds. Words where XML has a number are left out (Task,
// Opcode, Keywords), but for those that tell level and audit. Nulls are absent.
// Errors: InvalidInput (no event id, a number that is none, too many fields).
core::Result<void> read_shape(const JsonShape& shape, const JsonFields& fields, core::Arena& arena,
                              WindowsEvent& event);

// After the data: where there is none, the fields of the message; the time, which is the first of the shape's that has
// a zone, else Sysmon's UtcTime, else one without a zone in that of the context.
void finish_json_event(const JsonShape& shape, const JsonFields& fields, const PayloadContext& context,
                       core::Arena& arena, WindowsEvent& event);

// Adds the values at the path by their position, if there is no data. See string_inserts.h.
void add_inserts_at(std::string_view path, const JsonFields& fields, WindowsEvent& event);

// A value that is the XML of one event. Errors: InvalidInput (it is not).
core::Result<void> decode_embedded_xml(std::string_view xml, PayloadFormat format, const PayloadContext& context,
                                       core::Arena& arena, WindowsEvent& event);

}  // namespace rw::ingest
