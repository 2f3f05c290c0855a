#include "daemon/notify/quiet.h"

#include "tests/unit/notify/fixtures.h"

namespace rw::notify {
namespace {

using test::at;

QuietHours hours_of(int from_hour, int to_hour, int to_minute = 0) {
  return {std::chrono::hours(from_hour), std::chrono::hours(to_hour) + std::chrono::minutes(to_minute), {}};
}

// "": not quiet.
std::string until(const QuietHours& hours, std::string_view now, std::string_view zone = "UTC") {
  const auto end = quiet_until(hours, at(now), test::zone(zone));
  return end ? core::format_rfc3339(*end) : "";
}

}  // namespace

TEST_CASE("quiet hours within a day") {
  const QuietHours noon = hours_of(12, 13, 30);
  CHECK(until(noon, "2026-10-11T11:59:59.999999Z").empty());
  CHECK(until(noon, "2026-10-11T12:00:00Z") == "2026-10-11T13:30:00Z");
  CHECK(until(noon, "2026-10-11T13:29:59.5Z") == "2026-10-11T13:30:00Z");
  CHECK(until(noon, "2026-10-11T13:30:00Z").empty());
}

TEST_CASE("quiet hours over midnight, the end of a month and of a year") {
  const QuietHours night = hours_of(22, 7);
  CHECK(until(night, "2026-10-11T21:59:59Z").empty());
  CHECK(until(night, "2026-10-11T22:00:00Z") == "2026-10-12T07:00:00Z");
  CHECK(until(night, "2026-10-12T00:00:00Z") == "2026-10-12T07:00:00Z");
  CHECK(until(night, "2026-10-12T07:00:00Z").empty());
  CHECK(until(night, "2026-10-31T23:00:00Z") == "2026-11-01T07:00:00Z");
  CHECK(until(night, "2026-12-31T23:00:00Z") == "2027-01-01T07:00:00Z");
  CHECK(until(night, "2028-02-28T23:00:00Z") == "2028-02-29T07:00:00Z");
}

TEST_CASE("quiet hours follow the local clock when it is put on") {
  // 29 March 2026, Berlin: 02:00 CET is 03:00 CEST.
  const QuietHours night = hours_of(22, 7);
  CHECK(until(night, "2026-03-28T20:59:59Z", "Europe/Berlin").empty());
  CHECK(until(night, "2026-03-28T21:00:00Z", "Europe/Berlin") == "2026-03-29T05:00:00Z");
  CHECK(until(night, "2026-03-29T04:59:00Z", "Europe/Berlin") == "2026-03-29T05:00:00Z");
  CHECK(until(night, "2026-03-29T05:00:00Z", "Europe/Berlin").empty());
  // An end that there is not, half past two, is when the clock is put on.
  CHECK(until(hours_of(22, 2, 30), "2026-03-28T23:00:00Z", "Europe/Berlin") == "2026-03-29T01:00:00Z");
  CHECK(until(hours_of(22, 2, 30), "2026-03-29T01:00:00Z", "Europe/Berlin").empty());
}

TEST_CASE("quiet hours follow the local clock when it is put back") {
  // 25 October 2026, Berlin: 03:00 CEST is 02:00 CET.
  const QuietHours night = hours_of(22, 7);
  CHECK(until(night, "2026-10-24T20:00:00Z", "Europe/Berlin") == "2026-10-25T06:00:00Z");
  // Half past two comes twice, and they end with the first.
  const QuietHours early = hours_of(22, 2, 30);
  CHECK(until(early, "2026-10-25T00:29:00Z", "Europe/Berlin") == "2026-10-25T00:30:00Z");
  CHECK(until(early, "2026-10-25T00:30:00Z", "Europe/Berlin").empty());
  CHECK(until(early, "2026-10-25T01:10:00Z", "Europe/Berlin").empty());  // 02:10 again
}

}  // namespace rw::notify
