#include <catch2/catch.hpp>
#include <chrono>
#include <string>

#include "tests/unit/scheduler/daemon.h"

namespace rw::scheduler {
namespace {

using test::Daemon;
using test::kDeadline;
using test::nothing;
using test::one_row;
using test::Signal;
using test::Texts;

Texts names(Daemon& daemon) {
  const storage::Table runs = daemon.rows(storage::Listing::kRuns);
  Texts all;
  for (const auto& row : runs.rows) all.push_back(std::get<std::string>(Daemon::cell(runs, row, "detection")));
  std::ranges::sort(all);
  return all;
}

TEST_CASE_METHOD(Daemon, "reloading: what is new is entered, what is gone stops, what stays goes on") {
  add(named("gone"), nothing);
  add(named("stays"), nothing);
  start();
  wait_for_detections(2);
  advance_to("2024-10-24T13:00:00Z");
  wait_for_runs(2);

  clear();
  add(named("stays"), nothing);
  add(named("new"), nothing);
  reload();
  wait_for_detections(3);
  advance_to("2024-10-24T14:00:00Z");
  wait_for_runs(4);
  stop();
  CHECK(names(*this) == Texts{"gone", "new", "stays", "stays"});
}

TEST_CASE_METHOD(Daemon, "a changed detection keeps its place in the ledger and follows its new schedule and search") {
  add(test::seed_detection(), nothing);
  start();
  wait_for_detections(1);
  advance_to("2024-10-24T13:00:00Z");
  wait_for_runs(1);

  clear();
  detect::Detection changed = test::seed_detection();
  changed.schedule.cron_schedule = "30 * * * *";
  changed.schedule.earliest_time = test::modifier("-30m@m");
  changed.schedule.latest_time = test::modifier("@m");
  add(changed, one_row);
  reload();
  advance_to("2024-10-24T14:40:00Z");
  CHECK(wait_for_runs(3) == Texts{"13:00 11:50 12:50 done", "13:30 13:00 13:30 done", "14:30 14:00 14:30 done"});
  stop();
  CHECK(rows(storage::Listing::kNotables).rows.size() == 2);
}

TEST_CASE_METHOD(Daemon, "a run that is under way while the detections change ends, and goes on as they are now") {
  Signal entered;
  Signal released;
  const auto slow = [&](storage::Reader&, const cim::Window&) {
    entered.announce();
    released.wait_beyond(0, std::chrono::steady_clock::now() + kDeadline);
    return detect::SearchResult{};
  };
  add(named("changed"), slow);
  detect::Detection gone = named("gone");
  gone.schedule.earliest_time = test::modifier("-130m@m");  // not of the same tick
  add(gone, slow);
  start();
  wait_for_detections(2);
  advance_to("2024-10-24T13:00:00Z");
  REQUIRE(entered.wait_beyond(1, std::chrono::steady_clock::now() + kDeadline));

  clear();
  detect::Detection changed = named("changed");
  changed.schedule.cron_schedule = "15 * * * *";
  add(changed, nothing);
  reload();
  released.announce();
  wait_for_runs(2);
  advance_to("2024-10-24T14:20:00Z");
  wait_for_runs(4);
  stop();
  CHECK(names(*this) == Texts{"changed", "changed", "changed", "gone"});
  CHECK(ledger()[2] == "13:15 12:05 13:05 done");
  CHECK(ledger()[3] == "14:15 13:05 14:05 done");
}

TEST_CASE_METHOD(Daemon, "a detection that comes back is owed what it missed") {
  add(test::seed_detection(), nothing);
  start();
  wait_for_detections(1);
  advance_to("2024-10-24T13:00:00Z");
  wait_for_runs(1);
  clear();
  add(named("other"), nothing);
  reload();
  advance_to("2024-10-24T15:00:00Z");
  wait_for_runs(3);
  clear();
  add(test::seed_detection(), nothing);
  reload();
  wait_for_runs(5);
  stop();
  CHECK(names(*this) == Texts{"Disable AMSI Through Registry", "Disable AMSI Through Registry",
                              "Disable AMSI Through Registry", "other", "other"});
}

}  // namespace
}  // namespace rw::scheduler
