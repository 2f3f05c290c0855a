#include "daemon/scheduler/agenda.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <future>
#include <optional>

#include "tests/unit/scheduler/fixtures.h"

namespace rw::scheduler {
namespace {

using test::at;

Turn turn(std::size_t detection, std::string_view due) { return {.due = at(due), .detection = detection}; }

TEST_CASE("an agenda hands out what is due, oldest first, each turn once") {
  test::FakeClock clock("2024-10-24T12:00:00Z");
  Agenda agenda(clock);
  agenda.put_back(turn(0, "2024-10-24T12:00:00Z"));
  agenda.put_back(turn(1, "2024-10-24T10:00:00Z"));
  agenda.put_back(turn(2, "2024-10-24T11:00:00Z"));
  CHECK(agenda.take()->detection == 1);
  agenda.put_back(turn(1, "2024-10-24T11:30:00Z"));
  CHECK(agenda.take()->detection == 2);
  CHECK(agenda.take()->detection == 1);
  CHECK(agenda.take()->detection == 0);
}

TEST_CASE("an agenda waits for the clock, and wakes when told") {
  test::FakeClock clock("2024-10-24T12:00:00Z");
  Agenda agenda(clock);
  agenda.put_back(turn(7, "2024-10-24T13:00:00Z"));
  auto taken = std::async(std::launch::async, [&] { return agenda.take(); });
  clock.set("2024-10-24T13:00:00Z");
  agenda.wake();
  const bool in_time = taken.wait_for(std::chrono::seconds(20)) == std::future_status::ready;
  agenda.close();
  REQUIRE(in_time);
  CHECK(taken.get() == turn(7, "2024-10-24T13:00:00Z"));
}

TEST_CASE("an agenda notices a turn that is put back, and one whose pause is over") {
  test::FakeClock clock("2024-10-24T12:00:00Z");
  Agenda agenda(clock);
  auto taken = std::async(std::launch::async, [&] {
    const auto first = agenda.take();
    agenda.put_back_later(*first, std::chrono::milliseconds(1));
    return agenda.take();
  });
  agenda.put_back(turn(3, "2024-10-24T11:00:00Z"));
  const bool in_time = taken.wait_for(std::chrono::seconds(20)) == std::future_status::ready;
  agenda.close();
  REQUIRE(in_time);
  CHECK(taken.get() == turn(3, "2024-10-24T11:00:00Z"));
}

TEST_CASE("a closed agenda hands out nothing and ends every wait") {
  test::FakeClock clock("2024-10-24T12:00:00Z");
  Agenda agenda(clock);
  auto taken = std::async(std::launch::async, [&] { return agenda.take(); });
  agenda.close();
  CHECK(taken.get() == std::nullopt);
  agenda.put_back(turn(0, "2024-10-24T11:00:00Z"));
  CHECK(agenda.take() == std::nullopt);
}

}  // namespace
}  // namespace rw::scheduler
