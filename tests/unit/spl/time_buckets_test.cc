#include "daemon/detect/time_buckets.h"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

namespace rw::detect {
namespace {

core::Micros at(const std::string& text) {
  const auto time = core::parse_iso8601(text);
  REQUIRE(time.ok());
  return *time;
}

struct Case {
  std::string zone;
  std::chrono::seconds span;
  std::string time;
  std::string bucket;
};

TEST_CASE("buckets begin where the local clock shows a multiple of the span") {
  using namespace std::chrono_literals;
  const std::vector<Case> cases = {
      {"UTC", 1h, "2026-03-01T10:59:59.999999Z", "2026-03-01T10:00:00Z"},
      {"UTC", 1h, "2026-03-01T11:00:00Z", "2026-03-01T11:00:00Z"},
      {"UTC", 10s, "2026-03-01T11:00:09.5Z", "2026-03-01T11:00:00Z"},
      {"UTC", 24h, "2026-03-01T23:59:59Z", "2026-03-01T00:00:00Z"},
      {"Asia/Kolkata", 1h, "2026-03-01T10:29:00Z", "2026-03-01T09:30:00Z"},  // 15:59 local
      {"Asia/Kolkata", 30min, "2026-03-01T10:31:00Z", "2026-03-01T10:30:00Z"},
      {"Europe/Berlin", 24h, "2026-07-01T22:30:00Z", "2026-07-01T22:00:00Z"},  // midnight is 22:00 UTC in summer
      {"Europe/Berlin", 24h, "2026-07-01T21:30:00Z", "2026-06-30T22:00:00Z"},
      // 29 March 2026, 01:00 UTC: 02:00 → 03:00
      {"Europe/Berlin", 1h, "2026-03-29T00:59:00Z", "2026-03-29T00:00:00Z"},
      {"Europe/Berlin", 1h, "2026-03-29T01:30:00Z", "2026-03-29T01:00:00Z"},
      {"Europe/Berlin", 2h, "2026-03-29T01:30:00Z", "2026-03-29T01:00:00Z"},  // 02:00 is skipped: from the jump
      {"Europe/Berlin", 2h, "2026-03-29T02:30:00Z", "2026-03-29T02:00:00Z"},  // 04:00
      {"Europe/Berlin", 4h, "2026-03-29T01:30:00Z", "2026-03-28T23:00:00Z"},  // 00:00 to 04:00, three hours
      {"Europe/Berlin", 24h, "2026-03-29T12:00:00Z", "2026-03-28T23:00:00Z"},
      {"Europe/Berlin", 24h, "2026-03-29T22:00:00Z", "2026-03-29T22:00:00Z"},  // a day of 23 hours later
      // 25 October 2026, 01:00 UTC: 03:00 → 02:00
      {"Europe/Berlin", 1h, "2026-10-25T00:30:00Z", "2026-10-25T00:00:00Z"},
      {"Europe/Berlin", 1h, "2026-10-25T01:30:00Z", "2026-10-25T01:00:00Z"},  // 02:30 again, and another hour
      {"Europe/Berlin", 4h, "2026-10-25T01:30:00Z", "2026-10-24T22:00:00Z"},  // 00:00 to 04:00, five hours
      {"Europe/Berlin", 4h, "2026-10-25T02:59:00Z", "2026-10-24T22:00:00Z"},
      {"Europe/Berlin", 4h, "2026-10-25T03:00:00Z", "2026-10-25T03:00:00Z"},
      {"Europe/Berlin", 24h, "2026-10-25T22:30:00Z", "2026-10-24T22:00:00Z"},
      {"Europe/Berlin", 24h, "2026-10-25T23:00:00Z", "2026-10-25T23:00:00Z"},
      // Half an hour back at 02:00 (15:00 UTC), so 30-minute readings move
      {"Australia/Lord_Howe", 1h, "2026-04-04T14:50:00Z", "2026-04-04T14:00:00Z"},
      {"Australia/Lord_Howe", 1h, "2026-04-04T15:10:00Z", "2026-04-04T14:00:00Z"},
      {"Australia/Lord_Howe", 1h, "2026-04-04T15:40:00Z", "2026-04-04T15:30:00Z"},
      // A day without midnight: the clock goes from 24:00 to 01:00
      {"America/Asuncion", 24h, "2023-10-01T12:00:00Z", "2023-10-01T04:00:00Z"},
  };
  for (const Case& c : cases) {
    INFO(c.zone << " " << c.span.count() << " s " << c.time);
    const auto zone = core::TimeZone::find(c.zone);
    REQUIRE(zone.ok());
    const core::Micros time = at(c.time);
    // The window must not matter: a narrow one, a long one, one that ends right after.
    const std::vector<cim::Window> windows = {{time, time + 1us},
                                              {time - 10min, time + 10min},
                                              {time - 24h * 400, time + 24h * 400},
                                              {time - 26h, time + 1us}};
    for (const cim::Window& window : windows) {
      const auto ranges = bucket_ranges(window, c.span, *zone);
      CHECK(core::format_rfc3339(core::from_us(bucket_start_us(ranges, c.span, time))) == c.bucket);
    }
  }
}

TEST_CASE("a window without a change of the clock needs plain arithmetic only") {
  const auto zone = core::TimeZone::find("Europe/Berlin");
  REQUIRE(zone.ok());
  const cim::Window summer{at("2026-07-01T10:50:00Z"), at("2026-07-01T11:50:00Z")};
  const auto ranges = bucket_ranges(summer, std::chrono::hours(1), *zone);
  REQUIRE(ranges.size() == 1);
  CHECK_FALSE(ranges[0].is_fixed);
  CHECK(ranges[0].offset_us == 7'200'000'000);
}

}  // namespace
}  // namespace rw::detect
