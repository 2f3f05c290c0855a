#include "daemon/core/counters.h"

namespace rw::core {

void Counters::add_skipped(std::string_view channel, std::uint32_t event_id) {
  Lock lock(mutex_);
  std::pair<std::string, std::uint32_t> key(channel.substr(0, kMaxChannelBytes), event_id);
  auto it = skipped_.find(key);
  if (it == skipped_.end()) {
    if (skipped_.size() >= kMaxSkippedKinds) key = {"(other)", 0};
    it = skipped_.try_emplace(std::move(key), 0).first;
  }
  ++it->second;
}

std::map<std::pair<std::string, std::uint32_t>, std::uint64_t> Counters::skipped() const {
  Lock lock(mutex_);
  return skipped_;
}

}  // namespace rw::core
