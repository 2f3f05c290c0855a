#include "daemon/scheduler/commit.h"

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "daemon/core/mutex.h"

namespace rw::scheduler {
namespace {

constexpr std::chrono::milliseconds kLook{200};  // at `stopping`

// The writer may come to the batch after its sender has left.
struct Answer {
  core::Mutex mutex;
  core::CondVar given;
  std::optional<core::Result<storage::CommitOutcome>> outcome RW_GUARDED_BY(mutex);
};

}  // namespace

core::Result<storage::CommitOutcome> commit(storage::Writer& writer, storage::Batch batch,
                                            const std::atomic<bool>& stopping, std::chrono::milliseconds patience) {
  const core::Error stopped{core::ErrorCode::kCancelled, "stopping"};
  const core::Error late{core::ErrorCode::kBusy, "the store has not written it yet"};
  const auto deadline = std::chrono::steady_clock::now() + patience;
  const auto answer = std::make_shared<Answer>();
  batch.on_done = [answer](const core::Result<storage::CommitOutcome>& outcome) {
    {
      core::Lock lock(answer->mutex);
      answer->outcome = outcome;
    }
    answer->given.notify_all();
  };
  while (!writer.submit_until(batch, std::chrono::steady_clock::now() + kLook)) {
    if (stopping) return stopped;
    if (std::chrono::steady_clock::now() >= deadline) return late;
  }
  core::Lock lock(answer->mutex);
  while (!answer->outcome) {
    if (stopping) return stopped;
    if (std::chrono::steady_clock::now() >= deadline) return late;
    answer->given.wait_for(answer->mutex, kLook);
  }
  return *answer->outcome;
}

core::Result<storage::CommitOutcome> commit_edits(storage::Writer& writer, storage::Edits edits,
                                                  const std::atomic<bool>& stopping) {
  constexpr std::chrono::seconds kPatience{10};
  storage::Batch batch;
  batch.edits = std::make_shared<const storage::Edits>(std::move(edits));
  return commit(writer, std::move(batch), stopping, kPatience);
}

}  // namespace rw::scheduler
