#include "daemon/scheduler/cron.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <set>
#include <tuple>
#include <vector>

#include "tests/unit/scheduler/fixtures.h"

namespace rw::scheduler {
namespace {

using test::at;
using test::zone;

Cron cron(std::string_view text) {
  auto parsed = Cron::parse(text);
  INFO(text << ": " << (parsed.ok() ? "" : parsed.error().message));
  REQUIRE(parsed.ok());
  return *parsed;
}

std::vector<std::string> next(std::string_view text, std::string_view after, std::string_view zone_name,
                              std::size_t count) {
  const Cron expression = cron(text);
  std::vector<std::string> instants;
  std::optional<core::Micros> t = at(after);
  while (instants.size() < count && (t = expression.next_after(*t, zone(zone_name)))) {
    instants.push_back(core::format_rfc3339(*t));
  }
  return instants;
}

struct Case {
  std::string_view text;
  std::string_view zone;
  std::string_view after;
  std::vector<std::string> expected;
};

void check(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    INFO(c.text << " in " << c.zone << " after " << c.after);
    CHECK(next(c.text, c.after, c.zone, c.expected.size()) == c.expected);
  }
}

TEST_CASE("cron fields: numbers, lists, ranges, steps") {
  check({
      {"0 * * * *", "UTC", "2024-10-24T12:00:07Z", {"2024-10-24T13:00:00Z", "2024-10-24T14:00:00Z"}},
      {"0 * * * *", "UTC", "2024-10-24T12:00:00Z", {"2024-10-24T13:00:00Z"}},
      {"0 * * * *", "UTC", "2024-10-24T11:59:59.999999Z", {"2024-10-24T12:00:00Z"}},
      {"* * * * *", "UTC", "2024-12-31T23:58:30Z", {"2024-12-31T23:59:00Z", "2025-01-01T00:00:00Z"}},
      {"*/25 * * * *",
       "UTC",
       "2024-10-24T12:00:00Z",
       {"2024-10-24T12:25:00Z", "2024-10-24T12:50:00Z", "2024-10-24T13:00:00Z"}},
      {"5,50-52 3 * * *",
       "UTC",
       "2024-10-24T12:00:00Z",
       {"2024-10-25T03:05:00Z", "2024-10-25T03:50:00Z", "2024-10-25T03:51:00Z", "2024-10-25T03:52:00Z",
        "2024-10-26T03:05:00Z"}},
      {"10-40/15 0 * * *",
       "UTC",
       "2024-10-24T00:10:00Z",
       {"2024-10-24T00:25:00Z", "2024-10-24T00:40:00Z", "2024-10-25T00:10:00Z"}},
      {"10 0 * * *", "UTC", "2024-02-28T12:00:00Z", {"2024-02-29T00:10:00Z", "2024-03-01T00:10:00Z"}},
      {"59 23 31 12 *", "UTC", "2024-10-24T00:00:00Z", {"2024-12-31T23:59:00Z", "2025-12-31T23:59:00Z"}},
      {"0 0 31 */2 *", "UTC", "2024-01-31T00:00:00Z", {"2024-03-31T00:00:00Z", "2024-05-31T00:00:00Z"}},
      {"  0\t12  1 1 * ", "UTC", "2024-10-24T00:00:00Z", {"2025-01-01T12:00:00Z"}},
      {"00 012 * * *", "UTC", "2024-10-24T00:00:00Z", {"2024-10-24T12:00:00Z"}},
      {"*/60 */24 * * *", "UTC", "2024-10-24T00:00:00Z", {"2024-10-25T00:00:00Z"}},
  });
  CHECK(cron(" 0 * * * *").text() == " 0 * * * *");
}

TEST_CASE("cron day fields") {
  check({
      // Sundays, by each of their names; 2024-10-27 is one.
      {"0 0 * * 0", "UTC", "2024-10-24T00:00:00Z", {"2024-10-27T00:00:00Z", "2024-11-03T00:00:00Z"}},
      {"0 0 * * 7", "UTC", "2024-10-24T00:00:00Z", {"2024-10-27T00:00:00Z", "2024-11-03T00:00:00Z"}},
      {"0 0 * * 5-7",
       "UTC",
       "2024-10-24T00:00:00Z",
       {"2024-10-25T00:00:00Z", "2024-10-26T00:00:00Z", "2024-10-27T00:00:00Z", "2024-11-01T00:00:00Z"}},
      {"0 0 * * */3",
       "UTC",
       "2024-10-24T00:00:00Z",
       {"2024-10-26T00:00:00Z", "2024-10-27T00:00:00Z", "2024-10-30T00:00:00Z"}},
      // Both restricted: the thirteenth, and every Friday.
      {"0 0 13 * 5",
       "UTC",
       "2024-09-28T00:00:00Z",
       {"2024-10-04T00:00:00Z", "2024-10-11T00:00:00Z", "2024-10-13T00:00:00Z", "2024-10-18T00:00:00Z"}},
      {"0 0 30 2 1", "UTC", "2024-02-20T00:00:00Z", {"2024-02-26T00:00:00Z", "2025-02-03T00:00:00Z"}},
      // A star with a step does not restrict: both must fit.
      {"0 0 */10 * 1", "UTC", "2024-01-01T00:00:00Z", {"2024-03-11T00:00:00Z"}},
      // The day is the zone's: Monday begins in Auckland on UTC's Sunday.
      {"0 0 * * 1", "Pacific/Auckland", "2024-06-07T00:00:00Z", {"2024-06-09T12:00:00Z"}},
  });
}

TEST_CASE("cron: 29 February") {
  check({
      {"0 0 29 2 *", "UTC", "2024-02-29T00:00:00Z", {"2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z"}},
      {"0 0 29 2 *", "UTC", "2096-02-29T00:00:00Z", {"2104-02-29T00:00:00Z"}},
  });
  // The next one that is a Sunday comes in 2060.
  CHECK(cron("0 0 29 2 */7").next_after(at("2032-03-01T00:00:00Z"), zone("UTC")) == std::nullopt);
}

TEST_CASE("cron over clock changes") {
  check({
      // Berlin 2024-03-31: 02:00 becomes 03:00 at 01:00Z.
      {"30 2 * * *", "Europe/Berlin", "2024-03-30T00:00:00Z", {"2024-03-30T01:30:00Z", "2024-04-01T00:30:00Z"}},
      {"0 3 * * *", "Europe/Berlin", "2024-03-30T12:00:00Z", {"2024-03-31T01:00:00Z", "2024-04-01T01:00:00Z"}},
      {"0 * * * *",
       "Europe/Berlin",
       "2024-03-30T23:30:00Z",
       {"2024-03-31T00:00:00Z", "2024-03-31T01:00:00Z", "2024-03-31T02:00:00Z"}},
      // Berlin 2024-10-27: 03:00 becomes 02:00 at 01:00Z.
      {"30 2 * * *", "Europe/Berlin", "2024-10-26T12:00:00Z", {"2024-10-27T00:30:00Z", "2024-10-28T01:30:00Z"}},
      {"30 2 * * *", "Europe/Berlin", "2024-10-27T00:45:00Z", {"2024-10-28T01:30:00Z"}},
      {"0 2,3 * * *", "Europe/Berlin", "2024-10-26T12:00:00Z", {"2024-10-27T00:00:00Z", "2024-10-27T02:00:00Z"}},
      {"0 3 * * *", "Europe/Berlin", "2024-10-27T00:30:00Z", {"2024-10-27T02:00:00Z"}},
      {"*/30 * * * *",
       "Europe/Berlin",
       "2024-10-26T23:30:00Z",
       {"2024-10-27T00:00:00Z", "2024-10-27T00:30:00Z", "2024-10-27T01:00:00Z", "2024-10-27T01:30:00Z",
        "2024-10-27T02:00:00Z"}},
      {"0 0-23 * * *",
       "Europe/Berlin",
       "2024-10-26T23:30:00Z",
       {"2024-10-27T00:00:00Z", "2024-10-27T01:00:00Z", "2024-10-27T02:00:00Z"}},
      // Havana 2024-11-03: 01:00 becomes 00:00, midnight comes twice.
      {"0 0 * * *", "America/Havana", "2024-11-02T12:00:00Z", {"2024-11-03T04:00:00Z", "2024-11-04T05:00:00Z"}},
      // Santiago 2024-09-08: there is no midnight.
      {"0 0 * * *", "America/Santiago", "2024-09-07T12:00:00Z", {"2024-09-09T03:00:00Z"}},
      {"0 1 8 9 *", "America/Santiago", "2024-09-07T12:00:00Z", {"2024-09-08T04:00:00Z"}},
      // Lord Howe moves by half an hour: 2024-04-07 02:00 becomes 01:30, 2024-10-06 02:00 becomes 02:30.
      {"45 1 * * *", "Australia/Lord_Howe", "2024-04-06T12:00:00Z", {"2024-04-06T14:45:00Z", "2024-04-07T15:15:00Z"}},
      {"0 2 * * *", "Australia/Lord_Howe", "2024-04-06T12:00:00Z", {"2024-04-06T15:30:00Z"}},
      {"0 3 * * *", "Australia/Lord_Howe", "2024-10-05T12:00:00Z", {"2024-10-05T16:00:00Z"}},
      // Apia had no 30 December 2011.
      {"0 12 30 12 *", "Pacific/Apia", "2011-12-01T00:00:00Z", {"2012-12-29T22:00:00Z"}},
  });
}

struct Minute {
  core::Micros instant;
  core::LocalTime local;
  bool again;  // the second of two equal local times
};

// Slow and obvious: every minute of (from, to].
std::vector<Minute> minutes_of(core::Micros from, core::Micros to, const core::TimeZone& z) {
  std::vector<Minute> all;
  std::set<std::tuple<int, int, int, int, int>> seen;
  for (core::Micros t = from + std::chrono::minutes(1); t <= to; t += std::chrono::minutes(1)) {
    const core::LocalTime l = z.to_local(t);
    all.push_back({t, l, !seen.emplace(l.year, l.month, l.day, l.hour, l.minute).second});
  }
  return all;
}

TEST_CASE("cron finds what a minute-by-minute look finds") {
  using L = core::LocalTime;
  struct Expression {
    std::string_view text;
    bool hour_fixed;
    std::function<bool(const L&)> matches;
  };
  const std::vector<Expression> expressions = {
      {"7-59/13 * * * *", false, [](const L& l) { return l.minute >= 7 && (l.minute - 7) % 13 == 0; }},
      {"*/20 1-3 * * *", true, [](const L& l) { return l.minute % 20 == 0 && l.hour >= 1 && l.hour <= 3; }},
      {"30 */5 * 3,10,4 0", true,
       [](const L& l) {
         return l.minute == 30 && l.hour % 5 == 0 && (l.month == 3 || l.month == 4 || l.month == 10) && l.weekday == 0;
       }},
      {"59 23 */2 * *", true, [](const L& l) { return l.minute == 59 && l.hour == 23 && l.day % 2 == 1; }},
      {"0 0 31 * 6", true, [](const L& l) { return l.minute == 0 && l.hour == 0 && (l.day == 31 || l.weekday == 6); }},
  };
  for (const std::string_view name :
       {"UTC", "Europe/Berlin", "America/Havana", "Australia/Lord_Howe", "Asia/Kolkata", "America/Santiago"}) {
    for (const std::string_view start : {"2024-03-25T00:00:00Z", "2024-10-01T00:00:00Z", "2024-10-25T00:00:00Z"}) {
      const core::Micros from = at(start);
      const core::Micros to = from + std::chrono::hours(24 * 9);
      const std::vector<Minute> all = minutes_of(from, to, zone(name));
      for (const Expression& e : expressions) {
        INFO(e.text << " in " << name << " from " << start);
        std::vector<core::Micros> expected;
        for (const Minute& minute : all) {
          if (e.matches(minute.local) && !(minute.again && e.hour_fixed)) expected.push_back(minute.instant);
        }
        const Cron expression = cron(e.text);
        std::vector<core::Micros> found;
        auto t = expression.next_after(from, zone(name));
        for (; t && *t <= to; t = expression.next_after(*t, zone(name))) found.push_back(*t);
        CHECK(found == expected);
      }
    }
  }
}

TEST_CASE("cron errors say which field and what was expected") {
  const std::string item = "expected *, a number, a range a-b, a step */n or a-b/n, or a list of these";
  const std::string five = "expected five fields (minute hour day_of_month month day_of_week), found ";
  struct Fault {
    std::string text;
    std::string message;
    std::string hint = {};
  };
  const std::vector<Fault> faults = {
      {"", five + "0"},
      {"0 * * *", five + "4"},
      {"0 0 * * * *", five + "6"},
      {"@hourly", five + "1"},
      {"60 * * * *", "minute \"60\": expected 0..59"},
      {"0 24 * * *", "hour \"24\": expected 0..23"},
      {"0 0 0 * *", "day of month \"0\": expected 1..31"},
      {"0 0 1-32 * *", "day of month \"1-32\": expected 1..31"},
      {"0 0 * 13 *", "month \"13\": expected 1..12"},
      {"0 0 * * 8", "day of week \"8\": expected 0..7"},
      {"0 0 * JAN *", "month \"JAN\": " + item, "names are not supported: write numbers, 1..12"},
      {"0 0 * * MON-FRI", "day of week \"MON-FRI\": " + item, "names are not supported: write numbers, 0..7"},
      {"1,,2 * * * *", "minute \"\": " + item},
      {"-5 * * * *", "minute \"-5\": " + item},
      {"1-2-3 * * * *", "minute \"1-2-3\": " + item},
      {"+5 * * * *", "minute \"+5\": " + item},
      {"99999999999999999999 * * * *", "minute \"99999999999999999999\": " + item},
      {"*5 * * * *", "minute \"*5\": " + item},
      {"*/ * * * *", "minute \"*/\": " + item},
      {"*/1/2 * * * *", "minute \"*/1/2\": " + item},
      {"*/0 * * * *", "minute \"*/0\": expected a step of 1..60"},
      {"*/61 * * * *", "minute \"*/61\": expected a step of 1..60"},
      {"0 5/2 * * *", "hour \"5/2\": a step needs * or a range before it", "write 5-23/2"},
      {"0 22-6 * * *", "hour \"22-6\": the range ends before it starts", "write 22-23,0-6"},
      {"0 0 30 2 *", "such a day never comes"},
      {"0 0 31 2,4,6,9,11 *", "such a day never comes"},
  };
  for (const Fault& fault : faults) {
    INFO(fault.text);
    const auto parsed = Cron::parse(fault.text);
    REQUIRE_FALSE(parsed.ok());
    CHECK(parsed.error().code == core::ErrorCode::kInvalidInput);
    CHECK(parsed.error().message == "cron_schedule \"" + fault.text + "\": " + fault.message);
    CHECK(parsed.error().hint == fault.hint);
  }
}

}  // namespace
}  // namespace rw::scheduler
