// The times that stand in syslog headers. Pure; zone is that of times that name none.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "daemon/core/time.h"

namespace rw::ingest {

// RFC 5424 TIMESTAMP, and what senders make of it: seven to nine digits of fraction, lower-case z, no zone at all.
std::optional<core::Micros> parse_iso_timestamp(std::string_view text, const core::TimeZone& zone);

// The RFC 3164 time at the front of the text: "Oct 11 22:14:15", day padded with a blank or a zero or not at all, with
// a fraction, with a year after the day or after the time ("Oct 11 22:14:15 2026").
struct BsdTimestamp {
  core::Micros time;
  std::size_t size = 0;  // characters of the text it takes
};
// The year, where there is none, is the one that puts the time nearest to `received`.
std::optional<BsdTimestamp> parse_bsd_timestamp(std::string_view text, core::Micros received,
                                                const core::TimeZone& zone);

}  // namespace rw::ingest
