#include "daemon/core/time_modifier.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <string_view>

namespace rw::core {
namespace {

constexpr std::string_view kUtc = "UTC";
constexpr std::string_view kBerlin = "Europe/Berlin";
constexpr std::string_view kNewYork = "America/New_York";

Micros at(std::string_view iso8601) {
  INFO(iso8601);
  const auto parsed = parse_iso8601(iso8601);
  REQUIRE(parsed.ok());
  return parsed.value();
}

TimeZone zone_named(std::string_view name) {
  INFO(name);
  const auto zone = TimeZone::find(name);
  REQUIRE(zone.ok());
  return zone.value();
}

struct Row {
  std::string_view zone;
  std::string_view now;
  std::string_view modifier;
  std::string_view expected;  // UTC
};

template <std::size_t n>
void check(const Row (&rows)[n]) {
  for (const auto& [zone, now, modifier, expected] : rows) {
    INFO(now << " " << modifier << " " << zone);
    const auto parsed = TimeModifier::parse(modifier);
    REQUIRE(parsed.ok());
    CHECK(parsed->text() == modifier);
    CHECK(format_rfc3339(parsed->apply(at(now), zone_named(zone))) == expected);
  }
}

}  // namespace

TEST_CASE("steps and snaps in UTC", "[time_modifier]") {
  constexpr std::string_view kNow = "2024-10-24T12:00:07Z";  // a Thursday
  const Row rows[] = {
      {kUtc, kNow, "now", "2024-10-24T12:00:07Z"},        {kUtc, kNow, "-70m@m", "2024-10-24T10:50:00Z"},
      {kUtc, kNow, "-10m@m", "2024-10-24T11:50:00Z"},     {kUtc, kNow, "@h", "2024-10-24T12:00:00Z"},
      {kUtc, kNow, "-7d@d", "2024-10-17T00:00:00Z"},      {kUtc, kNow, "@w0", "2024-10-20T00:00:00Z"},
      {kUtc, kNow, "@w1", "2024-10-21T00:00:00Z"},        {kUtc, kNow, "-1mon@mon", "2024-09-01T00:00:00Z"},
      {kUtc, kNow, "-1450m@m", "2024-10-23T11:50:00Z"},   {kUtc, kNow, "-1d@d+3h", "2024-10-23T03:00:00Z"},
      {kUtc, kNow, "+1d", "2024-10-25T12:00:07Z"},        {kUtc, kNow, "-d", "2024-10-23T12:00:07Z"},
      {kUtc, kNow, "+h", "2024-10-24T13:00:07Z"},         {kUtc, kNow, "-0d", "2024-10-24T12:00:07Z"},
      {kUtc, kNow, "-007s", "2024-10-24T12:00:00Z"},      {kUtc, kNow, "@d-1h@h+30m", "2024-10-23T23:30:00Z"},
      {kUtc, kNow, "@d@h@m", "2024-10-24T00:00:00Z"},     {kUtc, kNow, "-1w", "2024-10-17T12:00:07Z"},
      {kUtc, kNow, "-1q", "2024-07-24T12:00:07Z"},        {kUtc, kNow, "-1y", "2023-10-24T12:00:07Z"},
      {kUtc, kNow, "-1y@y+1mon", "2023-02-01T00:00:00Z"},
  };
  check(rows);
}

TEST_CASE("every unit name", "[time_modifier]") {
  struct Unit {
    std::string_view names;
    std::string_view step;  // +2 from 2024-08-14T21:43:55.250Z, a Wednesday
    std::string_view snap;
  };
  const Unit units[] = {
      {"s sec secs second seconds", "2024-08-14T21:43:57.250000Z", "2024-08-14T21:43:55Z"},
      {"m min mins minute minutes", "2024-08-14T21:45:55.250000Z", "2024-08-14T21:43:00Z"},
      {"h hr hrs hour hours", "2024-08-14T23:43:55.250000Z", "2024-08-14T21:00:00Z"},
      {"d day days", "2024-08-16T21:43:55.250000Z", "2024-08-14T00:00:00Z"},
      {"w week weeks", "2024-08-28T21:43:55.250000Z", "2024-08-11T00:00:00Z"},
      {"mon month months", "2024-10-14T21:43:55.250000Z", "2024-08-01T00:00:00Z"},
      {"q qtr qtrs quarter quarters", "2025-02-14T21:43:55.250000Z", "2024-07-01T00:00:00Z"},
      {"y yr yrs year years", "2026-08-14T21:43:55.250000Z", "2024-01-01T00:00:00Z"},
  };
  const Micros now = at("2024-08-14T21:43:55.250Z");
  for (const auto& [names, step, snap] : units) {
    for (std::size_t start = 0; start < names.size();) {
      const std::size_t end = std::min(names.find(' ', start), names.size());
      const std::string name(names.substr(start, end - start));
      start = end + 1;
      INFO(name);
      const auto stepped = TimeModifier::parse("+2" + name);
      const auto snapped = TimeModifier::parse("@" + name);
      REQUIRE(stepped.ok());
      REQUIRE(snapped.ok());
      CHECK(format_rfc3339(stepped->apply(now, TimeZone())) == step);
      CHECK(format_rfc3339(snapped->apply(now, TimeZone())) == snap);
    }
  }
}

TEST_CASE("the day is cut to the month's length", "[time_modifier]") {
  const Row rows[] = {
      {kUtc, "2024-03-31T12:00:00Z", "-1mon", "2024-02-29T12:00:00Z"},
      {kUtc, "2023-03-31T12:00:00Z", "-1mon", "2023-02-28T12:00:00Z"},
      {kUtc, "2024-01-31T12:00:00Z", "+1mon", "2024-02-29T12:00:00Z"},
      {kUtc, "2024-01-31T12:00:00Z", "+1mon+1mon", "2024-03-29T12:00:00Z"},  // left to right
      {kUtc, "2024-01-31T12:00:00Z", "+2mon", "2024-03-31T12:00:00Z"},
      {kUtc, "2024-08-31T12:00:00Z", "+1mon", "2024-09-30T12:00:00Z"},
      {kUtc, "2024-05-31T12:00:00Z", "-1q", "2024-02-29T12:00:00Z"},
      {kUtc, "2024-11-30T12:00:00Z", "+1q", "2025-02-28T12:00:00Z"},
      {kUtc, "2024-02-29T12:00:00Z", "-1y", "2023-02-28T12:00:00Z"},
      {kUtc, "2024-02-29T12:00:00Z", "-4y", "2020-02-29T12:00:00Z"},
      {kUtc, "2000-02-29T12:00:00Z", "-100y", "1900-02-28T12:00:00Z"},
      {kUtc, "2000-02-29T12:00:00Z", "+400y", "2400-02-29T12:00:00Z"},
  };
  check(rows);
}

TEST_CASE("years and leap days are crossed", "[time_modifier]") {
  const Row rows[] = {
      {kUtc, "2024-01-01T00:00:00Z", "-1s", "2023-12-31T23:59:59Z"},
      {kUtc, "2024-01-01T00:00:00Z", "-1d", "2023-12-31T00:00:00Z"},
      {kUtc, "2024-01-15T10:00:00Z", "-1mon", "2023-12-15T10:00:00Z"},
      {kUtc, "2024-01-15T10:00:00Z", "-13mon", "2022-12-15T10:00:00Z"},
      {kUtc, "2024-12-15T10:00:00Z", "+1mon", "2025-01-15T10:00:00Z"},
      {kUtc, "2024-12-15T10:00:00Z", "+25mon", "2027-01-15T10:00:00Z"},
      {kUtc, "2024-02-15T10:00:00Z", "-1q@q", "2023-10-01T00:00:00Z"},
      {kUtc, "2024-02-28T10:00:00Z", "+1d", "2024-02-29T10:00:00Z"},
      {kUtc, "2023-02-28T10:00:00Z", "+1d", "2023-03-01T10:00:00Z"},
      {kUtc, "1900-02-28T10:00:00Z", "+1d", "1900-03-01T10:00:00Z"},
      {kUtc, "2024-03-01T10:00:00Z", "-1d", "2024-02-29T10:00:00Z"},
      {kUtc, "2024-12-31T23:59:59.999999Z", "@y", "2024-01-01T00:00:00Z"},
      {kUtc, "2024-01-02T10:00:00Z", "@w", "2023-12-31T00:00:00Z"},
      {kUtc, "1970-01-02T10:00:00Z", "-2d", "1969-12-31T10:00:00Z"},
      {kUtc, "1969-12-31T10:00:00.5Z", "@s", "1969-12-31T10:00:00Z"},
      {kUtc, "1969-12-31T10:30:00Z", "@h", "1969-12-31T10:00:00Z"},
  };
  check(rows);
}

TEST_CASE("weeks snap back to the day that is named", "[time_modifier]") {
  const Row rows[] = {
      // 2024-10-20 was a Sunday
      {kUtc, "2024-10-24T12:00:00Z", "@w", "2024-10-20T00:00:00Z"},
      {kUtc, "2024-10-24T12:00:00Z", "@week", "2024-10-20T00:00:00Z"},
      {kUtc, "2024-10-24T12:00:00Z", "@w7", "2024-10-20T00:00:00Z"},
      {kUtc, "2024-10-24T12:00:00Z", "@w2", "2024-10-22T00:00:00Z"},
      {kUtc, "2024-10-24T12:00:00Z", "@w3", "2024-10-23T00:00:00Z"},
      {kUtc, "2024-10-24T12:00:00Z", "@w4", "2024-10-24T00:00:00Z"},
      {kUtc, "2024-10-24T12:00:00Z", "@w5", "2024-10-18T00:00:00Z"},
      {kUtc, "2024-10-24T12:00:00Z", "@w6", "2024-10-19T00:00:00Z"},
      {kUtc, "2024-10-20T00:00:00Z", "@w0", "2024-10-20T00:00:00Z"},
      {kUtc, "2024-10-20T00:00:00Z", "@w1", "2024-10-14T00:00:00Z"},
      {kUtc, "2024-10-19T23:59:59Z", "@w0", "2024-10-13T00:00:00Z"},
      {kUtc, "2024-10-24T12:00:00Z", "-1w@w1", "2024-10-14T00:00:00Z"},
      {kUtc, "2024-10-24T12:00:00Z", "@w1+9h", "2024-10-21T09:00:00Z"},
  };
  check(rows);
}

TEST_CASE("quarters snap to January, April, July, October", "[time_modifier]") {
  const Row rows[] = {
      {kUtc, "2024-01-01T00:00:00Z", "@q", "2024-01-01T00:00:00Z"},
      {kUtc, "2024-03-31T23:59:59Z", "@q", "2024-01-01T00:00:00Z"},
      {kUtc, "2024-04-01T00:00:00Z", "@q", "2024-04-01T00:00:00Z"},
      {kUtc, "2024-08-31T00:00:00Z", "@q", "2024-07-01T00:00:00Z"},
      {kUtc, "2024-12-31T00:00:00Z", "@q", "2024-10-01T00:00:00Z"},
  };
  check(rows);
}

TEST_CASE("a snap of what is on the mark stays", "[time_modifier]") {
  for (const std::string_view snap : {"@s", "@m", "@h", "@d", "@w", "@mon", "@q", "@y"}) {
    INFO(snap);
    const Micros start = at("2023-01-01T00:00:00Z");  // a Sunday
    const auto modifier = TimeModifier::parse(snap);
    REQUIRE(modifier.ok());
    CHECK(modifier->apply(start, TimeZone()) == start);
    CHECK(modifier->apply(start - std::chrono::microseconds{1}, TimeZone()) < start);
  }
}

TEST_CASE("Europe/Berlin over its clock changes", "[time_modifier]") {
  const Row rows[] = {
      // 2024-03-31 01:00 UTC: 02:00 → 03:00
      {kBerlin, "2024-03-31T12:00:00Z", "@d", "2024-03-30T23:00:00Z"},
      {kBerlin, "2024-03-31T12:00:00Z", "-1d", "2024-03-30T13:00:00Z"},   // 14:00 both days, 23 hours
      {kBerlin, "2024-03-31T12:00:00Z", "-24h", "2024-03-30T12:00:00Z"},  // exact
      {kBerlin, "2024-03-31T12:00:00Z", "-1440m", "2024-03-30T12:00:00Z"},
      {kBerlin, "2024-03-30T01:30:00Z", "+1d", "2024-03-31T01:00:00Z"},  // 02:30 does not exist: the jump
      {kBerlin, "2024-03-31T01:10:00Z", "-10m@m", "2024-03-31T01:00:00Z"},
      {kBerlin, "2024-03-31T01:10:00Z", "@h", "2024-03-31T01:00:00Z"},
      {kBerlin, "2024-03-31T01:10:00Z", "-1h@h", "2024-03-31T00:00:00Z"},
      {kBerlin, "2024-03-31T12:00:00Z", "@d+3h", "2024-03-31T02:00:00Z"},  // hours are exact: 04:00
      {kBerlin, "2024-04-03T12:00:00Z", "@w", "2024-03-30T23:00:00Z"},
      {kBerlin, "2024-04-03T12:00:00Z", "-1w", "2024-03-27T13:00:00Z"},
      {kBerlin, "2024-04-30T12:00:00Z", "-1mon", "2024-03-30T13:00:00Z"},
      {kBerlin, "2024-04-15T12:00:00Z", "@mon", "2024-03-31T22:00:00Z"},
      {kBerlin, "2024-04-15T12:00:00Z", "@y", "2023-12-31T23:00:00Z"},
      {kBerlin, "2024-04-15T12:00:00Z", "-1q@q", "2023-12-31T23:00:00Z"},
      // 2024-10-27 01:00 UTC: 03:00 → 02:00
      {kBerlin, "2024-10-27T12:00:00Z", "@d", "2024-10-26T22:00:00Z"},
      {kBerlin, "2024-10-27T12:00:00Z", "-1d", "2024-10-26T11:00:00Z"},  // 25 hours
      {kBerlin, "2024-10-26T00:30:00Z", "+1d", "2024-10-27T00:30:00Z"},  // 02:30 occurs twice: the first
      {kBerlin, "2024-10-27T00:30:00Z", "@h", "2024-10-27T00:00:00Z"},   // first 02:30
      {kBerlin, "2024-10-27T01:30:00Z", "@h", "2024-10-27T01:00:00Z"},   // second 02:30: its own hour
      {kBerlin, "2024-10-27T01:30:20Z", "@m", "2024-10-27T01:30:00Z"},
      {kBerlin, "2024-10-27T01:30:00Z", "-0d", "2024-10-27T01:30:00Z"},
      {kBerlin, "2024-10-27T01:30:00Z", "-0mon", "2024-10-27T01:30:00Z"},
      {kBerlin, "2024-10-27T02:10:00Z", "-70m@m", "2024-10-27T01:00:00Z"},
      {kBerlin, "2024-10-27T23:00:00Z", "-1d@d", "2024-10-26T22:00:00Z"},
      // a local year and month that are not UTC's
      {kBerlin, "2023-12-31T23:30:00Z", "@y", "2023-12-31T23:00:00Z"},
      {kBerlin, "2023-12-31T22:30:00Z", "@y", "2022-12-31T23:00:00Z"},
      {kBerlin, "2024-06-30T22:30:00Z", "@mon", "2024-06-30T22:00:00Z"},
  };
  check(rows);
}

TEST_CASE("America/New_York over its clock changes", "[time_modifier]") {
  const Row rows[] = {
      // 2024-03-10 07:00 UTC: 02:00 → 03:00
      {kNewYork, "2024-03-10T16:00:00Z", "@d", "2024-03-10T05:00:00Z"},
      {kNewYork, "2024-03-10T16:00:00Z", "-1d@d", "2024-03-09T05:00:00Z"},
      {kNewYork, "2024-03-10T16:00:00Z", "+1d@d", "2024-03-11T04:00:00Z"},
      {kNewYork, "2024-03-09T07:30:00Z", "+1d", "2024-03-10T07:00:00Z"},
      {kNewYork, "2024-03-11T06:30:00Z", "-1d", "2024-03-10T07:00:00Z"},
      {kNewYork, "2024-03-10T07:05:00Z", "-10m", "2024-03-10T06:55:00Z"},
      {kNewYork, "2024-03-10T07:05:00Z", "-1h@h", "2024-03-10T06:00:00Z"},
      // 2024-11-03 06:00 UTC: 02:00 → 01:00
      {kNewYork, "2024-11-03T06:30:00Z", "@h", "2024-11-03T06:00:00Z"},
      {kNewYork, "2024-11-03T05:30:00Z", "@h", "2024-11-03T05:00:00Z"},
      {kNewYork, "2024-11-03T06:30:00Z", "-1d", "2024-11-02T05:30:00Z"},
      {kNewYork, "2024-11-04T06:30:00Z", "-1d", "2024-11-03T05:30:00Z"},
      {kNewYork, "2024-11-03T17:00:00Z", "@d", "2024-11-03T04:00:00Z"},
      {kNewYork, "2024-11-03T17:00:00Z", "@w1", "2024-10-28T04:00:00Z"},
      {kNewYork, "2024-11-03T17:00:00Z", "-1mon@mon", "2024-10-01T04:00:00Z"},
      {kNewYork, "2024-11-03T17:00:00Z", "@q", "2024-10-01T04:00:00Z"},
      {kNewYork, "2024-11-03T03:30:00Z", "@d", "2024-11-02T04:00:00Z"},
  };
  check(rows);
}

TEST_CASE("zones with odd offsets and changes", "[time_modifier]") {
  const Row rows[] = {
      {"Asia/Kolkata", "2024-05-05T12:10:00Z", "@h", "2024-05-05T11:30:00Z"},  // 17:40 → 17:00
      {"Asia/Kolkata", "2024-05-05T12:10:00Z", "@d", "2024-05-04T18:30:00Z"},
      {"Asia/Kathmandu", "2024-05-05T12:10:00Z", "@h", "2024-05-05T11:15:00Z"},
      // 2018-11-04 03:00 UTC: 00:00 → 01:00, so this day has no midnight
      {"America/Sao_Paulo", "2018-11-04T15:00:00Z", "@d", "2018-11-04T03:00:00Z"},
      {"America/Sao_Paulo", "2018-11-04T03:00:00Z", "@d", "2018-11-04T03:00:00Z"},
      // 2024-11-03 05:00 UTC: 01:00 → 00:00, so this day has two midnights
      {"America/Havana", "2024-11-03T15:00:00Z", "@d", "2024-11-03T04:00:00Z"},
      {"America/Havana", "2024-11-03T05:30:00Z", "@d", "2024-11-03T04:00:00Z"},
      // 2024-04-06 15:00 UTC: 02:00 → 01:30
      {"Australia/Lord_Howe", "2024-04-06T15:10:00Z", "@h", "2024-04-06T14:00:00Z"},  // second 01:40
      {"Australia/Lord_Howe", "2024-04-06T15:10:30Z", "@m", "2024-04-06T15:10:00Z"},
      {"Australia/Lord_Howe", "2024-04-06T15:40:00Z", "@h", "2024-04-06T15:30:00Z"},
      // 2011-12-30 did not occur in Apia
      {"Pacific/Apia", "2011-12-30T12:00:00Z", "-1d@d", "2011-12-30T10:00:00Z"},
  };
  check(rows);
}

TEST_CASE("absolute times do not depend on now", "[time_modifier]") {
  struct Absolute {
    std::string_view text;
    std::int64_t expected_us;
  };
  const Absolute rows[] = {
      {"", 0},
      {"0", 0},
      {"1", 1'000'000},
      {"1729771207", 1'729'771'207'000'000},
      {"1729771207.5", 1'729'771'207'500'000},
      {"1729771207.000001", 1'729'771'207'000'001},
      {"1729771207.123456789", 1'729'771'207'123'456},
      {"0001.000", 1'000'000},
      {"253402300799", 253'402'300'799'000'000},
  };
  for (const auto& [text, expected_us] : rows) {
    INFO(text);
    const auto modifier = TimeModifier::parse(text);
    REQUIRE(modifier.ok());
    CHECK(modifier->text() == text);
    CHECK(to_us(modifier->apply(at("2024-10-24T12:00:07Z"), zone_named(kBerlin))) == expected_us);
  }
}

TEST_CASE("a modifier made without text is now", "[time_modifier]") {
  const TimeModifier modifier;
  CHECK(modifier.text() == "now");
  CHECK(modifier == TimeModifier::parse("now").value());
  CHECK_FALSE(modifier == TimeModifier::parse("-1h").value());
  const Micros now = from_us(1'729'771'207'123'456);
  CHECK(modifier.apply(now, TimeZone()) == now);
}

TEST_CASE("steps beyond the calendar stop at its ends", "[time_modifier]") {
  const Row rows[] = {
      {kUtc, "2024-10-24T12:00:07Z", "-2147483647y", "0000-01-01T00:00:00Z"},
      {kUtc, "2024-10-24T12:00:07Z", "-2147483647mon", "0000-01-01T00:00:00Z"},
      {kUtc, "2024-10-24T12:00:07Z", "-2147483647w", "0000-01-01T00:00:00Z"},
      {kUtc, "2024-10-24T12:00:07Z", "-2147483647h", "0000-01-01T00:00:00Z"},
      {kUtc, "2024-10-24T12:00:07Z", "+2147483647q", "9999-12-31T23:59:59.999999Z"},
      {kUtc, "2024-10-24T12:00:07Z", "+2147483647d", "9999-12-31T23:59:59.999999Z"},
      {kBerlin, "2024-10-24T12:00:07Z", "+2147483647h+2147483647h", "9999-12-31T23:59:59.999999Z"},
      {kBerlin, "2024-10-24T12:00:07Z", "-2147483647y@y", "0000-01-01T00:00:00Z"},
  };
  check(rows);
}

TEST_CASE("parse says what it expected and where", "[time_modifier]") {
  struct Invalid {
    std::string_view text;
    std::string_view expected;
  };
  const Invalid rows[] = {
      {" ", "expected 'now', epoch seconds, '+', '-' or '@' at column 1"},
      {"foo", "expected 'now', epoch seconds, '+', '-' or '@' at column 1"},
      {"Now", "expected 'now', epoch seconds, '+', '-' or '@' at column 1"},
      {"now-1d", "expected 'now', epoch seconds, '+', '-' or '@' at column 1"},
      {"rt", "expected 'now', epoch seconds, '+', '-' or '@' at column 1"},
      {" -1d", "expected 'now', epoch seconds, '+', '-' or '@' at column 1"},
      {"-", "expected a unit (s, m, h, d, w, mon, q or y) at column 2"},
      {"+", "expected a unit (s, m, h, d, w, mon, q or y) at column 2"},
      {"@", "expected a unit (s, m, h, d, w, mon, q or y) at column 2"},
      {"-5", "expected a unit (s, m, h, d, w, mon, q or y) at column 3"},
      {"-70x", "expected a unit (s, m, h, d, w, mon, q or y) at column 4"},
      {"-70M", "expected a unit (s, m, h, d, w, mon, q or y) at column 4"},
      {"-70 m", "expected a unit (s, m, h, d, w, mon, q or y) at column 4"},
      {"-70m@", "expected a unit (s, m, h, d, w, mon, q or y) at column 6"},
      {"-70m@x", "expected a unit (s, m, h, d, w, mon, q or y) at column 6"},
      {"-1mo", "expected a unit (s, m, h, d, w, mon, q or y) at column 3"},
      {"--1d", "expected a unit (s, m, h, d, w, mon, q or y) at column 2"},
      {"@5d", "expected a unit (s, m, h, d, w, mon, q or y) at column 2"},
      {"-70m ", "expected '+', '-', '@' or the end at column 5"},
      {"-1d3h", "expected '+', '-', '@' or the end at column 4"},
      {"-1.5d", "expected a unit (s, m, h, d, w, mon, q or y) at column 3"},
      {"@d1", "expected '+', '-', '@' or the end at column 3"},
      {"@week1", "expected '+', '-', '@' or the end at column 6"},
      {"@w8", "expected a day of the week from 0 (Sunday) to 7 at column 3"},
      {"@w12", "expected '+', '-', '@' or the end at column 4"},
      {"-2147483648s", "expected a number up to 2147483647 at column 2"},
      {"-99999999999999999999s", "expected a number up to 2147483647 at column 2"},
      {"5d", "expected epoch seconds alone, or '+' or '-' before a step; the end at column 2"},
      {"1729771207-1d", "expected epoch seconds alone, or '+' or '-' before a step; the end at column 11"},
      {"253402300800", "expected epoch seconds up to 253402300799 at column 1"},
      {"99999999999999999999", "expected epoch seconds up to 253402300799 at column 1"},
      {"1.", "expected 1 to 9 fraction digits at column 3"},
      {"1.1234567890", "expected 1 to 9 fraction digits at column 3"},
      {"1.5x", "expected epoch seconds alone, or '+' or '-' before a step; the end at column 4"},
  };
  for (const auto& [text, expected] : rows) {
    const auto parsed = TimeModifier::parse(text);
    INFO(text);
    REQUIRE_FALSE(parsed.ok());
    CHECK(parsed.error() == invalid_input("time modifier '" + std::string(text) + "': " + std::string(expected)));
  }
}

TEST_CASE("the number of parts is limited", "[time_modifier]") {
  std::string text;
  for (int i = 0; i < 32; ++i) text += "-d";
  CHECK(TimeModifier::parse(text).ok());
  const auto parsed = TimeModifier::parse(text + "-d");
  REQUIRE_FALSE(parsed.ok());
  CHECK(parsed.error().code == ErrorCode::kInvalidInput);
  CHECK(parsed.error().message.ends_with("expected at most 32 steps and snaps at column 65"));
}

TEST_CASE("parse_time_argument", "[time_modifier]") {
  struct Argument {
    std::string_view zone;
    std::string_view text;
    std::string_view expected;
  };
  const Argument rows[] = {
      {kUtc, "now", "2024-10-24T12:00:07Z"},
      {kUtc, "-1d@d", "2024-10-23T00:00:00Z"},
      {kBerlin, "-1d@d", "2024-10-22T22:00:00Z"},
      {kUtc, "0", "1970-01-01T00:00:00Z"},
      {kBerlin, "1729771207.25", "2024-10-24T12:00:07.250000Z"},
      {kUtc, "2024-10-24T10:00:00Z", "2024-10-24T10:00:00Z"},
      {kBerlin, "2024-10-24T10:00:00Z", "2024-10-24T10:00:00Z"},
      {kBerlin, "2024-10-24T10:00:00-04:00", "2024-10-24T14:00:00Z"},
      {kBerlin, "2024-10-24 10:00:00.5+00:00", "2024-10-24T10:00:00.500000Z"},
      {kBerlin, "2024-10-24T10:00:00", "2024-10-24T08:00:00Z"},
      {kBerlin, "2024-12-24 10:00:00.25", "2024-12-24T09:00:00.250000Z"},
      {kNewYork, "2024-10-24", "2024-10-24T04:00:00Z"},
      {kBerlin, "2024-10-27T02:30:00", "2024-10-27T00:30:00Z"},
      {kBerlin, "2024-03-31T02:30:00", "2024-03-31T01:00:00Z"},
  };
  const Micros now = at("2024-10-24T12:00:07Z");
  for (const auto& [zone, text, expected] : rows) {
    INFO(text << " " << zone);
    const auto parsed = parse_time_argument(text, now, zone_named(zone));
    REQUIRE(parsed.ok());
    CHECK(format_rfc3339(parsed.value()) == expected);
  }
}

TEST_CASE("parse_time_argument says what it expected", "[time_modifier]") {
  struct Invalid {
    std::string_view text;
    std::string_view expected;
  };
  const Invalid rows[] = {
      {"", "time '': expected ISO 8601, epoch seconds or a relative time such as -1d@d"},
      {"yesterday", "time modifier 'yesterday': expected 'now', epoch seconds, '+', '-' or '@' at column 1"},
      {"2024-02-30", "time '2024-02-30T00:00:00': expected a day from 01 to 29 at column 9"},
      {"2024-10-24T10:00", "time '2024-10-24T10:00': expected ':' (YYYY-MM-DDThh:mm:ss) at column 17"},
      {"2024-10-24T10:00:00+0200", "time '2024-10-24T10:00:00+0200': expected an offset such as +02:00 at column 20"},
      {"2024-10-24T10:00:00X", "time '2024-10-24T10:00:00X': expected the end (a local time has no zone) at column 20"},
  };
  for (const auto& [text, expected] : rows) {
    INFO(text);
    const auto parsed = parse_time_argument(text, at("2024-10-24T12:00:07Z"), TimeZone());
    REQUIRE_FALSE(parsed.ok());
    CHECK(parsed.error() == invalid_input(std::string(expected)));
  }
}

}  // namespace rw::core
