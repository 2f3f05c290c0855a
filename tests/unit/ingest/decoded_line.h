// A message as a syslog listener in Berlin gets it, decoded: local times are two hours ahead of UTC.
#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <string_view>

#include "daemon/core/time.h"
#include "daemon/ingest/decode/payload.h"
#include "daemon/ingest/syslog/header.h"
#include "tests/unit/ingest/decoded_text.h"
#include "tests/unit/ingest/rendered_events.h"

namespace rw::ingest {

// All events of the message, each after the name of its format.
inline std::string decode_line(std::string_view line) {
  const core::Result<core::TimeZone> zone = core::TimeZone::find("Europe/Berlin");
  REQUIRE(zone.ok());
  const SyslogMessage header = parse_syslog(line, core::from_us(1'791'749'655'000'000), *zone);
  core::Arena arena;
  WindowsEvent event;
  std::string text;
  const auto pieces = decode_payload(header.msg, {.header = &header, .zone = &*zone}, arena, event,
                                     [&](std::string_view, const core::Result<void>& decoded) {
                                       text += decoded.ok() ? std::string(name_of(event.format)) + "\n" + text_of(event)
                                                            : "error: " + decoded.error().message + "\n";
                                     });
  return pieces.ok() ? text : "error: " + pieces.error().message + "\n";
}

// What stands in text_of for an event that came as text: the System fields that its format has, data of the format's
// own, and the fields of the message.
struct TextEvent {
  const RenderedEvent& event;
  std::string format;
  std::string level;       // "level=4\n", …
  std::string time;        // RFC 3339; empty: as the local clock and Sysmon's UtcTime say
  bool record_id = false;  // 90123
  std::string computer = "till-1.shop.lan";
  std::string user_sid = {};
  std::string data = {};  // "data.name=value\n" lines
  std::string message;    // as it was sent

  std::string text() const {
    const std::string clock = event.sysmon() ? "2026-10-11T20:14:15.120000Z" : "2026-10-11T20:14:15Z";
    std::string fields = "data." + replaced(event.fields, "\n", "\ndata.");
    fields.resize(fields.size() - std::string_view("data.").size());
    return format + "\nprovider=" + event.provider() + "\nevent_id=" + std::to_string(event.id) + "\n" + level +
           "time=" + (time.empty() ? clock : time) + "\n" + (record_id ? "record_id=90123\n" : "") +
           "channel=" + event.channel() + "\ncomputer=" + computer + "\n" +
           (user_sid.empty() ? "" : "user_sid=" + user_sid + "\n") + data + fields + "message=" + message + "\n";
  }
};

inline const std::string kInformation = "level=4\n";
inline const std::string kAuditSuccess = "level=0\nkeywords=0x8020000000000000\n";
inline const std::string kAuditFailure = "level=0\nkeywords=0x8010000000000000\n";

}  // namespace rw::ingest
