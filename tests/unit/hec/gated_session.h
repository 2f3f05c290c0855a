// A store whose commits wait.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "daemon/core/mutex.h"
#include "storage/store.h"

namespace rw::ingest {

// Commits nothing until it is told to; then with the given outcome.
class GatedSession final : public storage::WriteSession {
 public:
  struct Gate {
    core::Mutex mutex;
    core::CondVar changed;
    bool open RW_GUARDED_BY(mutex) = false;
    int commits RW_GUARDED_BY(mutex) = 0;

    void let_through() {
      {
        core::Lock lock(mutex);
        open = true;
      }
      changed.notify_all();
    }
    int commit_calls() {
      core::Lock lock(mutex);
      return commits;
    }
  };
  explicit GatedSession(Gate& gate, core::Result<void> outcome = {}) : gate_(gate), outcome_(std::move(outcome)) {}

  core::Result<std::vector<storage::CommitOutcome>> commit(std::span<const storage::Batch> batches) override {
    core::Lock lock(gate_.mutex);
    ++gate_.commits;
    while (!gate_.open) gate_.changed.wait(gate_.mutex);
    if (!outcome_.ok()) return core::Error(outcome_.error());
    return std::vector<storage::CommitOutcome>(batches.size());
  }

 private:
  Gate& gate_;
  const core::Result<void> outcome_;
};

}  // namespace rw::ingest
