// Who sends what: for each host and channel, what has come, how, and when.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/core/time.h"
#include "storage/record_ids.h"

namespace rw::storage {

// Files that an operator reads in. They fill holes in record ids, but say nothing about a host that sends: an import
// changes neither arrival nor sender of a source that has one, and a host that was only imported is never silent.
inline constexpr std::string_view kImportInput = "import";

// Sources are made up by whoever sends; more than this are not kept apart, their events are counted in a counter.
inline constexpr std::size_t kMaxSources = 10'000;
inline constexpr std::size_t kMaxSourceNameBytes = 256;  // of a host, a channel, a peer; the rest is cut off

// What a batch adds to one source. Counts are of events that were decoded, whether their kind is stored or not.
struct SourceSeen {
  std::string host;  // as the event names its computer
  std::string channel;
  std::string peer;         // sender's address without port, or the file
  std::string input;        // "syslog/tcp", "hec", …
  std::string_view format;  // a literal, see ingest::name_of(PayloadFormat)
  core::Micros received;    // of the last one
  std::uint64_t events = 0;
  std::uint64_t taken = 0;  // of events: records of the batch
  // Of the events that have a time of their own; unset: none had.
  std::optional<core::Micros> first_event;  // the earliest
  std::optional<core::Micros> last_event;   // of the last to arrive
  std::chrono::microseconds last_delay{0};  // arrival minus event time; negative: the host's clock is ahead
  std::chrono::microseconds min_delay{0};
  std::vector<RecordRun> runs;

  std::size_t size_bytes() const {
    return sizeof(*this) + host.size() + channel.size() + peer.size() + runs.capacity() * sizeof(RecordRun);
  }
};

// A host over all its channels, without imports.
struct HostSeen {
  std::string host;
  core::Micros last_received;
  std::optional<core::Micros> silent_since;
  std::int64_t sources = 0;  // its channels
  std::string peer;          // of its last event
  std::string input;
};

// Says of a host that it is silent since its last event, or (nullopt) that this is no longer said. The former holds
// only if nothing has arrived since.
struct HostSilence {
  std::string host;
  std::optional<core::Micros> since;
};

}  // namespace rw::storage
