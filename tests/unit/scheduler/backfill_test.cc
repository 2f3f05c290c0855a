#include "daemon/scheduler/backfill.h"

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

#include "tests/unit/scheduler/fixtures.h"

namespace rw::scheduler {
namespace {

using test::at;
using Texts = std::vector<std::string>;
using Detections = std::vector<std::shared_ptr<const detect::Detection>>;

std::shared_ptr<detect::Detection> named(const std::string& name, const std::string& cron = "0 * * * *") {
  auto detection = std::make_shared<detect::Detection>(test::seed_detection());
  detection->id = detection->name = name;
  detection->schedule.cron_schedule = cron;
  return detection;
}

// "13:00 11:50 12:50 A B"
Texts ticks(const Detections& detections, std::string_view earliest, std::string_view latest,
            std::string_view now = "2025-01-01T00:00:00Z") {
  auto backfill = Backfill::plan(detections, {at(earliest), at(latest)}, at(now), core::TimeZone());
  REQUIRE(backfill.ok());
  Texts texts;
  while (const auto tick = backfill->next()) {
    std::string text;
    for (const core::Micros time : {tick->scheduled_time, tick->window.earliest, tick->window.latest}) {
      text += core::format_rfc3339(time).substr(11, 5) + ' ';
    }
    for (const auto& detection : tick->detections) text += detection->name + ' ';
    text.pop_back();
    texts.push_back(text);
  }
  return texts;
}

TEST_CASE("a backfill runs the windows that touch the range, those of one time and window together, oldest first") {
  const auto wide = named("wide");
  wide->schedule.earliest_time = test::modifier("-130m@m");
  CHECK(ticks({named("A"), wide, named("B"), named("half", "30 13 * * *")}, "2024-10-24T12:00:00Z",
              "2024-10-24T13:00:00Z") == Texts{"13:00 10:50 12:50 wide", "13:00 11:50 12:50 A B",
                                               "13:30 12:20 13:20 half", "14:00 11:50 13:50 wide",
                                               "14:00 12:50 13:50 A B", "15:00 12:50 14:50 wide"});
}

TEST_CASE("windows are half open, and so is the range") {
  CHECK(ticks({named("A")}, "2024-10-24T11:50:00Z", "2024-10-24T12:50:00Z") == Texts{"13:00 11:50 12:50 A"});
  CHECK(ticks({named("A")}, "2024-10-24T11:49:59Z", "2024-10-24T12:50:01Z") ==
        Texts{"12:00 10:50 11:50 A", "13:00 11:50 12:50 A", "14:00 12:50 13:50 A"});
}

TEST_CASE("runs that are not due yet are left to the daemon") {
  CHECK(ticks({named("A")}, "2024-10-24T11:50:00Z", "2024-10-24T15:00:00Z", "2024-10-24T14:00:00Z") ==
        Texts{"13:00 11:50 12:50 A", "14:00 12:50 13:50 A"});
}

TEST_CASE("a window that ends after its scheduled time") {
  const auto ahead = named("ahead");
  ahead->schedule.earliest_time = test::modifier("@h");
  ahead->schedule.latest_time = test::modifier("+2h@h");
  CHECK(ticks({ahead}, "2024-10-24T12:30:00Z", "2024-10-24T12:40:00Z") ==
        Texts{"11:00 11:00 13:00 ahead", "12:00 12:00 14:00 ahead"});
}

TEST_CASE("what reads findings comes after the others of its time") {
  const auto reader = named("A reader");
  reader->search = std::make_shared<test::FakeSearch>(
      [](storage::Reader&, const cim::Window&) { return detect::SearchResult{}; }, cim::Dataset::kRisk);
  CHECK(ticks({reader, named("B")}, "2024-10-24T11:50:00Z", "2024-10-24T12:50:00Z") ==
        Texts{"13:00 11:50 12:50 B", "13:00 11:50 12:50 A reader"});
}

TEST_CASE("a schedule that does not parse is told") {
  const auto plan = Backfill::plan({named("A", "hourly")}, {at("2024-10-24T11:50:00Z"), at("2024-10-24T12:50:00Z")},
                                   at("2025-01-01T00:00:00Z"), core::TimeZone());
  REQUIRE_FALSE(plan.ok());
  CHECK(plan.error().message.starts_with("A: cron_schedule"));
}

}  // namespace
}  // namespace rw::scheduler
