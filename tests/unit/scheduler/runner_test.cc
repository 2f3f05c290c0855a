#include "daemon/scheduler/runner.h"

#include <catch2/catch.hpp>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "tests/unit/scheduler/fixtures.h"
#include "tests/unit/scheduler/temporary_store.h"

namespace rw::scheduler {
namespace {

using test::at;

// Moves on by a second each time it is asked.
class TickingClock final : public core::Clock {
 public:
  core::Micros now() const override { return now_ += std::chrono::seconds(1); }

 private:
  mutable core::Micros now_ = at("2024-10-24T12:00:00Z");
};

class Fixture {
 public:
  RunOutcome run(const detect::Detection& detection) {
    const RunRequest request{cim::RunKind::kManual, at("2024-10-24T12:00:00Z"), window_};
    const core::TimeZone utc;
    return run_detection(detection, request, {*reader_, store_.store().dialect(), utc, {}, TickingClock(), {}});
  }
  RunOutcome run(test::FakeSearch::Run search) {
    detect::Detection detection = test::seed_detection();
    detection.search = std::make_shared<test::FakeSearch>(std::move(search));
    return run(detection);
  }

 protected:
  const cim::Window window_{at("2024-10-24T10:50:00Z"), at("2024-10-24T11:50:00Z")};
  test::TemporaryStore store_;
  const std::unique_ptr<storage::Reader> reader_ = store_.open_reader();
};

TEST_CASE_METHOD(Fixture, "a run: search, findings, ledger row") {
  std::optional<cim::Window> searched;
  storage::Reader* used = nullptr;
  RunOutcome outcome = run([&](storage::Reader& reader, const cim::Window& window) {
    searched = window;
    used = &reader;
    return test::seed_result();
  });
  CHECK(searched == window_);
  CHECK(used == reader_.get());
  CHECK(outcome.run.detection_id == "9c27ec42-d338-11eb-9044-acde48001122");
  CHECK(outcome.run.detection == "Disable AMSI Through Registry");
  CHECK(outcome.run.kind == cim::RunKind::kManual);
  CHECK(outcome.run.scheduled_time == at("2024-10-24T12:00:00Z"));
  CHECK(outcome.run.window == window_);
  CHECK(outcome.run.started == at("2024-10-24T12:00:01Z"));
  CHECK(outcome.run.finished == at("2024-10-24T12:00:02Z"));
  CHECK(outcome.run.status == cim::RunStatus::kDone);
  CHECK(outcome.run.result_count == 1);
  CHECK(outcome.run.error.empty());
  CHECK(outcome.result.table.rows.size() == 1);
  REQUIRE(outcome.findings.risk_events.size() == 1);
  CHECK(outcome.findings.risk_events[0].origin.created == at("2024-10-24T12:00:02Z"));
  CHECK(outcome.findings.notables.size() == 1);

  const storage::Batch batch = batch_of(std::move(outcome));
  CHECK(batch.runs.size() == 1);
  CHECK(batch.risk_events.size() == 1);
  CHECK(batch.notables.size() == 1);
  CHECK(batch.events() == 0);
}

TEST_CASE_METHOD(Fixture, "a search that fails makes a failed run") {
  const auto failure = [&](test::FakeSearch::Run search) {
    const RunOutcome outcome = run(std::move(search));
    CHECK(outcome.run.status == cim::RunStatus::kFailed);
    CHECK(outcome.run.result_count == 0);
    CHECK(outcome.run.finished == at("2024-10-24T12:00:02Z"));
    CHECK(outcome.findings.risk_events.empty());
    CHECK(outcome.findings.notables.empty());
    return outcome.run.error;
  };
  CHECK(failure([](storage::Reader&, const cim::Window&) {
          return core::Error{core::ErrorCode::kLimit, "too many rows", "narrow it"};
        }) == "too many rows (narrow it)");
  CHECK(failure([](storage::Reader&, const cim::Window&) {
          return core::Error{core::ErrorCode::kInternal, "bad SQL"};
        }) == "bad SQL");
  CHECK(failure([](storage::Reader&, const cim::Window&) -> core::Result<detect::SearchResult> {
          throw std::runtime_error("out of luck");
        }) == "out of luck");
  CHECK(failure([](storage::Reader& reader, const cim::Window&) -> core::Result<detect::SearchResult> {
          RW_TRY(auto table, reader.query({"SELECT nothing FROM nowhere", {}}, {}));
          return detect::SearchResult{std::move(table), {}, {}};
        }) != "");
}

TEST_CASE_METHOD(Fixture, "a detection without a compiled search makes a failed run") {
  detect::Detection detection = test::seed_detection();
  CHECK(run(detection).run.error == "the detection has no compiled search");
  detection.problem = core::Problem{"a.yml", 3, 9, "`join`: not supported"};
  const RunOutcome outcome = run(detection);
  CHECK(outcome.run.status == cim::RunStatus::kFailed);
  CHECK(outcome.run.error == "a.yml:3:9: error: `join`: not supported");
}

}  // namespace
}  // namespace rw::scheduler
