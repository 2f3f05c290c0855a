// strptime with Splunk's additions.
#include "daemon/core/time_parse.h"

#include <catch2/catch.hpp>

#include <string>

namespace rw::core {
namespace {

std::string parsed(std::string_view format, std::string_view text, const std::string& zone_name = "UTC") {
  const auto zone = TimeZone::find(zone_name);
  REQUIRE(zone.ok());
  const auto time = parse_time(format, text, *parse_iso8601("2026-03-01T10:00:00Z"), *zone);
  return time ? format_rfc3339(*time) : "-";
}

TEST_CASE("parse_time reads what format_time writes") {
  CHECK(parsed("%Y-%m-%dT%H:%M:%S", "2026-01-02T03:04:05") == "2026-01-02T03:04:05Z");
  CHECK(parsed("%Y-%m-%d %H:%M:%S.%3N", "2026-01-02 03:04:05.250") == "2026-01-02T03:04:05.250000Z");
  CHECK(parsed("%m/%d/%y %I:%M %p", "01/02/26 12:30 AM") == "2026-01-02T00:30:00Z");
  CHECK(parsed("%m/%d/%Y %I:%M:%S %p", "1/2/2026 1:02:03 pm") == "2026-01-02T13:02:03Z");
  CHECK(parsed("%a, %d %b %Y %T %z", "Fri, 02 Jan 2026 03:04:05 +0200") == "2026-01-02T01:04:05Z");
  CHECK(parsed("%d %B %Y", "2 january 2026") == "2026-01-02T00:00:00Z");
  CHECK(parsed("%F %T%:z", "2026-01-02 03:04:05-05:30") == "2026-01-02T08:34:05Z");
  CHECK(parsed("%s", "1700000000") == "2023-11-14T22:13:20Z");
  CHECK(parsed("%s.%Q", "1700000000.5") == "2023-11-14T22:13:20.500000Z");
  CHECK(parsed("%Y %j", "2024 366") == "2024-12-31T00:00:00Z");
  CHECK(parsed("%Y%%%m", "2024%02") == "2024-02-01T00:00:00Z");
}

TEST_CASE("parse_time takes from now what the text does not say, and the configured zone") {
  CHECK(parsed("%H:%M", "11:30") == "2026-03-01T11:30:00Z");
  CHECK(parsed("%b %d", "Jan 5") == "2026-01-05T00:00:00Z");
  CHECK(parsed("%Y-%m-%d %H:%M", "2026-07-01 12:00", "Europe/Berlin") == "2026-07-01T10:00:00Z");
  CHECK(parsed("%Y-%m-%d", "2026-07-01T12:00 and more") == "2026-07-01T00:00:00Z");
}

TEST_CASE("parse_time: what is no such time is none") {
  for (const auto& [format, text] : {std::pair("%Y-%m-%d", "2026-13-01"),
                                     {"%Y-%m-%d", "2026-02-30"},
                                     {"%Y", "1969"},
                                     {"%H", "24"},
                                     {"%Y", ""},
                                     {"%Y-%m", "2026/01"},
                                     {"%b", "Foo"},
                                     {"%E", "2026"},
                                     {"%s", "999999999999999"},
                                     {"%I %p", "13 PM"},
                                     {"%z", "0200"},
                                     {"%j", "367"}}) {
    INFO(format << " " << text);
    CHECK(parsed(format, text) == "-");
  }
}

}  // namespace
}  // namespace rw::core
