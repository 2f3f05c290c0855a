#include "daemon/scheduler/agenda.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <future>
#include <optional>
#include <string_view>
#include <vector>

#include "tests/unit/scheduler/fixtures.h"

namespace rw::scheduler {
namespace {

using test::at;

Turn turn(std::size_t detection, std::string_view due) { return {.due = at(due), .detection = detection}; }

std::vector<std::size_t> detections(const std::vector<Turn>& turns) {
  std::vector<std::size_t> all;
  for (const Turn& turn : turns) all.push_back(turn.detection);
  return all;
}
using Detections = std::vector<std::size_t>;

TEST_CASE("an agenda hands out what is due, oldest first, each turn once") {
  test::FakeClock clock("2024-10-24T12:00:00Z");
  Agenda agenda(clock);
  agenda.add(turn(0, "2024-10-24T12:00:00Z"));
  agenda.add(turn(1, "2024-10-24T10:00:00Z"));
  agenda.add(turn(2, "2024-10-24T11:00:00Z"));
  CHECK(detections(agenda.take()) == Detections{1});
  agenda.done(turn(1, "2024-10-24T10:00:00Z"), turn(1, "2024-10-24T11:30:00Z"));
  CHECK(detections(agenda.take()) == Detections{2});
  CHECK(detections(agenda.take()) == Detections{1});
  CHECK(detections(agenda.take()) == Detections{0});
}

TEST_CASE("an agenda hands out together what is due at one time over one window") {
  test::FakeClock clock("2024-10-24T12:00:00Z");
  Agenda agenda(clock);
  const auto with_window = [](std::size_t detection, std::string_view due, std::string_view earliest) {
    Turn with = turn(detection, due);
    with.earliest = at(earliest);
    with.latest = at(due);
    return with;
  };
  agenda.add(with_window(0, "2024-10-24T12:00:00Z", "2024-10-24T11:00:00Z"));
  agenda.add(with_window(1, "2024-10-24T12:00:00Z", "2024-10-24T10:00:00Z"));
  agenda.add(with_window(2, "2024-10-24T12:00:00Z", "2024-10-24T11:00:00Z"));
  agenda.add(with_window(3, "2024-10-24T11:30:00Z", "2024-10-24T11:00:00Z"));
  agenda.add(with_window(4, "2024-10-24T13:00:00Z", "2024-10-24T11:00:00Z"));
  CHECK(detections(agenda.take()) == Detections{3});
  CHECK(detections(agenda.take()) == Detections{1});
  CHECK(detections(agenda.take()) == Detections{0, 2});
}

TEST_CASE("turns that were taken together come back together") {
  test::FakeClock clock("2024-10-24T12:00:00Z");
  Agenda agenda(clock);
  agenda.add(turn(0, "2024-10-24T10:00:00Z"));
  agenda.add(turn(1, "2024-10-24T10:00:00Z"));
  agenda.add(turn(2, "2024-10-24T12:00:00Z"));
  const auto tick = agenda.take();
  REQUIRE(detections(tick) == Detections{0, 1});
  agenda.done(tick[0], turn(0, "2024-10-24T11:00:00Z"));
  CHECK(detections(agenda.take()) == Detections{2});
  agenda.done(tick[1], turn(1, "2024-10-24T11:00:00Z"));
  CHECK(detections(agenda.take()) == Detections{0, 1});
}

TEST_CASE("what reads findings waits for all that is due by then, also for what is still away") {
  test::FakeClock clock("2024-10-24T12:00:00Z");
  Agenda agenda(clock);
  Turn reader = turn(0, "2024-10-24T11:00:00Z");
  reader.reads_findings = true;
  const Turn old = turn(1, "2024-10-24T10:00:00Z");
  const Turn same = turn(1, "2024-10-24T11:00:00Z");
  const Turn later = turn(2, "2024-10-24T12:00:00Z");
  agenda.add(reader);
  agenda.add(old);
  agenda.add(later);
  CHECK(agenda.take() == std::vector<Turn>{old});
  CHECK(agenda.take() == std::vector<Turn>{later});  // the reader waits for the old one, nobody else does
  agenda.done(old, same);
  CHECK(agenda.take() == std::vector<Turn>{same});
  auto taken = std::async(std::launch::async, [&] { return agenda.take(); });
  agenda.done(same, std::nullopt);  // the later one is away still
  const bool in_time = taken.wait_for(std::chrono::seconds(20)) == std::future_status::ready;
  agenda.close();
  REQUIRE(in_time);
  CHECK(taken.get() == std::vector<Turn>{reader});
}

TEST_CASE("an agenda waits for the clock, and wakes when told") {
  test::FakeClock clock("2024-10-24T12:00:00Z");
  Agenda agenda(clock);
  agenda.add(turn(7, "2024-10-24T13:00:00Z"));
  auto taken = std::async(std::launch::async, [&] { return agenda.take(); });
  clock.set("2024-10-24T13:00:00Z");
  agenda.wake();
  const bool in_time = taken.wait_for(std::chrono::seconds(20)) == std::future_status::ready;
  agenda.close();
  REQUIRE(in_time);
  CHECK(taken.get() == std::vector<Turn>{turn(7, "2024-10-24T13:00:00Z")});
}

TEST_CASE("an agenda notices a turn that is added, and one whose pause is over") {
  test::FakeClock clock("2024-10-24T12:00:00Z");
  Agenda agenda(clock);
  auto taken = std::async(std::launch::async, [&] {
    const auto first = agenda.take();
    if (!first.empty()) agenda.done_later(first[0], first[0], std::chrono::milliseconds(1));
    return agenda.take();
  });
  agenda.add(turn(3, "2024-10-24T11:00:00Z"));
  const bool in_time = taken.wait_for(std::chrono::seconds(20)) == std::future_status::ready;
  agenda.close();
  REQUIRE(in_time);
  CHECK(taken.get() == std::vector<Turn>{turn(3, "2024-10-24T11:00:00Z")});
}

TEST_CASE("turns that wait are renewed or go, also those in a pause") {
  test::FakeClock clock("2024-10-24T12:00:00Z");
  Agenda agenda(clock);
  for (const std::size_t detection : {0UL, 1UL, 2UL, 3UL}) agenda.add(turn(detection, "2024-10-24T11:00:00Z"));
  const std::vector<Turn> all = agenda.take();
  REQUIRE(all.size() == 4);
  agenda.done(all[0], all[0]);
  agenda.done(all[1], all[1]);
  agenda.done_later(all[2], all[2], std::chrono::milliseconds(0));
  // The fourth is away still, so the first two are on their way.
  agenda.renew([](const Turn& old) -> std::optional<Turn> {
    if (old.detection == 0) return std::nullopt;
    return turn(old.detection, "2024-10-24T11:30:00Z");
  });
  agenda.done(all[3], std::nullopt);
  CHECK(agenda.take() == std::vector<Turn>{turn(1, "2024-10-24T11:30:00Z"), turn(2, "2024-10-24T11:30:00Z")});
}

TEST_CASE("a closed agenda hands out nothing and ends every wait") {
  test::FakeClock clock("2024-10-24T12:00:00Z");
  Agenda agenda(clock);
  auto taken = std::async(std::launch::async, [&] { return agenda.take(); });
  agenda.close();
  CHECK(taken.get().empty());
  agenda.add(turn(0, "2024-10-24T11:00:00Z"));
  CHECK(agenda.take().empty());
}

}  // namespace
}  // namespace rw::scheduler
