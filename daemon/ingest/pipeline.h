// The one sink that all inputs call: payload → WindowsEvent → CIM record → batch → Writer. One object per input
// thread or connection, used by one thread at a time.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/core/counters.h"
#include "daemon/core/time.h"
#include "daemon/ingest/decode/windows_event.h"
#include "daemon/ingest/fallback.h"
#include "daemon/ingest/normalize/key_deletions.h"
#include "daemon/ingest/source_tally.h"
#include "daemon/ingest/syslog/header.h"
#include "storage/batch.h"
#include "storage/writer.h"

namespace rw::ingest {

// What the transport knows about a message. Views need to live only for the call.
struct MessageContext {
  core::Micros received;
  std::string_view input;  // "syslog/udp", "syslog/tcp", "hec", "import"
  std::string_view peer;   // address, or file
  // Used only where the event itself lacks them.
  Fallback fallback = {};
  // Null, or asked in place of `fallback`.
  FallbackReader* fallback_reader = nullptr;
  // The syslog header, where there was one; its texts are views of the message.
  const SyslogMessage* header = nullptr;
  // For times without a zone. Null: they count as none.
  const core::TimeZone* zone = nullptr;
  // The message was longer than the limit by this many bytes, which are gone. 0: it is whole.
  std::uint64_t cut_bytes = 0;
};

class Pipeline {
 public:
  // `key_deletions` is shared by all pipelines of an input: what belongs together may come by two of its threads or
  // requests. All of them outlive the pipeline.
  Pipeline(storage::Writer& writer, core::Counters& counters, KeyDeletions& key_deletions);
  // What was counted of sources is given to the writer; a batch that was not flushed is gone.
  ~Pipeline();
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  // Decodes a payload (see decode/payload.h) and adds its records to the current batch. Returns the number of events
  // recognised (stored kinds or not). What could not be decoded was counted and added to `rejected`, each faulty event
  // of a payload for itself; the others are kept. Errors: InvalidInput: no event was recognised; the first fault.
  core::Result<std::size_t> add(std::string_view payload, const MessageContext& context);

  // Counts and keeps an input that never got as far as a payload.
  void reject(std::string_view input_bytes, std::uint64_t size_bytes, std::string reason,
              const MessageContext& context);

  // Inputs counted and kept as rejected so far, those of all batches.
  std::size_t rejected_total() const { return rejected_total_; }

  // Nothing waits to be committed.
  bool empty() const { return batch_.empty(); }
  // Events of kinds that are not stored were counted for their sources, and flush() is still to tell the writer.
  bool has_counts() const { return !sources_.empty(); }
  // The batch has reached the size at which it is worth handing over (about 1 MiB).
  bool large() const;

  // Hands the batch to the writer. False: the writer's queue is full; the batch stays here, call again later.
  // on_done, if given, is called on the writer's thread (see storage::Batch). An empty batch is true without a call;
  // counts alone (has_counts) are written soon, with what others have to commit.
  using OnDone = std::function<void(const core::Result<storage::CommitOutcome>&)>;
  bool flush(OnDone on_done = {});
  // The same, waiting for room until the deadline.
  bool flush_until(std::chrono::steady_clock::time_point deadline, OnDone on_done = {});

 private:
  core::Result<std::size_t> decode(std::string_view payload, const MessageContext& context);
  // Of an event whose time, if any, is plausible. True when it went into the batch: then its texts must stay in the
  // arena.
  core::Result<bool> take(const WindowsEvent& event, const MessageContext& context);
  // Counts an event that is not stored. False.
  bool skip(const WindowsEvent& event);
  // Hands over what was counted while there is no batch to take it along.
  void note_counts();
  // flush() up to the handing over; false: there is no batch.
  bool close_batch(OnDone on_done);
  void refuse(std::string_view input_bytes, const core::Error& error, const MessageContext& context);

  void start_batch();

  storage::Writer& writer_;
  core::Counters& counters_;
  KeyDeletions& key_deletions_;
  storage::Batch batch_;
  SourceTally sources_;             // of batch_, and of events that are not stored
  std::size_t rejected_bytes_ = 0;  // of batch_.rejected
  std::size_t usual_records_ = 0;   // of a batch: room for so many is made at once
  std::size_t rejected_total_ = 0;
  WindowsEvent event_;  // reused
  std::string scratch_;
};

}  // namespace rw::ingest
