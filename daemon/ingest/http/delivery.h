// One request's way to the disk: its events go through a Pipeline, in as many batches as they need, and finish() waits
// until all of them are committed. Used on the request's thread.
#pragma once

#include <chrono>
#include <memory>

#include "daemon/core/counters.h"
#include "daemon/ingest/pipeline.h"
#include "storage/writer.h"

namespace rw::ingest {

class Delivery {
 public:
  enum class Outcome {
    kCommitted,
    // The writer's queue is full, no commit within the time, or the daemon stops while the store fails: what was sent
    // must be sent again.
    kBusy,
    kFailed,  // the store refuses a batch for good; the writer has logged why
  };

  Delivery(storage::Writer& writer, core::Counters& counters, KeyDeletions& key_deletions,
           std::chrono::milliseconds commit_timeout);

  Pipeline& pipeline() { return pipeline_; }
  // To be called between events: hands a large batch over. False: the queue is full, the request cannot go on, and
  // finish() will say kBusy.
  bool hand_over_large();
  // To be called once. kBusy is counted (Counter::kHttpBusy).
  Outcome finish();
  // What became of the events, once finish() has said kCommitted.
  storage::CommitOutcome committed() const;

 private:
  struct Pending;

  bool hand_over();
  Outcome hand_over_and_wait();

  core::Counters& counters_;
  const std::chrono::milliseconds commit_timeout_;
  Pipeline pipeline_;
  bool partly_taken_ = false;
  bool refused_ = false;  // a batch found no room
  // Shared with the writer, which may answer after the request has given up waiting.
  std::shared_ptr<Pending> pending_;
};

}  // namespace rw::ingest
