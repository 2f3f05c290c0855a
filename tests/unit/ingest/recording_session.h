// A WriteSession that keeps what it is given as texts, and commits nothing while it is held.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "storage/store.h"

namespace rw::ingest {

// Read it after the Writer has gone, or through stored().
struct Recorded {
  std::vector<std::string> registry;   // "computer key_name value_name"
  std::vector<std::int64_t> times;     // of registry, microseconds
  std::vector<std::string> processes;  // "computer process_path process_id"
  std::vector<std::string> rejected;   // "reason [sample]"
  std::vector<std::string> sources;    // "host channel peer input format events/taken first-last …"

  std::mutex mutex;
  std::condition_variable changed;
  bool held = false;
  bool refuses = false;  // every commit fails for good

  std::size_t stored() {
    std::lock_guard lock(mutex);
    return registry.size();
  }
  void hold(bool on) {
    {
      std::lock_guard lock(mutex);
      held = on;
    }
    changed.notify_all();
  }
};

class RecordingSession final : public storage::WriteSession {
 public:
  explicit RecordingSession(std::shared_ptr<Recorded> recorded) : recorded_(std::move(recorded)) {}

  core::Result<std::vector<storage::CommitOutcome>> commit(std::span<const storage::Batch> batches) override {
    std::unique_lock lock(recorded_->mutex);
    recorded_->changed.wait(lock, [&] { return !recorded_->held; });
    if (recorded_->refuses) return core::Error{core::ErrorCode::kInternal, "refused", {}};
    std::vector<storage::CommitOutcome> outcomes;
    for (const storage::Batch& batch : batches) {
      for (const cim::RegistryRecord& record : batch.registry) {
        recorded_->registry.push_back(std::string(record.source.computer) + ' ' + std::string(record.key_name) + ' ' +
                                      std::string(record.value_name));
        recorded_->times.push_back(core::to_us(record.time));
      }
      for (const cim::ProcessRecord& record : batch.processes) {
        recorded_->processes.push_back(std::string(record.source.computer) + ' ' + std::string(record.process_path) +
                                       ' ' + std::string(record.process_id));
      }
      for (const storage::SourceSeen& seen : batch.sources) {
        std::string text = seen.host + ' ' + seen.channel + ' ' + seen.peer + ' ' + seen.input + ' ' +
                           std::string(seen.format) + ' ' + std::to_string(seen.events) + '/' +
                           std::to_string(seen.taken);
        for (const storage::RecordRun& run : seen.runs) {
          text += ' ' + std::to_string(run.first) + '-' + std::to_string(run.last);
        }
        recorded_->sources.push_back(std::move(text));
      }
      for (const storage::Rejected& item : batch.rejected) {
        recorded_->rejected.push_back(item.reason + " [" + item.sample + "]");
      }
      outcomes.push_back({.registry_stored = batch.registry.size()});
    }
    return outcomes;
  }

 private:
  const std::shared_ptr<Recorded> recorded_;
};

}  // namespace rw::ingest
