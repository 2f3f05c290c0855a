#include "daemon/scheduler/health_watch.h"

#include <catch2/catch.hpp>
#include <limits>
#include <thread>

#include "tests/unit/scheduler/fixtures.h"
#include "tests/unit/scheduler/temporary_store.h"

namespace rw::scheduler {
namespace {

using test::at;

cim::Run run_of(const std::string& detection, int minute, cim::RunStatus status, std::string error = {}) {
  cim::Run run;
  run.detection_id = "id-" + detection;
  run.detection = detection;
  run.scheduled_time = at("2026-10-12T08:00:00Z") + std::chrono::minutes(minute);
  run.status = status;
  run.error = std::move(error);
  return run;
}

}  // namespace

TEST_CASE("health: detections that fail again and again, from the ledger") {
  test::TemporaryStore store;
  storage::Batch batch;
  const auto seen = [&](const std::string& detection) {
    batch.detections.push_back({"id-" + detection, detection, at("2026-10-12T07:00:00Z")});
  };
  for (const char* detection : {"always", "again", "twice", "mended", "new"}) seen(detection);
  using enum cim::RunStatus;
  for (int i = 0; i < 4; ++i) batch.runs.push_back(run_of("always", i, kFailed, "error " + std::to_string(i)));
  batch.runs.push_back(run_of("again", 0, kFailed, "old"));
  batch.runs.push_back(run_of("again", 1, kDone));
  for (int i = 2; i < 5; ++i) batch.runs.push_back(run_of("again", i, kFailed, "slow"));
  batch.runs.push_back(run_of("twice", 0, kDone));
  for (int i = 1; i < 3; ++i) batch.runs.push_back(run_of("twice", i, kFailed, "slow"));
  for (int i = 0; i < 3; ++i) batch.runs.push_back(run_of("mended", i, kFailed, "slow"));
  batch.runs.push_back(run_of("mended", 3, kDone));
  batch.runs.push_back(run_of("new", 0, kFailed, "slow"));
  REQUIRE(store.open_writer()->commit({&batch, 1}).ok());

  const auto reader = store.open_reader();
  const auto failing = failing_detections(*reader, 3);
  REQUIRE(failing.ok());
  REQUIRE(failing->size() == 2);
  const auto& again = (*failing)[0].detection == "again" ? (*failing)[0] : (*failing)[1];
  const auto& always = (*failing)[0].detection == "again" ? (*failing)[1] : (*failing)[0];
  CHECK(always.detection_id == "id-always");
  CHECK(always.last_done == core::Micros());
  CHECK(always.last_failed == at("2026-10-12T08:03:00Z"));
  CHECK(always.error == "error 3");
  CHECK(again.detection_id == "id-again");
  CHECK(again.last_done == at("2026-10-12T08:01:00Z"));
  CHECK(again.last_failed == at("2026-10-12T08:04:00Z"));
  CHECK(again.error == "slow");

  const auto one = failing_detections(*reader, 1);
  REQUIRE(one.ok());
  CHECK(one->size() == 4);
  const auto off = failing_detections(*reader, 0);
  REQUIRE(off.ok());
  CHECK(off->empty());
}

TEST_CASE("health: a condition is on the board and in the store") {
  test::TemporaryStore store;
  core::Counters counters;
  core::SystemClock clock;
  HealthBoard board;
  storage::Writer writer(store.open_writer(), {}, counters);
  HealthOptions options;
  options.min_free_bytes = std::numeric_limits<std::uint64_t>::max();
  {
    const auto watch = HealthWatch::start(options, {.store = store.store(),
                                                    .writer = writer,
                                                    .counters = counters,
                                                    .clock = clock,
                                                    .board = board,
                                                    .data_dir = "/"});
    REQUIRE(watch.ok());
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (counters.value(core::Counter::kNotables) == 0 && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::yield();
    }
  }
  const auto current = board.current();
  REQUIRE(current.size() == 1);
  CHECK(current[0].condition == "disk_space_low");
  storage::ListRequest all;
  all.listing = storage::Listing::kNotables;
  const auto notables = store.open_reader()->list(all);
  REQUIRE(notables.ok());
  CHECK(notables->table.rows.size() == 1);
}

TEST_CASE("health: the room on a disk") {
  CHECK(free_bytes_of("/").value_or(0) > 0);
  CHECK_FALSE(free_bytes_of("/nonexistent/data").has_value());
}

}  // namespace rw::scheduler
