#include "storage/writer.h"

#include <spdlog/spdlog.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace rw::storage {
namespace {

using namespace std::chrono_literals;
using Outcomes = core::Result<std::vector<CommitOutcome>>;

constexpr auto kDeadline = 20s;

// A session whose answers the test gives; it can be held in the middle of a commit.
class FakeSession final : public WriteSession {
 public:
  struct Control {
    std::function<Outcomes(std::span<const Batch>)> answer = [](std::span<const Batch> batches) -> Outcomes {
      return std::vector<CommitOutcome>(batches.size());
    };
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::vector<std::string>> commits;  // names of the batches of each try
    bool held = false;
    // Upkeep: null does nothing.
    std::function<core::Result<UpkeepStep>(std::size_t commits)> keep_up;

    void hold() {
      const std::lock_guard lock(mutex);
      held = true;
    }
    void release() {
      {
        const std::lock_guard lock(mutex);
        held = false;
      }
      changed.notify_all();
    }
    bool wait_for_tries(std::size_t count) {
      std::unique_lock lock(mutex);
      return changed.wait_for(lock, kDeadline, [&] { return commits.size() >= count; });
    }
  };

  explicit FakeSession(Control& control) : control_(control) {}

  Outcomes commit(std::span<const Batch> batches) override {
    {
      std::unique_lock lock(control_.mutex);
      std::vector<std::string> names;
      for (const Batch& batch : batches) names.push_back(batch.rejected.at(0).reason);
      control_.commits.push_back(std::move(names));
      control_.changed.notify_all();
      control_.changed.wait(lock, [&] { return !control_.held; });
    }
    return control_.answer(batches);
  }

  core::Result<UpkeepStep> keep_up(core::Micros now) override {
    if (!control_.keep_up || now < core::from_us(1'000'000'000'000'000)) return UpkeepStep{};
    const std::lock_guard lock(control_.mutex);
    core::Result<UpkeepStep> step = control_.keep_up(control_.commits.size());
    control_.changed.notify_all();
    return step;
  }

 private:
  Control& control_;
};

// A named batch; `done` gets what on_done said.
Batch named(const std::string& name, std::vector<std::string>* done = nullptr, std::size_t sample_bytes = 0) {
  Batch batch;
  batch.rejected.push_back({.time = {},
                            .input = "test",
                            .peer = {},
                            .reason = name,
                            .size_bytes = 0,
                            .sample = std::string(sample_bytes, 'x')});
  if (done != nullptr) {
    batch.on_done = [done, name](const core::Result<CommitOutcome>& outcome) {
      done->push_back(name + ": " +
                      (outcome.ok() ? std::to_string(outcome->registry_stored) : outcome.error().message));
    };
  }
  return batch;
}

bool submit(Writer& writer, Batch batch) { return writer.try_submit(batch); }

core::Error error(core::ErrorCode code, const char* message) { return {code, message}; }

struct Quiet {
  Quiet() { spdlog::set_level(spdlog::level::off); }
  ~Quiet() { spdlog::set_level(spdlog::level::info); }
};

}  // namespace

TEST_CASE("what waits while a commit runs goes into the next one together") {
  FakeSession::Control control;
  control.answer = [](std::span<const Batch> batches) -> Outcomes {
    std::vector<CommitOutcome> outcomes;
    for (std::size_t i = 0; i < batches.size(); ++i) outcomes.push_back({.registry_stored = i + 1, .duplicates = 1});
    return outcomes;
  };
  core::Counters counters;
  std::vector<std::string> done;
  control.hold();
  {
    Writer writer(std::make_unique<FakeSession>(control), {}, counters);
    CHECK(submit(writer, named("a", &done)));
    REQUIRE(control.wait_for_tries(1));
    for (const char* name : {"b", "c", "d"}) CHECK(submit(writer, named(name, &done)));
    control.release();
  }  // drains
  CHECK(control.commits == std::vector<std::vector<std::string>>{{"a"}, {"b", "c", "d"}});
  CHECK(done == std::vector<std::string>{"a: 1", "b: 1", "c: 2", "d: 3"});
  CHECK(counters.value(core::Counter::kCommits) == 2);
  CHECK(counters.value(core::Counter::kRegistryStored) == 7);
  CHECK(counters.value(core::Counter::kDuplicates) == 4);
}

TEST_CASE("a transaction does not grow past commit_bytes") {
  FakeSession::Control control;
  core::Counters counters;
  control.hold();
  {
    const std::size_t two = 2 * named("b", nullptr, 800).size_bytes();
    Writer writer(std::make_unique<FakeSession>(control), {.commit_bytes = two}, counters);
    CHECK(submit(writer, named("a")));
    REQUIRE(control.wait_for_tries(1));
    for (const char* name : {"b", "c", "d"}) CHECK(submit(writer, named(name, nullptr, 800)));
    control.release();
  }
  CHECK(control.commits == std::vector<std::vector<std::string>>{{"a"}, {"b", "c"}, {"d"}});
}

TEST_CASE("a full queue refuses a batch and leaves it whole") {
  FakeSession::Control control;
  core::Counters counters;
  std::vector<std::string> done;
  control.hold();
  {
    Writer writer(std::make_unique<FakeSession>(control), {.queue_bytes = 4000}, counters);
    CHECK(submit(writer, named("a", &done)));
    REQUIRE(control.wait_for_tries(1));
    CHECK(submit(writer, named("b", &done, 3000)));
    CHECK(writer.queued_bytes() >= 3000);

    Batch refused = named("c", &done, 3000);
    CHECK_FALSE(writer.try_submit(refused));
    CHECK_FALSE(writer.submit_until(refused, std::chrono::steady_clock::now() + 20ms));
    CHECK(refused.rejected.size() == 1);
    CHECK(refused.on_done);

    auto waiting = std::async(
        std::launch::async, [&] { return writer.submit_until(refused, std::chrono::steady_clock::now() + kDeadline); });
    control.release();
    CHECK(waiting.get());
  }
  CHECK(done == std::vector<std::string>{"a: 0", "b: 0", "c: 0"});
}

TEST_CASE("a store that is busy or full is tried again until it works") {
  const Quiet quiet;
  for (const auto code : {core::ErrorCode::kBusy, core::ErrorCode::kIo}) {
    FakeSession::Control control;
    int failures = 3;
    bool stalled_meanwhile = false;
    Writer* writer_under_test = nullptr;
    control.answer = [&](std::span<const Batch> batches) -> Outcomes {
      if (failures-- > 0) return error(code, "no luck");
      stalled_meanwhile = writer_under_test->stalled();
      return std::vector<CommitOutcome>(batches.size());
    };
    core::Counters counters;
    std::vector<std::string> done;
    {
      Writer writer(std::make_unique<FakeSession>(control), {}, counters);
      writer_under_test = &writer;
      CHECK(submit(writer, named("a", &done)));
      REQUIRE(control.wait_for_tries(4));
    }
    CHECK(stalled_meanwhile);
    CHECK(done == std::vector<std::string>{"a: 0"});
    CHECK(counters.value(core::Counter::kCommitFailures) == 3);
    CHECK(counters.value(core::Counter::kBatchesFailed) == 0);
  }
}

TEST_CASE("turns tell a writer that goes on from one that hangs") {
  const Quiet quiet;
  FakeSession::Control control;
  core::Counters counters;
  Writer writer(std::make_unique<FakeSession>(control), {.stop_patience = 50ms}, counters);
  const auto goes_on_from = [&](std::uint64_t before) {
    const auto end = std::chrono::steady_clock::now() + kDeadline;
    while (writer.turns() == before && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(1ms);
    return writer.turns() != before;
  };
  CHECK(goes_on_from(writer.turns()));  // nothing to do

  control.hold();
  CHECK(submit(writer, named("a")));
  REQUIRE(control.wait_for_tries(1));
  const std::uint64_t held = writer.turns();
  std::this_thread::sleep_for(700ms);  // longer than an idle writer waits
  CHECK(writer.turns() == held);

  control.answer = [](std::span<const Batch>) -> Outcomes { return error(core::ErrorCode::kIo, "disk full"); };
  control.release();
  CHECK(goes_on_from(held));
  const std::uint64_t stalled = writer.turns();
  CHECK(goes_on_from(stalled));  // it fails, and tries again
}

TEST_CASE("a batch that the store refuses for good does not cost the others") {
  const Quiet quiet;
  FakeSession::Control control;
  control.answer = [](std::span<const Batch> batches) -> Outcomes {
    for (const Batch& batch : batches) {
      if (batch.rejected[0].reason == "bad") return error(core::ErrorCode::kInternal, "constraint failed");
    }
    return std::vector<CommitOutcome>(batches.size());
  };
  core::Counters counters;
  std::vector<std::string> done;
  control.hold();
  {
    Writer writer(std::make_unique<FakeSession>(control), {}, counters);
    CHECK(submit(writer, named("first", &done)));
    REQUIRE(control.wait_for_tries(1));
    for (const char* name : {"a", "bad", "b"}) CHECK(submit(writer, named(name, &done)));
    control.release();
  }
  CHECK(done == std::vector<std::string>{"first: 0", "a: 0", "bad: constraint failed", "b: 0"});
  CHECK(counters.value(core::Counter::kBatchesFailed) == 1);
}

TEST_CASE("a writer that stops while the store fails gives up in time, once for all batches") {
  const Quiet quiet;
  FakeSession::Control control;
  bool first = true;
  control.answer = [&](std::span<const Batch>) -> Outcomes {
    // The first refusal splits the group, so that each batch is tried for itself.
    if (std::exchange(first, false)) return error(core::ErrorCode::kInternal, "split");
    return error(core::ErrorCode::kIo, "disk full");
  };
  core::Counters counters;
  std::vector<std::string> done;
  std::vector<std::string> expected;
  control.hold();
  const auto start = std::chrono::steady_clock::now();
  {
    auto writer = std::make_unique<Writer>(std::make_unique<FakeSession>(control),
                                           Writer::Options{.stop_patience = 200ms}, counters);
    for (int i = 0; i < 50; ++i) {
      CHECK(submit(*writer, named(std::to_string(i), &done)));
      expected.push_back(std::to_string(i) + ": disk full");
    }
    control.release();
  }
  if (!done.empty() && done[0] == "0: split") expected[0] = done[0];  // it was taken alone
  CHECK(done == expected);
  CHECK(std::chrono::steady_clock::now() - start < 5s);
  CHECK(counters.value(core::Counter::kBatchesFailed) == 50);
}

TEST_CASE("while the daemon stops, a store that works goes on, one that has failed for long is tried no more") {
  const Quiet quiet;
  FakeSession::Control control;
  std::atomic<bool> works = true;
  control.answer = [&](std::span<const Batch> batches) -> Outcomes {
    if (!works) return error(core::ErrorCode::kBusy, "locked");
    return std::vector<CommitOutcome>(batches.size());
  };
  core::Counters counters;
  std::vector<std::string> done;
  std::size_t tries = 0;
  {
    Writer writer(std::make_unique<FakeSession>(control), {.stop_patience = 50ms}, counters);
    const auto wait_for = [&](core::Counter counter, std::uint64_t count) {
      const auto deadline = std::chrono::steady_clock::now() + kDeadline;
      while (counters.value(counter) < count && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::yield();
      }
    };
    writer.begin_stop();
    CHECK(submit(writer, named("a", &done)));
    wait_for(core::Counter::kCommits, 1);
    REQUIRE(counters.value(core::Counter::kCommits) == 1);
    works = false;
    CHECK(submit(writer, named("b", &done)));
    wait_for(core::Counter::kBatchesFailed, 1);
    {
      const std::lock_guard lock(control.mutex);
      tries = control.commits.size();
    }
    CHECK(submit(writer, named("c", &done)));
    wait_for(core::Counter::kBatchesFailed, 2);
  }
  CHECK(control.commits.size() == tries);
  CHECK(done == std::vector<std::string>{"a: 0", "b: locked", "c: locked"});
  CHECK(counters.value(core::Counter::kBatchesFailed) == 2);
}

TEST_CASE("upkeep goes on step by step while nothing waits, and what it did is counted") {
  FakeSession::Control control;
  std::size_t steps = 0;
  control.keep_up = [&](std::size_t) -> core::Result<UpkeepStep> {
    UpkeepStep step{.more = ++steps < 50,
                    .registry_events = 2,
                    .process_events = 3,
                    .findings = 4,
                    .runs = 5,
                    .dictionary_rows = 6,
                    .forgotten_entries = 7};
    step.finished = !step.more;
    if (step.finished) step.state = StoreState{.seen = core::from_us(1), .used_bytes = 99, .oldest = core::from_us(7)};
    return step;
  };
  core::Counters counters;
  {
    Writer writer(std::make_unique<FakeSession>(control), {}, counters);
    std::unique_lock lock(control.mutex);
    REQUIRE(control.changed.wait_for(lock, kDeadline, [&] { return steps >= 50; }));
    lock.unlock();
    const auto deadline = std::chrono::steady_clock::now() + kDeadline;
    while (!writer.store_state() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
    REQUIRE(writer.store_state().has_value());
    CHECK(writer.store_state()->used_bytes == 99);
    CHECK(writer.store_state()->oldest == core::from_us(7));
  }
  CHECK(steps == 50);  // the next round is not due yet
  using core::Counter;
  const std::pair<Counter, std::uint64_t> expected[] = {
      {Counter::kUpkeepRounds, 1},        {Counter::kUpkeepFailures, 0},       {Counter::kRegistryDeleted, 100},
      {Counter::kProcessDeleted, 150},    {Counter::kFindingsDeleted, 200},    {Counter::kRunsDeleted, 250},
      {Counter::kDictionaryDeleted, 300}, {Counter::kDictionaryForgotten, 350}};
  for (const auto& [counter, value] : expected) CHECK(counters.value(counter) == value);
}

TEST_CASE("upkeep that fails waits, and stops no commit") {
  const Quiet quiet;
  FakeSession::Control control;
  std::size_t steps = 0;
  control.keep_up = [&](std::size_t) -> core::Result<UpkeepStep> {
    ++steps;
    return error(core::ErrorCode::kIo, "disk full");
  };
  core::Counters counters;
  std::vector<std::string> done;
  {
    Writer writer(std::make_unique<FakeSession>(control), {}, counters);
    for (const char* name : {"a", "b"}) {
      CHECK(submit(writer, named(name, &done)));
      REQUIRE(control.wait_for_tries(name == std::string("a") ? 1 : 2));
    }
  }
  CHECK(done == std::vector<std::string>{"a: 0", "b: 0"});
  CHECK(steps == 1);
  CHECK(counters.value(core::Counter::kUpkeepFailures) == 1);
}

TEST_CASE("a stopped writer takes nothing") {
  FakeSession::Control control;
  core::Counters counters;
  std::promise<bool> taken;
  std::future<bool> answer = taken.get_future();
  auto writer = std::make_unique<Writer>(std::make_unique<FakeSession>(control), Writer::Options{}, counters);
  Writer* const stopping = writer.get();
  Batch batch = named("a");
  batch.on_done = [&](const core::Result<CommitOutcome>&) {
    // On the writer's thread, which the destructor waits for.
    const auto deadline = std::chrono::steady_clock::now() + kDeadline;
    bool accepted = true;
    while (accepted && std::chrono::steady_clock::now() < deadline) {
      Batch late = named("late");
      accepted = stopping->try_submit(late);
      std::this_thread::yield();
    }
    taken.set_value(accepted);
  };
  REQUIRE(writer->try_submit(batch));
  writer.reset();
  CHECK_FALSE(answer.get());
}

}  // namespace rw::storage
