#include "daemon/scheduler/due.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/unit/scheduler/fixtures.h"

namespace rw::scheduler {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using test::at;
using test::zone;

const Cron& every_hour() {
  static const Cron kCron = *Cron::parse("0 * * * *");
  return kCron;
}

std::string text(const OwedRun& run) {
  return core::format_rfc3339(run.scheduled_time) + " " + core::format_rfc3339(run.window.earliest) + " " +
         core::format_rfc3339(run.window.latest) + (run.missed ? " missed" : "");
}

std::vector<std::string> owed(std::string_view last, std::string_view now, std::chrono::microseconds catch_up) {
  std::vector<std::string> texts;
  for (const OwedRun& run : owed_runs(every_hour(), test::hourly(), at(last), at(now), catch_up, zone("UTC"))) {
    texts.push_back(text(run));
  }
  return texts;
}

TEST_CASE("a window follows from the scheduled time") {
  struct Case {
    std::string_view earliest, latest, scheduled, zone, expected_earliest, expected_latest;
  };
  const std::vector<Case> cases = {
      {"-70m@m", "-10m@m", "2024-10-24T12:00:00Z", "UTC", "2024-10-24T10:50:00Z", "2024-10-24T11:50:00Z"},
      {"-1450m@m", "-10m@m", "2024-10-24T00:10:00Z", "UTC", "2024-10-23T00:00:00Z", "2024-10-24T00:00:00Z"},
      {"-1d@d", "@d", "2024-10-24T00:10:00Z", "UTC", "2024-10-23T00:00:00Z", "2024-10-24T00:00:00Z"},
      // A day of 25 hours.
      {"-1d@d", "@d", "2024-10-27T23:10:00Z", "Europe/Berlin", "2024-10-26T22:00:00Z", "2024-10-27T23:00:00Z"},
  };
  for (const Case& c : cases) {
    INFO(c.earliest << " " << c.latest << " at " << c.scheduled);
    detect::Schedule schedule;
    schedule.earliest_time = test::modifier(c.earliest);
    schedule.latest_time = test::modifier(c.latest);
    CHECK(window_of(schedule, at(c.scheduled), zone(c.zone)) ==
          cim::Window{at(c.expected_earliest), at(c.expected_latest)});
  }
}

TEST_CASE("runs owed: after the last one, up to now, oldest first") {
  const hours week(24 * 7);
  CHECK(owed("2024-10-24T12:00:00Z", "2024-10-24T12:59:59.999999Z", week).empty());
  CHECK(owed("2024-10-24T12:00:00Z", "2024-10-24T13:00:00Z", week) ==
        std::vector<std::string>{"2024-10-24T13:00:00Z 2024-10-24T11:50:00Z 2024-10-24T12:50:00Z"});
  CHECK(owed("2024-10-24T12:17:00Z", "2024-10-24T14:30:00Z", week) ==
        std::vector<std::string>{"2024-10-24T13:00:00Z 2024-10-24T11:50:00Z 2024-10-24T12:50:00Z",
                                 "2024-10-24T14:00:00Z 2024-10-24T12:50:00Z 2024-10-24T13:50:00Z"});
  // The clock was set back.
  CHECK(owed("2024-10-24T12:00:00Z", "2024-10-24T09:30:00Z", week).empty());
}

TEST_CASE("runs older than the catch-up limit are missed") {
  const std::vector<std::string> all = {"2024-10-24T11:00:00Z 2024-10-24T09:50:00Z 2024-10-24T10:50:00Z",
                                        "2024-10-24T12:00:00Z 2024-10-24T10:50:00Z 2024-10-24T11:50:00Z",
                                        "2024-10-24T13:00:00Z 2024-10-24T11:50:00Z 2024-10-24T12:50:00Z"};
  const auto with_missed = [&](std::size_t n) {
    std::vector<std::string> texts = all;
    for (std::size_t i = 0; i < n; ++i) texts[i] += " missed";
    return texts;
  };
  const auto from_ten = [](std::chrono::microseconds catch_up) {
    return owed("2024-10-24T10:00:00Z", "2024-10-24T13:30:00Z", catch_up);
  };
  CHECK(from_ten(hours(24)) == with_missed(0));
  CHECK(from_ten(std::chrono::microseconds::max()) == with_missed(0));
  CHECK(from_ten(minutes(150)) == with_missed(0));  // exactly at the limit
  CHECK(from_ten(minutes(150) - std::chrono::microseconds(1)) == with_missed(1));
  CHECK(from_ten(minutes(90)) == with_missed(1));
  CHECK(from_ten(minutes(31)) == with_missed(2));
  CHECK(from_ten(minutes(0)) == with_missed(3));
}

TEST_CASE("of very many missed runs the newest are kept") {
  const core::Micros now = at("2026-10-24T12:30:00Z");
  const auto runs = owed_runs(every_hour(), test::hourly(), at("1970-01-01T00:00:00Z"), now, hours(2), zone("UTC"));
  REQUIRE(runs.size() == kMostMissed + 2);
  CHECK(text(runs[kMostMissed - 1]) == "2026-10-24T10:00:00Z 2026-10-24T08:50:00Z 2026-10-24T09:50:00Z missed");
  CHECK(text(runs[kMostMissed]) == "2026-10-24T11:00:00Z 2026-10-24T09:50:00Z 2026-10-24T10:50:00Z");
  for (std::size_t i = 1; i < runs.size(); ++i) {
    CHECK(runs[i].scheduled_time - runs[i - 1].scheduled_time == hours(1));
    CHECK(runs[i].missed == (i < kMostMissed));
  }

  const Cron yearly = *Cron::parse("0 0 29 2 *");
  const auto leap_days = missed_runs(yearly, test::hourly(), at("1970-01-01T00:00:00Z"), now, zone("UTC"));
  CHECK(leap_days.size() == 14);  // 1972 to 2024
}

TEST_CASE("hourly windows touch and never overlap, also when clocks change") {
  for (const std::string_view name : {"UTC", "Europe/Berlin", "America/New_York", "America/Santiago", "Asia/Kolkata"}) {
    INFO(name);
    const core::Micros start = at("2024-01-01T00:00:00Z");
    const auto runs = owed_runs(every_hour(), test::hourly(), start, at("2025-01-01T00:00:00Z"),
                                std::chrono::microseconds::max(), zone(name));
    REQUIRE(runs.size() == 366 * 24);
    std::size_t gaps = 0;
    for (std::size_t i = 1; i < runs.size(); ++i) {
      if (runs[i].window.earliest != runs[i - 1].window.latest) ++gaps;
    }
    CHECK(gaps == 0);
  }
}

}  // namespace
}  // namespace rw::scheduler
