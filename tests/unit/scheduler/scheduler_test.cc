#include "daemon/scheduler/scheduler.h"

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/scheduler/daemon.h"

namespace rw::scheduler {
namespace {

using core::Counter;
using test::at;
using test::Texts;

using test::Daemon;
using test::kDeadline;
using test::nothing;
using test::one_row;
using test::Signal;

// A query that does not end by itself, as the SQLite store sees it.
core::Result<detect::SearchResult> endless(storage::Reader& reader, const cim::Window&) {
  const storage::Query query{"WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c",
                             {}};
  RW_TRY(auto table, reader.query(query, {}));
  return detect::SearchResult{std::move(table), {}, {}};
}

TEST_CASE_METHOD(Daemon, "an hourly detection runs once an hour") {
  add(test::seed_detection(), one_row);
  start();
  wait_for_detections(1);
  CHECK(ledger().empty());

  advance_to("2024-10-24T13:00:00Z");
  CHECK(wait_for_runs(1) == Texts{"13:00 11:50 12:50 done"});
  advance_to("2024-10-24T13:40:00Z");
  advance_to("2024-10-24T14:00:20Z");
  CHECK(wait_for_runs(2) == Texts{"13:00 11:50 12:50 done", "14:00 12:50 13:50 done"});
  stop();
  CHECK(ledger().size() == 2);
  CHECK(counters_.value(Counter::kRunsDone) == 2);
  CHECK(counters_.value(Counter::kRunsFailed) == 0);
  CHECK(counters_.value(Counter::kRunsMissed) == 0);

  const storage::Table risk = rows(storage::Listing::kRiskEvents);
  REQUIRE(risk.rows.size() == 2);
  CHECK(cell(risk, risk.rows[0], "risk_object") == storage::Value(std::string("win-host-7")));
  CHECK(rows(storage::Listing::kNotables).rows.size() == 2);
  const storage::Table runs = rows(storage::Listing::kRuns);
  CHECK(cell(runs, runs.rows[0], "kind") == storage::Value(std::string("scheduled")));
  CHECK(cell(runs, runs.rows[0], "result_count") == storage::Value(std::int64_t{1}));
  CHECK(cell(runs, runs.rows[0], "error").is_null());
}

TEST_CASE_METHOD(Daemon, "a throttled detection makes findings once in its period, and is in the ledger each time") {
  detect::Detection detection = test::seed_detection();
  detection.throttles = {{{"dest"}, std::chrono::hours(2)}};
  add(detection, one_row);
  start();
  wait_for_detections(1);
  advance_to("2024-10-24T14:00:00Z");
  wait_for_runs(2);
  stop();
  start();
  advance_to("2024-10-24T16:00:00Z");
  wait_for_runs(4);
  stop();
  const storage::Table notables = rows(storage::Listing::kNotables);
  REQUIRE(notables.rows.size() == 2);
  CHECK(cell(notables, notables.rows[0], "latest") == storage::Value(core::to_us(at("2024-10-24T12:50:00Z"))));
  CHECK(cell(notables, notables.rows[1], "latest") == storage::Value(core::to_us(at("2024-10-24T14:50:00Z"))));
  CHECK(rows(storage::Listing::kRiskEvents).rows.size() == 2);
  CHECK(counters_.value(Counter::kRowsSuppressed) == 2);
  const storage::Table runs = rows(storage::Listing::kRuns);
  for (const auto& run : runs.rows) CHECK(cell(runs, run, "result_count") == storage::Value(std::int64_t{1}));
}

TEST_CASE_METHOD(Daemon, "windows that passed while the daemon was down are run on start, oldest first") {
  add(test::seed_detection(), nothing);
  start();
  advance_to("2024-10-24T13:00:00Z");
  wait_for_runs(1);
  stop();
  advance_to("2024-10-24T18:20:00Z");
  start();
  CHECK(wait_for_runs(6) == Texts{"13:00 11:50 12:50 done", "14:00 12:50 13:50 done", "15:00 13:50 14:50 done",
                                  "16:00 14:50 15:50 done", "17:00 15:50 16:50 done", "18:00 16:50 17:50 done"});
  stop();
  CHECK(ledger().size() == 6);
}

TEST_CASE_METHOD(Daemon, "a detection first seen is owed its windows though the daemon was down over the first run") {
  add(test::seed_detection(), nothing);
  start();
  wait_for_detections(1);
  stop();  // at 12:10, before any run
  CHECK(ledger().empty());
  advance_to("2024-10-24T14:30:00Z");
  start();
  CHECK(wait_for_runs(2) == Texts{"13:00 11:50 12:50 done", "14:00 12:50 13:50 done"});
}

TEST_CASE_METHOD(Daemon, "windows beyond the catch-up limit are recorded as missed") {
  options_.catch_up = std::chrono::hours(3);
  add(test::seed_detection(), nothing);
  start();
  wait_for_detections(1);
  stop();
  advance_to("2024-10-24T18:00:00Z");
  start();
  CHECK(wait_for_runs(6) == Texts{"13:00 11:50 12:50 missed", "14:00 12:50 13:50 missed", "15:00 13:50 14:50 done",
                                  "16:00 14:50 15:50 done", "17:00 15:50 16:50 done", "18:00 16:50 17:50 done"});
  stop();
  CHECK(counters_.value(Counter::kRunsMissed) == 2);
  CHECK(counters_.value(Counter::kRunsDone) == 4);
  const storage::Table runs = rows(storage::Listing::kRuns);
  CHECK(cell(runs, runs.rows[0], "error") ==
        storage::Value(std::string("owed for longer than the catch-up limit of 3h")));
}

TEST_CASE_METHOD(Daemon, "a search that fails is recorded, and the next run goes on") {
  const core::Micros noon = at("2024-10-24T12:00:00Z");
  add(test::seed_detection(),
      [noon](storage::Reader&, const cim::Window& window) -> core::Result<detect::SearchResult> {
        if (window.earliest < noon) {
          return core::Error{core::ErrorCode::kLimit, "the search gave more than 5 rows", "narrow it"};
        }
        return detect::SearchResult{};
      });
  start();
  advance_to("2024-10-24T14:00:00Z");
  CHECK(wait_for_runs(2) == Texts{"13:00 11:50 12:50 failed", "14:00 12:50 13:50 done"});
  stop();
  advance_to("2024-10-24T14:30:00Z");
  start();
  stop();
  CHECK(ledger().size() == 2);
  CHECK(counters_.value(Counter::kRunsFailed) == 1);
  CHECK(counters_.value(Counter::kRunsDone) == 1);
  const storage::Table runs = rows(storage::Listing::kRuns);
  CHECK(cell(runs, runs.rows[0], "error") ==
        storage::Value(std::string("the search gave more than 5 rows (narrow it)")));
}

TEST_CASE_METHOD(Daemon, "a run that the store refuses is owed again, and adds its findings once") {
  add(test::seed_detection(), one_row);
  start();
  wait_for_detections(1);
  refusal_.wanted = true;
  advance_to("2024-10-24T13:00:00Z");
  wait_for([&] { return refusal_.count > 0; });
  stop();
  CHECK(ledger().empty());
  CHECK(counters_.value(Counter::kRunsDone) == 0);

  refusal_.wanted = false;
  start();
  CHECK(wait_for_runs(1) == Texts{"13:00 11:50 12:50 done"});
  stop();
  CHECK(rows(storage::Listing::kNotables).rows.size() == 1);
}

TEST_CASE_METHOD(Daemon, "the same window run again adds nothing") {
  detect::Detection detection = test::seed_detection();
  // Two scheduled times, one window.
  detection.schedule.cron_schedule = "0,1 13 * * *";
  detection.schedule.earliest_time = test::modifier("@h");
  detection.schedule.latest_time = test::modifier("+1h@h");
  add(detection, one_row);
  start();
  wait_for_detections(1);
  advance_to("2024-10-24T13:05:00Z");
  CHECK(wait_for_runs(2) == Texts{"13:00 13:00 14:00 done", "13:01 13:00 14:00 done"});
  stop();
  CHECK(rows(storage::Listing::kRiskEvents).rows.size() == 1);
  CHECK(rows(storage::Listing::kNotables).rows.size() == 1);
  CHECK(counters_.value(Counter::kNotables) == 1);
}

TEST_CASE_METHOD(Daemon, "stopping ends a running search, and its run is owed again") {
  Signal entered;
  std::atomic<bool> block{true};
  add(test::seed_detection(), [&](storage::Reader& reader, const cim::Window& window) {
    entered.announce();
    return block ? endless(reader, window) : nothing(reader, window);
  });
  start();
  wait_for_detections(1);
  advance_to("2024-10-24T13:00:00Z");
  REQUIRE(entered.wait_beyond(0, std::chrono::steady_clock::now() + kDeadline));
  const auto before = std::chrono::steady_clock::now();
  stop();
  CHECK(std::chrono::steady_clock::now() - before < std::chrono::seconds(5));
  CHECK(ledger().empty());
  CHECK(counters_.value(Counter::kRunsFailed) == 0);

  block = false;
  start();
  CHECK(wait_for_runs(1) == Texts{"13:00 11:50 12:50 done"});
}

TEST_CASE_METHOD(Daemon, "runs of all detections go oldest first") {
  options_.threads = 1;
  for (const std::string name : {"A", "B", "C"}) {
    detect::Detection detection = named(name);
    if (name == "B") detection.schedule.cron_schedule = "30 * * * *";
    add(detection, nothing);
  }
  start();
  wait_for_detections(3);
  stop();
  advance_to("2024-10-24T16:10:00Z");
  start();
  wait_for_runs(12);
  stop();
  Texts order;
  const storage::Table runs = rows(storage::Listing::kRuns);
  for (const auto& row : runs.rows) {
    order.push_back(core::format_rfc3339(core::from_us(std::get<std::int64_t>(cell(runs, row, "scheduled_time")))));
  }
  CHECK(order.size() == 12);
  CHECK(std::ranges::is_sorted(order));
}

TEST_CASE_METHOD(Daemon, "searches run side by side, but never two of one detection") {
  options_.threads = 4;
  std::map<std::string, std::atomic<int>> running;
  std::atomic<bool> twice{false};
  // Each detection's first search waits for the other's: so they must run at the same time.
  Signal first;
  std::atomic<bool> apart{false};
  for (const std::string name : {"A", "B"}) {
    std::atomic<int>& mine = running[name];
    detect::Detection detection = named(name);
    // Those of one window would be run by one thread.
    if (name == "B") detection.schedule.earliest_time = test::modifier("-130m@m");
    add(std::move(detection), [&](storage::Reader&, const cim::Window&) {
      if (++mine > 1) twice = true;
      first.announce();
      if (!first.wait_beyond(1, std::chrono::steady_clock::now() + kDeadline)) apart = true;
      --mine;
      return detect::SearchResult{};
    });
  }
  start();
  wait_for_detections(2);
  advance_to("2024-10-26T12:10:00Z");
  wait_for_runs(96);
  stop();
  CHECK_FALSE(apart);
  CHECK_FALSE(twice);
  std::set<std::string> distinct;
  const storage::Table runs = rows(storage::Listing::kRuns);
  for (const auto& row : runs.rows) {
    distinct.insert(std::get<std::string>(cell(runs, row, "detection")) +
                    std::to_string(std::get<std::int64_t>(cell(runs, row, "scheduled_time"))));
  }
  CHECK(runs.rows.size() == 96);
  CHECK(distinct.size() == 96);
}

TEST_CASE_METHOD(Daemon, "only detections that are enabled and have a schedule that parses are run") {
  detect::Detection disabled = named("disabled");
  disabled.state = detect::DetectionState::kDisabled;
  add(disabled, nothing);
  detect::Detection unsupported = named("unsupported");
  unsupported.state = detect::DetectionState::kUnsupported;
  add(unsupported, nothing);
  detect::Detection broken = named("broken");
  broken.schedule.cron_schedule = "hourly";
  add(broken, nothing);
  add(named("good"), nothing);
  start();
  wait_for_detections(1);
  advance_to("2024-10-24T13:00:00Z");
  wait_for_runs(1);
  stop();
  const storage::Table runs = rows(storage::Listing::kRuns);
  REQUIRE(runs.rows.size() == 1);
  CHECK(cell(runs, runs.rows[0], "detection") == storage::Value(std::string("good")));
}

TEST_CASE_METHOD(Daemon, "a ledger written by a clock far ahead does not stop the detections") {
  add(test::seed_detection(), nothing);
  advance_to("2031-01-01T00:00:00Z");
  start();
  wait_for_detections(1);
  advance_to("2031-01-01T01:00:00Z");
  wait_for_runs(1);
  stop();
  advance_to("2024-10-24T12:10:00Z");
  start();
  advance_to("2024-10-24T13:00:00Z");
  CHECK(wait_for_runs(2).back() == "13:00 11:50 12:50 done");
}

}  // namespace
}  // namespace rw::scheduler
