// What every format does with the values of an event: what the texts of System fields mean (times and numbers), and how
// a field is added.
#pragma once

#include <fmt/format.h>

#include <optional>
#include <string_view>

#include "daemon/core/result.h"
#include "daemon/core/text.h"
#include "daemon/core/time.h"
#include "daemon/ingest/decode/windows_event.h"

namespace rw::ingest {

// ISO 8601 with a zone; also Fluent Bit's "2026-10-11 22:14:15 +0200". Nullopt: neither, or no year of an event.
std::optional<core::Micros> zoned_time(std::string_view text);

// ISO 8601 without a zone, which is taken for that of `zone`. Nullopt as above, and for a null zone.
std::optional<core::Micros> local_time(std::string_view text, const core::TimeZone* zone);

// The same, known to be UTC: Sysmon's UtcTime.
std::optional<core::Micros> utc_time(std::string_view text);

// A decimal number and nothing else but blanks around it. Errors: InvalidInput; `name` is that of the field.
template <class Integer>
core::Result<Integer> number_field(std::string_view name, std::string_view text) {
  if (const auto value = core::parse_integer<Integer>(core::trim(text))) return *value;
  return core::invalid_input(fmt::format("{}: expected a number, got '{}'", name, text.substr(0, 40)));
}

core::Error too_many_fields();
// Adds a value to event.data (see WindowsEvent::add). Errors: too_many_fields().
core::Result<void> add_field(std::string_view name, std::string_view value, WindowsEvent& event);

}  // namespace rw::ingest
