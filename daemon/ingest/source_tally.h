// Adds up, for a batch, what came from each source (host and channel). One look-up an event, nearly always of the same
// source as the one before. Belongs to a Pipeline.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "daemon/core/time.h"
#include "daemon/ingest/decode/windows_event.h"
#include "storage/source.h"

namespace rw::ingest {

class SourceTally {
 public:
  struct Arrival {
    core::Micros received;
    std::string_view input;
    std::string_view peer;  // with or without port
    std::string_view host;
  };

  // Counts the event, whose time, if any, is plausible; the result lives until the next call, for its `taken`.
  storage::SourceSeen& count(const WindowsEvent& event, const Arrival& arrival);

  bool empty() const { return seen_.empty(); }
  std::size_t size_bytes() const { return bytes_; }
  // When the first event since take() arrived.
  core::Micros since() const { return since_; }

  // Gives what was added up, and starts anew.
  std::vector<storage::SourceSeen> take();

 private:
  std::size_t find(std::string_view host, std::string_view channel);
  void set_peer(std::string_view input, std::string_view peer);

  std::vector<storage::SourceSeen> seen_;
  std::vector<std::string> peers_;                      // of seen_, as the transport writes them
  std::size_t latest_ = 0;                              // index of the last one counted
  std::unordered_map<std::string, std::size_t> index_;  // "host\nchannel"
  std::string key_;
  std::size_t bytes_ = 0;
  core::Micros since_;
};

}  // namespace rw::ingest
