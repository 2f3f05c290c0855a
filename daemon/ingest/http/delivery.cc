#include "daemon/ingest/http/delivery.h"

#include <algorithm>
#include <cstddef>

#include "daemon/core/mutex.h"

namespace rw::ingest {
namespace {

using std::chrono::steady_clock;

// A client that is told "busy" comes again; one that is kept waiting may give up, and keeps a thread meanwhile. This
// holds until a part of its request is taken: from then on, "busy" would have it send all of that again, only to find
// the queue as full.
constexpr std::chrono::milliseconds kWaitForFirstRoom{200};

bool may_work_later(const core::Error& error) {
  return error.code == core::ErrorCode::kBusy || error.code == core::ErrorCode::kIo;
}

}  // namespace

struct Delivery::Pending {
  core::Mutex mutex;
  core::CondVar changed;
  std::size_t batches RW_GUARDED_BY(mutex) = 0;
  Outcome outcome RW_GUARDED_BY(mutex) = Outcome::kCommitted;
  storage::CommitOutcome committed RW_GUARDED_BY(mutex);
};

Delivery::Delivery(storage::Writer& writer, core::Counters& counters, KeyDeletions& key_deletions,
                   std::chrono::milliseconds commit_timeout)
    : counters_(counters),
      commit_timeout_(commit_timeout),
      pipeline_(writer, counters, key_deletions),
      pending_(std::make_shared<Pending>()) {}

bool Delivery::hand_over_large() { return !pipeline_.large() || hand_over(); }

bool Delivery::hand_over() {
  if (pipeline_.empty()) return true;
  {
    core::Lock lock(pending_->mutex);
    ++pending_->batches;
  }
  const auto on_done = [pending = pending_](const core::Result<storage::CommitOutcome>& outcome) {
    {
      core::Lock lock(pending->mutex);
      --pending->batches;
      if (outcome.ok()) {
        pending->committed.registry_stored += outcome->registry_stored;
        pending->committed.processes_stored += outcome->processes_stored;
        pending->committed.duplicates += outcome->duplicates;
      } else {
        pending->outcome = may_work_later(outcome.error()) ? Outcome::kBusy : Outcome::kFailed;
      }
    }
    pending->changed.notify_one();
  };
  const auto patience = partly_taken_ ? commit_timeout_ : std::min(kWaitForFirstRoom, commit_timeout_);
  if (!pipeline_.flush_until(steady_clock::now() + patience, on_done)) {
    refused_ = true;
    return false;
  }
  partly_taken_ = true;
  return true;
}

Delivery::Outcome Delivery::finish() {
  const Outcome outcome = hand_over_and_wait();
  if (outcome == Outcome::kBusy) counters_.add(core::Counter::kHttpBusy);
  return outcome;
}

Delivery::Outcome Delivery::hand_over_and_wait() {
  if (refused_ || !hand_over()) return Outcome::kBusy;
  const auto deadline = steady_clock::now() + commit_timeout_;
  core::Lock lock(pending_->mutex);
  while (pending_->batches != 0) {
    if (pending_->changed.wait_until(pending_->mutex, deadline) == std::cv_status::timeout && pending_->batches != 0) {
      return Outcome::kBusy;
    }
  }
  return pending_->outcome;
}

storage::CommitOutcome Delivery::committed() const {
  core::Lock lock(pending_->mutex);
  return pending_->committed;
}

}  // namespace rw::ingest
