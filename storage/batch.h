// What goes to the store in one piece: a batch is written in one transaction, whole or not at all.
// A batch belongs to one thread at a time; it is built by an input or the scheduler and handed to the Writer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/cim/finding.h"
#include "daemon/cim/record.h"
#include "daemon/core/arena.h"
#include "daemon/core/result.h"
#include "storage/late.h"
#include "storage/source.h"

namespace rw::storage {

// Input that could not be decoded, kept for the operator to look at.
struct Rejected {
  core::Micros time;             // arrival
  std::string input;             // "syslog/tcp", "hec", "import", …
  std::string peer;              // address of the sender, or the file
  std::string reason;            // what, where, what was expected
  std::uint64_t size_bytes = 0;  // of the whole input
  std::string sample;            // its first kRejectedSampleBytes bytes
};
inline constexpr std::size_t kRejectedSampleBytes = 4096;

// What a transaction did with a batch.
struct CommitOutcome {
  std::uint64_t registry_stored = 0;
  std::uint64_t processes_stored = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t risk_events_added = 0;
  std::uint64_t notables_added = 0;
  std::uint64_t rows_suppressed = 0;  // throttled rows whose findings were left out
  std::uint64_t source_overflow = 0;  // events of sources beyond kMaxSources
  std::uint64_t late = 0;             // events stored that searches of their time have not seen (see late.h)
  std::uint64_t sources_forgotten = 0;
  std::uint64_t edited = 0;  // rows that the edits changed
};

struct Edits;  // edits.h

struct Batch {
  core::Arena arena;  // holds the texts of the records below
  std::vector<cim::RegistryRecord> registry;
  std::vector<cim::ProcessRecord> processes;
  std::vector<Rejected> rejected;
  std::vector<cim::RiskEvent> risk_events;
  std::vector<cim::Notable> notables;
  std::vector<cim::ThrottledRow> throttled_rows;  // of the findings above, in the order in which they came
  std::uint64_t rows_excepted = 0;                // result rows of which exceptions made nothing; for the counter
  std::vector<cim::Run> runs;
  std::vector<cim::DetectionSince> detections;
  std::vector<HostSilence> silences;
  // Searches of this time begin when the batch is committed: what comes into it from then on is late.
  std::optional<SearchedTime> searched;
  // Late events that all searches have seen by now: up to last_id.
  std::vector<LateSpan> late_done;
  // Hosts (compared without case) that are no sources any more, on no channel; one that sends again is a new one. What
  // the batches of the transaction have seen of them goes, too; their events stay.
  std::vector<std::string> forgotten_hosts;
  std::shared_ptr<const Edits> edits;  // null: none
  // Counted with the records above, in their transaction. Of themselves not worth a commit: see Writer::note().
  std::vector<SourceSeen> sources;

  // Called once, on the writer's thread, after the commit or when the batch is given up. Must be quick and not throw.
  std::function<void(const core::Result<CommitOutcome>&)> on_done;

  // Nothing is in it that needs a commit.
  bool empty() const {
    return registry.empty() && processes.empty() && rejected.empty() && risk_events.empty() && notables.empty() &&
           runs.empty() && detections.empty() && silences.empty() && forgotten_hosts.empty() && !searched &&
           late_done.empty() && edits == nullptr;
  }
  std::size_t events() const { return registry.size() + processes.size(); }

  // Memory it holds, roughly; what the Writer's queue limit counts.
  std::size_t size_bytes() const;
};

}  // namespace rw::storage
