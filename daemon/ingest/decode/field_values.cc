#include "daemon/ingest/decode/field_values.h"

namespace rw::ingest {

std::optional<core::Micros> zoned_time(std::string_view text) {
  core::Result<core::Micros> time = core::parse_iso8601(text);
  const std::size_t sign = text.size() - 5;
  if (!time.ok() && text.size() > 6 && text[sign - 1] == ' ' && (text[sign] == '+' || text[sign] == '-')) {
    time = core::parse_iso8601(
        fmt::format("{}{}:{}", text.substr(0, sign - 1), text.substr(sign, 3), text.substr(sign + 3)));
  }
  if (!time.ok() || !core::is_plausible(*time)) return std::nullopt;
  return *time;
}

std::optional<core::Micros> local_time(std::string_view text, const core::TimeZone* zone) {
  if (zone == nullptr) return std::nullopt;
  const core::Result<core::LocalTime> time = core::parse_local_iso8601(text);
  if (!time.ok()) return std::nullopt;
  const core::Micros utc = zone->to_utc(*time);
  return core::is_plausible(utc) ? std::optional(utc) : std::nullopt;
}

std::optional<core::Micros> utc_time(std::string_view text) {
  const core::TimeZone utc;
  return local_time(text, &utc);
}

core::Error too_many_fields() {
  return core::invalid_input(fmt::format("more than {} fields", WindowsEvent::kMaxFields));
}

core::Result<void> add_field(std::string_view name, std::string_view value, WindowsEvent& event) {
  return event.add(name, value) ? core::Result<void>() : too_many_fields();
}

}  // namespace rw::ingest
