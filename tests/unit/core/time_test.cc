#include "daemon/core/time.h"

#include <catch2/catch.hpp>

#include <cstdint>
#include <cstdio>
#include <limits>
#include <string>
#include <string_view>

namespace rw::core {
namespace {

TimeZone zone_named(std::string_view name) {
  INFO(name);
  const auto zone = TimeZone::find(name);
  REQUIRE(zone.ok());
  return zone.value();
}

Micros at(std::string_view iso8601) {
  INFO(iso8601);
  const auto parsed = parse_iso8601(iso8601);
  REQUIRE(parsed.ok());
  return parsed.value();
}

LocalTime local(std::string_view iso8601) {
  INFO(iso8601);
  const auto parsed = parse_local_iso8601(iso8601);
  REQUIRE(parsed.ok());
  return parsed.value();
}

}  // namespace

TEST_CASE("parse_iso8601", "[time]") {
  struct Row {
    std::string_view text;
    std::int64_t expected_us;
  };
  const Row rows[] = {
      {"1970-01-01T00:00:00Z", 0},
      {"1970-01-01 00:00:00z", 0},
      {"2026-10-11T20:14:15Z", 1'791'749'655'000'000},
      {"2026-10-11T20:14:15.1Z", 1'791'749'655'100'000},
      {"2026-10-11T20:14:15.12Z", 1'791'749'655'120'000},
      {"2026-10-11T20:14:15.123Z", 1'791'749'655'123'000},
      {"2026-10-11T20:14:15.1234Z", 1'791'749'655'123'400},
      {"2026-10-11T20:14:15.12345Z", 1'791'749'655'123'450},
      {"2026-10-11T20:14:15.123456Z", 1'791'749'655'123'456},
      {"2026-10-11T20:14:15.1234567Z", 1'791'749'655'123'456},
      {"2026-10-11T20:14:15.12345678Z", 1'791'749'655'123'456},
      {"2026-10-11T20:14:15.123456789Z", 1'791'749'655'123'456},
      {"2026-10-11T20:14:15.999999999Z", 1'791'749'655'999'999},
      {"2026-10-11T20:14:15.000000001Z", 1'791'749'655'000'000},
      {"2026-10-11 20:14:15.5+00:00", 1'791'749'655'500'000},
      {"2026-10-11T22:14:15+02:00", 1'791'749'655'000'000},
      {"2026-10-11T14:44:15-05:30", 1'791'749'655'000'000},
      {"2026-10-11T20:14:15-00:00", 1'791'749'655'000'000},
      {"2026-10-12T20:13:15+23:59", 1'791'749'655'000'000},
      {"2000-02-29T23:59:59.999999Z", 951'868'799'999'999},
      {"2024-02-29T00:00:00Z", 1'709'164'800'000'000},
      {"2024-12-31T23:59:59Z", 1'735'689'599'000'000},
      {"2025-01-01T00:00:00Z", 1'735'689'600'000'000},
      {"1969-12-31T23:59:59.999999Z", -1},
      {"1970-01-01T00:00:00+01:00", -3'600'000'000},
      {"1601-01-01T00:00:00Z", -11'644'473'600'000'000},
      {"0000-01-01T00:00:00Z", -62'167'219'200'000'000},
      {"0000-03-01T00:00:00Z", -62'162'035'200'000'000},
      {"9999-12-31T23:59:59.999999Z", 253'402'300'799'999'999},
  };
  for (const auto& [text, expected_us] : rows) {
    INFO(text);
    const auto parsed = parse_iso8601(text);
    REQUIRE(parsed.ok());
    CHECK(to_us(parsed.value()) == expected_us);
  }
}

TEST_CASE("parse_iso8601 says what it expected and where", "[time]") {
  struct Row {
    std::string_view text;
    std::string_view expected;
  };
  const Row rows[] = {
      {"", "expected a digit (YYYY-MM-DDThh:mm:ss) at column 1"},
      {"x", "expected a digit (YYYY-MM-DDThh:mm:ss) at column 1"},
      {"2026", "expected '-' (YYYY-MM-DDThh:mm:ss) at column 5"},
      {"2026/10/11T20:14:15Z", "expected '-' (YYYY-MM-DDThh:mm:ss) at column 5"},
      {"2026-1-11T20:14:15Z", "expected a digit (YYYY-MM-DDThh:mm:ss) at column 7"},
      {"2026-10-11t20:14:15Z", "expected 'T' or a blank (YYYY-MM-DDThh:mm:ss) at column 11"},
      {"2026-10-11", "expected 'T' or a blank (YYYY-MM-DDThh:mm:ss) at column 11"},
      {"2026-10-11T20.14.15Z", "expected ':' (YYYY-MM-DDThh:mm:ss) at column 14"},
      {"2026-10-11T20:14Z", "expected ':' (YYYY-MM-DDThh:mm:ss) at column 17"},
      {"2026-10-11T20:14:1", "expected a digit (YYYY-MM-DDThh:mm:ss) at column 19"},
      {"-026-10-11T20:14:15Z", "expected a digit (YYYY-MM-DDThh:mm:ss) at column 1"},
      {" 2026-10-11T20:14:15Z", "expected a digit (YYYY-MM-DDThh:mm:ss) at column 1"},
      {"20261011T201415Z", "expected '-' (YYYY-MM-DDThh:mm:ss) at column 5"},
      {"2026-00-11T20:14:15Z", "expected a month from 01 to 12 at column 6"},
      {"2026-13-11T20:14:15Z", "expected a month from 01 to 12 at column 6"},
      {"2026-10-00T20:14:15Z", "expected a day from 01 to 31 at column 9"},
      {"2026-10-32T20:14:15Z", "expected a day from 01 to 31 at column 9"},
      {"2026-04-31T20:14:15Z", "expected a day from 01 to 30 at column 9"},
      {"2026-02-29T20:14:15Z", "expected a day from 01 to 28 at column 9"},
      {"2024-02-30T20:14:15Z", "expected a day from 01 to 29 at column 9"},
      {"1900-02-29T20:14:15Z", "expected a day from 01 to 28 at column 9"},
      {"2026-10-11T24:00:00Z", "expected an hour from 00 to 23 at column 12"},
      {"2026-10-11T20:60:15Z", "expected a minute from 00 to 59 at column 15"},
      {"2026-10-11T20:14:60Z", "expected a second from 00 to 59 at column 18"},
      {"2026-10-11T20:14:15", "expected 'Z' or an offset such as +02:00 at column 20"},
      {"2026-10-11T20:14:15.5", "expected 'Z' or an offset such as +02:00 at column 22"},
      {"2026-10-11T20:14:15.Z", "expected 1 to 9 digits after '.' at column 21"},
      {"2026-10-11T20:14:15.", "expected 1 to 9 digits after '.' at column 21"},
      {"2026-10-11T20:14:15.1234567890Z", "expected 1 to 9 digits after '.' at column 30"},
      {"2026-10-11T20:14:15,5Z", "expected 'Z' or an offset such as +02:00 at column 20"},
      {"2026-10-11T20:14:15 Z", "expected 'Z' or an offset such as +02:00 at column 20"},
      {"2026-10-11T20:14:15ZZ", "expected the end at column 21"},
      {"2026-10-11T20:14:15Z ", "expected the end at column 21"},
      {"2026-10-11T20:14:15+", "expected an offset such as +02:00 at column 20"},
      {"2026-10-11T20:14:15+02", "expected an offset such as +02:00 at column 20"},
      {"2026-10-11T20:14:15+0200", "expected an offset such as +02:00 at column 20"},
      {"2026-10-11T20:14:15+24:00", "expected an offset such as +02:00 at column 20"},
      {"2026-10-11T20:14:15+02:60", "expected an offset such as +02:00 at column 20"},
      {"2026-10-11T20:14:15+0a:00", "expected an offset such as +02:00 at column 20"},
      {"2026-10-11T20:14:15+02:000", "expected the end at column 26"},
  };
  for (const auto& [text, expected] : rows) {
    INFO(text);
    const auto parsed = parse_iso8601(text);
    REQUIRE_FALSE(parsed.ok());
    CHECK(parsed.error() == invalid_input("time '" + std::string(text) + "': " + std::string(expected)));
  }
}

TEST_CASE("an error message is one short line of UTF-8, whatever came in", "[time]") {
  const auto parsed = parse_iso8601("2026-10-11\n\xff" + std::string(1000, 'x'));
  REQUIRE_FALSE(parsed.ok());
  CHECK(parsed.error().message == "time '2026-10-11?\xef\xbf\xbd" + std::string(48, 'x') +
                                      "…': expected 'T' or a blank (YYYY-MM-DDThh:mm:ss) at column 11");
}

TEST_CASE("parse_iso8601 and format_rfc3339 agree on every day of 800 years", "[time]") {
  int mistakes = 0;
  Micros day = at("1600-01-01T12:34:56.789012Z");
  for (int year = 1600; year < 2400; ++year) {
    for (int month = 1; month <= 12; ++month) {
      for (int d = 1; d <= days_in_month(year, month); ++d) {
        char expected[80];
        std::snprintf(expected, sizeof(expected), "%04d-%02d-%02dT12:34:56.789012Z", year, month, d);
        mistakes += format_rfc3339(day) == expected ? 0 : 1;
        const auto parsed = parse_iso8601(expected);
        mistakes += parsed.ok() && parsed.value() == day ? 0 : 1;
        day += std::chrono::hours{24};
      }
    }
  }
  CHECK(mistakes == 0);
  CHECK(format_rfc3339(day) == "2400-01-01T12:34:56.789012Z");
}

TEST_CASE("format_rfc3339", "[time]") {
  struct Row {
    std::int64_t us;
    std::string_view expected;
  };
  const Row rows[] = {
      {0, "1970-01-01T00:00:00Z"},
      {1, "1970-01-01T00:00:00.000001Z"},
      {-1, "1969-12-31T23:59:59.999999Z"},
      {500'000, "1970-01-01T00:00:00.500000Z"},
      {1'791'749'655'123'456, "2026-10-11T20:14:15.123456Z"},
      {951'782'400'000'000, "2000-02-29T00:00:00Z"},
      {-62'167'219'200'000'000, "0000-01-01T00:00:00Z"},
      {253'402'300'799'999'999, "9999-12-31T23:59:59.999999Z"},
      {253'402'300'800'000'000, "10000-01-01T00:00:00Z"},
      {std::numeric_limits<std::int64_t>::max(), "294247-01-10T04:00:54.775807Z"},
  };
  for (const auto& [us, expected] : rows) CHECK(format_rfc3339(from_us(us)) == expected);
}

TEST_CASE("is_plausible", "[time]") {
  CHECK(is_plausible(from_us(0)));
  CHECK_FALSE(is_plausible(from_us(-1)));
  CHECK(is_plausible(at("9999-12-31T23:59:59.999999Z")));
  CHECK_FALSE(is_plausible(at("9999-12-31T23:59:59.999999Z") + std::chrono::microseconds{1}));
  CHECK_FALSE(is_plausible(at("1601-01-01T00:00:00Z")));
}

TEST_CASE("parse_local_iso8601", "[time]") {
  struct Row {
    std::string_view text;
    LocalTime expected;
  };
  const Row rows[] = {
      {"2026-10-11T20:14:15", {2026, 10, 11, 20, 14, 15, 0, 0}},
      {"2026-10-12 20:14:15.5", {2026, 10, 12, 20, 14, 15, 500'000, 1}},
      {"2024-02-29T23:59:59.123456789", {2024, 2, 29, 23, 59, 59, 123'456, 4}},
      {"1970-01-01T00:00:00", {1970, 1, 1, 0, 0, 0, 0, 4}},
      {"1969-12-27T00:00:00", {1969, 12, 27, 0, 0, 0, 0, 6}},
  };
  for (const auto& [text, expected] : rows) {
    INFO(text);
    const auto parsed = parse_local_iso8601(text);
    REQUIRE(parsed.ok());
    CHECK(parsed.value() == expected);
  }
  struct Invalid {
    std::string_view text;
    std::string_view expected;
  };
  const Invalid invalid[] = {
      {"", "time '': expected a digit (YYYY-MM-DDThh:mm:ss) at column 1"},
      {"2026-02-30T20:14:15", "time '2026-02-30T20:14:15': expected a day from 01 to 28 at column 9"},
      {"2026-10-11T20:14:15Z", "time '2026-10-11T20:14:15Z': expected the end (a local time has no zone) at column 20"},
      {"2026-10-11T20:14:15.", "time '2026-10-11T20:14:15.': expected 1 to 9 digits after '.' at column 21"},
      {"2026-10-11T20:14", "time '2026-10-11T20:14': expected ':' (YYYY-MM-DDThh:mm:ss) at column 17"},
  };
  for (const auto& [text, expected] : invalid) {
    INFO(text);
    const auto parsed = parse_local_iso8601(text);
    REQUIRE_FALSE(parsed.ok());
    CHECK(parsed.error() == invalid_input(std::string(expected)));
  }
}

TEST_CASE("days_in_month", "[time]") {
  constexpr int kCommon[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  for (int month = 1; month <= 12; ++month) CHECK(days_in_month(2023, month) == kCommon[month - 1]);
  CHECK(days_in_month(2024, 2) == 29);
  CHECK(days_in_month(1900, 2) == 28);
  CHECK(days_in_month(2000, 2) == 29);
  CHECK(days_in_month(0, 2) == 29);
}

TEST_CASE("zones are found by their IANA names", "[time]") {
  CHECK(TimeZone().name() == "UTC");
  for (const std::string_view name : {"UTC", "Etc/UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"}) {
    CHECK(zone_named(name).name() == name);
  }
  for (const std::string_view name : {"", "Mars", "europe/berlin", "Europe/", "../etc/passwd", "/etc/passwd", "CEST"}) {
    INFO(name);
    const auto zone = TimeZone::find(name);
    REQUIRE_FALSE(zone.ok());
    CHECK(zone.error().code == ErrorCode::kNotFound);
    CHECK(zone.error().message.starts_with("time zone '" + std::string(name) +
                                           "': expected an IANA name such as Europe/Berlin"));
    CHECK_FALSE(zone.error().hint.empty());
  }
}

TEST_CASE("local times and UTC", "[time]") {
  struct Row {
    std::string_view zone;
    std::string_view utc;
    std::string_view local;
    int offset_minutes;
  };
  const Row rows[] = {
      {"UTC", "2024-07-01T12:00:00.25Z", "2024-07-01T12:00:00.25", 0},
      {"Etc/UTC", "2024-07-01T12:00:00Z", "2024-07-01T12:00:00", 0},
      {"Europe/Berlin", "2024-01-01T00:00:00Z", "2024-01-01T01:00:00", 60},
      {"Europe/Berlin", "2024-07-01T22:30:00.123456Z", "2024-07-02T00:30:00.123456", 120},
      {"Europe/Berlin", "2024-03-31T00:59:59.999999Z", "2024-03-31T01:59:59.999999", 60},
      {"Europe/Berlin", "2024-03-31T01:00:00Z", "2024-03-31T03:00:00", 120},
      {"Europe/Berlin", "2024-10-27T00:59:59Z", "2024-10-27T02:59:59", 120},
      {"Europe/Berlin", "2024-10-27T02:00:00Z", "2024-10-27T03:00:00", 60},
      {"America/New_York", "2024-03-10T06:59:59Z", "2024-03-10T01:59:59", -300},
      {"America/New_York", "2024-03-10T07:00:00Z", "2024-03-10T03:00:00", -240},
      {"America/New_York", "2024-11-03T05:59:59Z", "2024-11-03T01:59:59", -240},
      {"America/New_York", "2024-11-03T07:00:00Z", "2024-11-03T02:00:00", -300},
      {"America/New_York", "2025-01-01T04:59:59Z", "2024-12-31T23:59:59", -300},
      {"Asia/Kolkata", "2024-02-29T18:30:00Z", "2024-03-01T00:00:00", 330},
      {"America/St_Johns", "2024-01-01T00:00:00Z", "2023-12-31T20:30:00", -210},
      {"Pacific/Kiritimati", "2024-01-01T10:00:00Z", "2024-01-02T00:00:00", 840},
  };
  for (const auto& [zone_name, utc, expected, offset_minutes] : rows) {
    INFO(zone_name << " " << utc);
    const TimeZone zone = zone_named(zone_name);
    CHECK(zone.to_local(at(utc)) == local(expected));
    CHECK(zone.to_utc(local(expected)) == at(utc));
    CHECK(zone.offset(at(utc)) == std::chrono::minutes{offset_minutes});
  }
}

TEST_CASE("local times that occur twice or never", "[time]") {
  struct Row {
    std::string_view zone;
    std::string_view local;
    std::string_view utc;
  };
  const Row rows[] = {
      {"Europe/Berlin", "2024-10-27T02:00:00", "2024-10-27T00:00:00Z"},  // twice: the first
      {"Europe/Berlin", "2024-10-27T02:30:00.5", "2024-10-27T00:30:00.5Z"},
      {"Europe/Berlin", "2024-03-31T02:00:00", "2024-03-31T01:00:00Z"},  // never: the jump
      {"Europe/Berlin", "2024-03-31T02:30:00.5", "2024-03-31T01:00:00Z"},
      {"Europe/Berlin", "2024-03-31T02:59:59.999999", "2024-03-31T01:00:00Z"},
      {"America/New_York", "2024-11-03T01:30:00", "2024-11-03T05:30:00Z"},
      {"America/New_York", "2024-03-10T02:30:00", "2024-03-10T07:00:00Z"},
      {"Pacific/Apia", "2011-12-30T12:00:00", "2011-12-30T10:00:00Z"},
  };
  for (const auto& [zone_name, text, utc] : rows) {
    INFO(zone_name << " " << text);
    CHECK(zone_named(zone_name).to_utc(local(text)) == at(utc));
  }
  // Both occurrences read the same.
  const TimeZone berlin = zone_named("Europe/Berlin");
  CHECK(berlin.to_local(at("2024-10-27T00:30:00Z")) == local("2024-10-27T02:30:00"));
  CHECK(berlin.to_local(at("2024-10-27T01:30:00Z")) == local("2024-10-27T02:30:00"));
}

TEST_CASE("to_utc ignores the weekday", "[time]") {
  LocalTime reading = local("2024-07-01T12:00:00");
  reading.weekday = 6;
  CHECK(zone_named("Europe/Berlin").to_utc(reading) == at("2024-07-01T10:00:00Z"));
}

TEST_CASE("a zone can be copied", "[time]") {
  TimeZone zone;
  {
    const TimeZone berlin = zone_named("Europe/Berlin");
    zone = berlin;
  }
  CHECK(zone.name() == "Europe/Berlin");
  CHECK(zone.offset(at("2024-07-01T12:00:00Z")) == std::chrono::hours{2});
}

TEST_CASE("format_time", "[time]") {
  struct Row {
    std::string_view format;
    std::string_view expected;  // at 2024-07-01 (a Monday) 14:05:09.012345 in Berlin
  };
  const Row rows[] = {
      {"", ""},
      {"plain", "plain"},
      {"%Y-%m-%dT%H:%M:%S", "2024-07-01T14:05:09"},
      {"%a %A %b %B %h", "Mon Monday Jul July Jul"},
      {"%c", "Mon Jul  1 14:05:09 2024"},
      {"%C %y %G %g", "20 24 2024 24"},
      {"%D|%x|%F", "07/01/24|07/01/24|2024-07-01"},
      {"%e|%k|%l", " 1|14| 2"},
      {"%I:%M:%S %p %P", "02:05:09 PM pm"},
      {"%r|%R|%T|%X", "02:05:09 PM|14:05|14:05:09|14:05:09"},
      {"%j %u %w %U %V %W", "183 1 1 26 27 27"},
      {"%n%t%%", "\n\t%"},
      {"%s", "1719835509"},
      {"%N", "012345000"},
      {"%3N %6N %9N %1N", "012 012345 012345000 0"},
      {"%Q %3Q %6Q", "012 012 012345"},
      {"%z %:z %Z", "+0200 +02:00 CEST"},
      {"%Y-%m-%dT%H:%M:%S.%3N%:z", "2024-07-01T14:05:09.012+02:00"},
      // unknown, as it stands
      {"%i %L %v %0N %10N %: %:x %5z", "%i %L %v %0N %10N %: %:x %5z"},
      {"%", "%"},
      {"100%", "100%"},
      {"%%Y", "%Y"},
      {"%\xc3\xa4", "%\xc3\xa4"},
      {"Größe %d", "Größe 01"},
  };
  const TimeZone berlin = zone_named("Europe/Berlin");
  const Micros t = at("2024-07-01T12:05:09.012345Z");
  for (const auto& [format, expected] : rows) {
    INFO(format);
    CHECK(format_time(format, t, berlin) == expected);
  }
}

TEST_CASE("format_time in zones and at the edges of days, weeks and years", "[time]") {
  struct Row {
    std::string_view zone;
    std::string_view utc;
    std::string_view format;
    std::string_view expected;
  };
  const Row rows[] = {
      {"UTC", "2024-07-01T12:00:00Z", "%z %:z %Z", "+0000 +00:00 UTC"},
      {"Europe/Berlin", "2024-01-01T12:00:00Z", "%H %z %Z", "13 +0100 CET"},
      {"America/New_York", "2024-01-01T12:00:00Z", "%H %z %:z %Z", "07 -0500 -05:00 EST"},
      {"America/St_Johns", "2024-01-01T12:00:00Z", "%H:%M %z %:z", "08:30 -0330 -03:30"},
      {"Europe/Berlin", "2024-10-27T00:30:00Z", "%H:%M %Z", "02:30 CEST"},
      {"Europe/Berlin", "2024-10-27T01:30:00Z", "%H:%M %Z", "02:30 CET"},
      {"UTC", "2024-07-01T00:00:00Z", "%I %l %p", "12 12 AM"},
      {"UTC", "2024-07-01T12:00:00Z", "%I %l %p", "12 12 PM"},
      {"UTC", "2024-12-31T00:00:00Z", "%j %G-W%V-%u %U %W", "366 2025-W01-2 52 53"},
      {"UTC", "2021-01-03T00:00:00Z", "%j %G-W%V-%u %U %W", "003 2020-W53-7 01 00"},
      {"UTC", "2023-01-01T00:00:00Z", "%j %G-W%V-%u %U %W", "001 2022-W52-7 01 00"},
      {"UTC", "2026-12-31T00:00:00Z", "%G-W%V-%u %g", "2026-W53-4 26"},
      {"UTC", "1969-12-31T23:59:59.5Z", "%s %3N", "-1 500"},
      {"UTC", "0005-02-03T00:00:00Z", "%Y %C %y", "0005 00 05"},
  };
  for (const auto& [zone, utc, format, expected] : rows) {
    INFO(zone << " " << utc << " " << format);
    CHECK(format_time(format, at(utc), zone_named(zone)) == expected);
  }
}

TEST_CASE("the system clock tells a plausible time", "[time]") {
  const SystemClock clock;
  const Micros first = clock.now();
  CHECK(is_plausible(first));
  CHECK(first > at("2024-01-01T00:00:00Z"));
  CHECK(to_epoch_seconds(from_us(1'500'000)) == 1.5);
}

}  // namespace rw::core
