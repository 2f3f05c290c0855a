// The one thread that writes: takes batches from a bounded queue, commits all that wait in one transaction (group
// commit: the commit grows with the load), then tells each batch's on_done. A store that is busy or full is tried
// again until it works or the writer is stopped; meanwhile the queue fills and inputs feel it. Between commits it lets
// the store do its upkeep: one small step after the other while nothing waits, and a small share of the time otherwise.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "daemon/core/bounded_queue.h"
#include "daemon/core/counters.h"
#include "daemon/core/log.h"
#include "daemon/core/mutex.h"
#include "storage/store.h"
#include "storage/upkeep.h"

namespace rw::storage {

class Writer {
 public:
  struct Options {
    std::size_t queue_bytes = 32 * 1024 * 1024;     // batches waiting; full means back-pressure
    std::size_t commit_bytes = 16 * 1024 * 1024;    // at most this much in one transaction
    std::chrono::milliseconds stop_patience{4000};  // how long a stopping writer goes on trying a store that fails

    friend bool operator==(const Options&, const Options&) = default;
  };

  // Starts the thread. counters outlives the writer.
  Writer(std::unique_ptr<WriteSession> session, Options options, core::Counters& counters);
  // Drains: everything submitted is committed (or given up, see begin_stop), then the thread ends.
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // Takes the batch, or says false: full, or stopping; then the batch is untouched. Thread-safe, never blocks.
  bool try_submit(Batch& batch);
  // The same, waiting for room until the deadline. Thread-safe.
  bool submit_until(Batch& batch, std::chrono::steady_clock::time_point deadline);

  // Takes what was seen of sources without a record that is stored: written with the next commit, or within a second.
  // A crash until then loses it. False: much waits already; it is untouched and shall go in a batch. Thread-safe.
  bool note(std::vector<SourceSeen>& sources);

  // In place of what the store was opened with, within a second. Thread-safe.
  void set_retention(const Retention& retention);

  // The daemon stops, but batches still come. From now on a store that fails has stop_patience to work again; after
  // that all that is left and all that comes is given up, so that nobody waits for it. Thread-safe.
  void begin_stop();

  // True while the last commit failed: the store does not take anything just now.
  bool stalled() const { return stalled_.load(std::memory_order_relaxed); }

  // Grows as long as the writer's thread goes on, whether the store takes anything or not: at least every few seconds,
  // but for a commit or a checkpoint that the disk keeps waiting. Thread-safe.
  std::uint64_t turns() const { return turns_.load(std::memory_order_relaxed); }

  // What commits that worked have taken, all together. Thread-safe.
  std::chrono::microseconds commit_time() const {
    return std::chrono::microseconds(commit_us_.load(std::memory_order_relaxed));
  }

  // What keeps the store from its work: nothing was written since then (stalled), or all was written but checkpoints
  // fail. Thread-safe.
  struct Trouble {
    std::chrono::steady_clock::time_point since;
    std::string message;  // of the first failure
  };
  std::optional<Trouble> stall() const;
  std::optional<Trouble> checkpoint_failure() const;
  std::size_t queued_bytes() const { return queue_.used_bytes(); }
  // The store as its upkeep last saw it; nullopt: not yet. Thread-safe.
  std::optional<StoreState> store_state() const;
  std::size_t queue_limit_bytes() const { return options_.queue_bytes; }

 private:
  void run();
  std::chrono::milliseconds next_wait() const;
  void keep_up(bool idle);
  void take_retention();
  void add_noted(std::vector<Batch>& batches);
  void commit(std::vector<Batch> batches);
  bool wait_to_retry(std::chrono::milliseconds back_off);
  void give_up(std::vector<Batch> batches);
  void checkpoint();
  void set_stall(const core::Error* error);
  void count_commit_time(std::chrono::steady_clock::duration taken);

  const std::unique_ptr<WriteSession> session_;
  const Options options_;
  core::Counters& counters_;
  core::BoundedQueue<Batch> queue_;
  std::atomic<bool> stalled_{false};
  std::atomic<std::uint64_t> turns_{0};
  std::atomic<std::int64_t> commit_us_{0};
  core::OncePerMinute slow_commit_;
  // Of the writer's thread only, from the first failure after begin_stop() on; they hold for all that is left.
  std::optional<std::chrono::steady_clock::time_point> patience_end_;
  std::optional<core::Error> given_up_;

  std::chrono::steady_clock::time_point next_upkeep_{};  // of the writer's thread only

  mutable core::Mutex mutex_;
  core::CondVar stop_asked_;
  bool stopping_ RW_GUARDED_BY(mutex_) = false;
  std::vector<SourceSeen> noted_ RW_GUARDED_BY(mutex_);
  std::size_t noted_bytes_ RW_GUARDED_BY(mutex_) = 0;
  std::optional<StoreState> store_state_ RW_GUARDED_BY(mutex_);
  std::optional<Retention> new_retention_ RW_GUARDED_BY(mutex_);
  std::optional<Trouble> stall_ RW_GUARDED_BY(mutex_);
  std::optional<Trouble> checkpoint_failure_ RW_GUARDED_BY(mutex_);
  std::jthread thread_;  // last: starts when all else is there
};

}  // namespace rw::storage
