// The scheduler on a store of its own, as tests drive it: by a clock that they set, waiting for commits.
#pragma once

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "daemon/core/mutex.h"
#include "daemon/scheduler/commit.h"
#include "daemon/scheduler/scheduler.h"
#include "tests/unit/scheduler/fixtures.h"
#include "tests/unit/scheduler/temporary_store.h"

namespace rw::scheduler::test {

using Texts = std::vector<std::string>;

inline constexpr std::chrono::seconds kDeadline{20};

// Something that other threads announce and the test waits for.
class Signal {
 public:
  void announce() {
    {
      core::Lock lock(mutex_);
      ++count_;
    }
    changed_.notify_all();
  }
  int count() {
    core::Lock lock(mutex_);
    return count_;
  }
  // Until there are more than `seen`. False: not in time.
  bool wait_beyond(int seen, std::chrono::steady_clock::time_point deadline) {
    core::Lock lock(mutex_);
    while (count_ <= seen) {
      if (changed_.wait_until(mutex_, deadline) == std::cv_status::timeout) return count_ > seen;
    }
    return true;
  }

 private:
  core::Mutex mutex_;
  core::CondVar changed_;
  int count_ = 0;
};

// What a test asks of the store: to refuse batches with runs. How often it did.
struct Refusal {
  std::atomic<bool> wanted{false};
  std::atomic<int> count{0};
};

// Announces commits, and refuses what it is told to.
class WatchedSession final : public storage::WriteSession {
 public:
  WatchedSession(std::unique_ptr<WriteSession> inner, Signal& commits, Refusal& refusal)
      : inner_(std::move(inner)), commits_(commits), refusal_(refusal) {}

  core::Result<std::vector<storage::CommitOutcome>> commit(std::span<const storage::Batch> batches) override {
    const bool runs = std::ranges::any_of(batches, [](const storage::Batch& batch) { return !batch.runs.empty(); });
    if (runs && refusal_.wanted) {
      ++refusal_.count;
      commits_.announce();
      return core::Error{core::ErrorCode::kInternal, "refused by the test"};
    }
    auto outcome = inner_->commit(batches);
    commits_.announce();
    return outcome;
  }

 private:
  const std::unique_ptr<WriteSession> inner_;
  Signal& commits_;
  Refusal& refusal_;
};

// The daemon, as far as the scheduler sees it: starts, stops, and starts again on the same store.
class Daemon {
 public:
  void add(detect::Detection detection, FakeSearch::Run search) {
    add_search(std::move(detection), std::make_shared<FakeSearch>(std::move(search)));
  }
  void add_search(detect::Detection detection, std::shared_ptr<const detect::Search> search) {
    detection.search = std::move(search);
    detections_.push_back(std::make_shared<detect::Detection>(std::move(detection)));
  }
  // A detection with the seed's schedule that finds nothing.
  static detect::Detection named(std::string name) {
    detect::Detection detection = seed_detection();
    detection.id = "id of " + name;
    detection.name = std::move(name);
    return detection;
  }

  // Tests that look at how the scheduler reads put a store of theirs around ours.
  std::function<std::unique_ptr<storage::Store>(storage::Store&)> around_store_;

  void start() {
    if (around_store_) store_around_ = around_store_(store_.store());
    writer_ =
        std::make_unique<storage::Writer>(std::make_unique<WatchedSession>(store_.open_writer(), commits_, refusal_),
                                          storage::Writer::Options{}, counters_);
    auto scheduler = Scheduler::start(options_, std::make_shared<detect::Catalogue>(detections_, detect::Macros()),
                                      store_around_ ? *store_around_ : store_.store(), *writer_, counters_, clock_);
    REQUIRE(scheduler.ok());
    scheduler_ = std::move(scheduler).value();
  }
  // The running scheduler serves what was added since clear().
  void reload() { REQUIRE(scheduler_->reload(detect::Catalogue(detections_, detect::Macros())).ok()); }
  void clear() { detections_.clear(); }
  void stop() {
    scheduler_.reset();
    writer_.reset();
  }
  void advance_to(std::string_view now) {
    clock_.set(now);
    if (scheduler_) scheduler_->wake();
  }

  storage::Table rows(storage::Listing listing) {
    storage::ListRequest request;
    request.listing = listing;
    request.limit = 1000;
    auto page = reader_->list(request);
    REQUIRE(page.ok());
    std::ranges::reverse(page->table.rows);
    return std::move(page->table);
  }
  // The ledger in the order of its commits: "scheduled earliest latest status".
  Texts ledger() {
    const storage::Table table = rows(storage::Listing::kRuns);
    Texts texts;
    for (const auto& row : table.rows) {
      std::string text;
      for (const std::string_view column : {"scheduled_time", "earliest", "latest"}) {
        text += core::format_rfc3339(core::from_us(std::get<std::int64_t>(cell(table, row, column)))).substr(11, 6);
        text.back() = ' ';
      }
      texts.push_back(text + std::get<std::string>(cell(table, row, "status")));
    }
    return texts;
  }
  static const storage::Value& cell(const storage::Table& table, const std::vector<storage::Value>& row,
                                    std::string_view column) {
    const auto found = std::ranges::find(table.columns, column);
    REQUIRE(found != table.columns.end());
    return row[static_cast<std::size_t>(found - table.columns.begin())];
  }

  // Until the ledger has so many rows.
  Texts wait_for_runs(std::size_t count) {
    wait_for([&] { return ledger().size() >= count; });
    return ledger();
  }
  // Until so many detections are in the ledger.
  void wait_for_detections(std::size_t count) {
    wait_for([&] {
      const auto entries = reader_->ledger();
      return entries.ok() && entries->size() >= count;
    });
  }
  template <class Condition>
  void wait_for(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + kDeadline;
    while (true) {
      const int seen = commits_.count();
      if (condition()) return;
      const bool in_time = commits_.wait_beyond(seen, deadline);
      REQUIRE(in_time);
    }
  }

  // Directly into the store.
  void commit(const storage::Batch& batch) {
    REQUIRE(writer_ == nullptr);
    REQUIRE(store_.open_writer()->commit({&batch, 1}).ok());
  }

  // Through the daemon's writer, while it runs; returns when it is committed.
  storage::CommitOutcome arrive(storage::Batch batch) {
    REQUIRE(writer_ != nullptr);
    const std::atomic<bool> never{false};
    const auto outcome = scheduler::commit(*writer_, std::move(batch), never);
    REQUIRE(outcome.ok());
    return *outcome;
  }
  storage::Reader& reader() { return *reader_; }
  const storage::Dialect& dialect() { return store_.store().dialect(); }
  const std::vector<std::shared_ptr<const detect::Detection>>& detections() const { return detections_; }

  SchedulerOptions options_;
  FakeClock clock_{"2024-10-24T12:10:00Z"};
  core::Counters counters_;
  Refusal refusal_;

 private:
  Signal commits_;
  TemporaryStore store_;
  std::unique_ptr<storage::Store> store_around_;
  const std::unique_ptr<storage::Reader> reader_ = store_.open_reader();
  std::vector<std::shared_ptr<const detect::Detection>> detections_;
  std::unique_ptr<storage::Writer> writer_;
  std::unique_ptr<Scheduler> scheduler_;
};

inline core::Result<detect::SearchResult> nothing(storage::Reader&, const cim::Window&) {
  return detect::SearchResult{};
}
inline core::Result<detect::SearchResult> one_row(storage::Reader&, const cim::Window&) { return seed_result(); }

}  // namespace rw::scheduler::test
