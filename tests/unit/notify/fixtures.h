// What the tests of notifications share: findings by hand, and times by name.
#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/notify/message.h"

namespace rw::notify::test {

inline core::Micros at(std::string_view text) { return core::parse_iso8601(text).value(); }

inline core::TimeZone zone(std::string_view name) { return core::TimeZone::find(name).value(); }

inline const core::TimeZone kUtc;

// Values that try to be markup, a mention, a link and another line.
inline const std::string kHostile = "<!channel> @everyone [x](http://evil.test) *b* `c`|\r\nBcc: a=b\\";

inline Finding finding(std::int64_t id, Severity severity = Severity::kMedium, std::string dest = "WS1") {
  Finding finding;
  finding.id = id;
  finding.time = at("2026-10-11T20:14:15.5Z");
  finding.created = at("2026-10-11T21:00:01Z");
  finding.detection_id = "9c27ec40";
  finding.detection = "Disable AMSI Through Registry";
  finding.title = "Disable AMSI Through Registry";
  finding.description = "AMSI was switched off";
  finding.security_domain = "endpoint";
  finding.severity = finding.urgency = severity;
  finding.dest = std::move(dest);
  finding.user = "ann";
  finding.techniques = {"T1562.001", "T1562"};
  return finding;
}

inline Message message_of(const std::vector<Finding>& findings) {
  Digest digest;
  for (const Finding& finding : findings) digest.add(finding);
  Message message = digest.message();
  message.id = "msg_0001";
  message.channel = "soc";
  message.created = at("2026-10-11T21:01:02Z");
  message.url = "https://siem.corp.example/#/findings";
  return message;
}

}  // namespace rw::notify::test
