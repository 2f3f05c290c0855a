// What the texts of System fields mean, whatever the format: times and numbers.
#pragma once

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <string_view>

#include "daemon/core/result.h"
#include "daemon/core/text.h"
#include "daemon/core/time.h"

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
  const std::string_view digits = core::trim(text);
  Integer value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (digits.empty() || error != std::errc() || end != digits.data() + digits.size()) {
    return core::invalid_input(fmt::format("{}: expected a number, got '{}'", name, text.substr(0, 40)));
  }
  return value;
}

}  // namespace rw::ingest
