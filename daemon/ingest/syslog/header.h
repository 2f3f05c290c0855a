// The header of a syslog message (RFC 5424, RFC 3164 and what senders make of them) → fields and payload. Never fails:
// whatever has no header is all payload. Pure; views into the given text unless said otherwise.
#pragma once

#include <optional>
#include <string_view>

#include "daemon/core/time.h"

namespace rw::ingest {

struct SyslogMessage {
  enum class Format { kNone, kRfc3164, kRfc5424 };
  Format format = Format::kNone;
  int facility = 1;  // user
  int severity = 5;  // notice: RFC 3164 says 13 for a message without PRI
  std::optional<core::Micros> timestamp;
  std::string_view hostname;
  std::string_view app_name;  // RFC 3164: TAG
  std::string_view procid;
  std::string_view msgid;
  std::string_view structured_data;  // as written, with its brackets; empty for "-"
  std::string_view msg;              // the payload: without BOM and "@cee:" cookie, trailing line ends stripped
};

// received and zone: RFC 3164 times have no year and no zone; the year is taken that puts the time nearest to
// `received`, the zone is the given one.
SyslogMessage parse_syslog(std::string_view message, core::Micros received, const core::TimeZone& zone);

}  // namespace rw::ingest
