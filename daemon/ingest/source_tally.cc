#include "daemon/ingest/source_tally.h"

#include <algorithm>
#include <utility>

#include "daemon/core/endpoint.h"
#include "daemon/core/text.h"

namespace rw::ingest {
namespace {

std::string_view cut_name(std::string_view text) { return text.substr(0, storage::kMaxSourceNameBytes); }

// A time of the event's own.
void count_time(storage::SourceSeen& seen, core::Micros time, core::Micros received) {
  const auto delay = received - time;
  seen.min_delay = seen.last_event ? std::min(seen.min_delay, delay) : delay;
  seen.last_delay = delay;
  seen.first_event = seen.first_event ? std::min(*seen.first_event, time) : time;
  seen.last_event = time;
}

// Bytes that it took.
std::size_t count_record_id(std::vector<storage::RecordRun>& runs, std::uint64_t id, core::Micros time) {
  if (!runs.empty() && id == runs.back().last + 1) {
    runs.back().last = id;
    runs.back().last_time = std::max(runs.back().last_time, time);
    return 0;
  }
  runs.push_back({id, id, time, time});
  return sizeof(storage::RecordRun);
}

}  // namespace

storage::SourceSeen& SourceTally::count(const WindowsEvent& event, const Arrival& arrival) {
  const std::string_view host = cut_name(arrival.host);
  const std::string_view channel = cut_name(event.channel);
  if (seen_.empty()) since_ = arrival.received;
  if (seen_.empty() || seen_[latest_].host != host || seen_[latest_].channel != channel) {
    latest_ = find(host, channel);
  }
  storage::SourceSeen& seen = seen_[latest_];
  if (seen.events == 0 || peers_[latest_] != arrival.peer || seen.input != arrival.input) {
    set_peer(arrival.input, arrival.peer);
  }
  seen.format = name_of(event.format);
  seen.received = arrival.received;
  ++seen.events;
  if (event.time) {
    count_time(seen, *event.time, arrival.received);
    // A time of the future is the fault of a clock; as the newest it would hide for long that a log begins anew.
    if (event.record_id) {
      bytes_ += count_record_id(seen.runs, *event.record_id, std::min(*event.time, arrival.received));
    }
  }
  return seen;
}

std::size_t SourceTally::find(std::string_view host, std::string_view channel) {
  key_.assign(host);
  key_ += '\n';
  key_ += channel;
  const auto [known, is_new] = index_.try_emplace(key_, seen_.size());
  if (!is_new) return known->second;
  storage::SourceSeen& seen = seen_.emplace_back();
  peers_.emplace_back();
  seen.host = host;
  seen.channel = channel;
  bytes_ += seen.size_bytes() + key_.size();
  return seen_.size() - 1;
}

void SourceTally::set_peer(std::string_view input, std::string_view peer) {
  storage::SourceSeen& seen = seen_[latest_];
  bytes_ += peer.size() - peers_[latest_].size();
  peers_[latest_] = peer;
  seen.input = input;
  const auto endpoint = core::parse_endpoint(peer);
  seen.peer = core::to_valid_utf8(cut_name(endpoint.ok() ? std::string_view(endpoint->host) : peer));
}

std::vector<storage::SourceSeen> SourceTally::take() {
  index_.clear();
  peers_.clear();
  latest_ = 0;
  bytes_ = 0;
  return std::exchange(seen_, {});
}

}  // namespace rw::ingest
