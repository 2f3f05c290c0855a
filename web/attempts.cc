#include "web/attempts.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>

#include "daemon/core/endpoint.h"

namespace rw::web {

std::optional<std::chrono::seconds> Attempts::take(const std::string& key, core::Micros now) {
  core::Lock lock(mutex_);
  auto found = whole_again_.find(key);
  if (found == whole_again_.end()) {
    if (whole_again_.size() >= kMostKeys) make_room(now);
    found = whole_again_.emplace(key, now).first;
  }
  // A clock that was set back must not lock anyone out for longer than all tries take.
  const core::Micros whole = std::clamp<core::Micros>(found->second, now, now + most_ahead_);
  const core::Micros next = whole + interval_;
  if (next > now + most_ahead_) {
    found->second = whole;
    return std::chrono::ceil<std::chrono::seconds>(next - now - most_ahead_);
  }
  found->second = next;
  return std::nullopt;
}

void Attempts::give_back(const std::string& key) {
  core::Lock lock(mutex_);
  if (const auto found = whole_again_.find(key); found != whole_again_.end()) found->second -= interval_;
}

std::size_t Attempts::size() const {
  core::Lock lock(mutex_);
  return whole_again_.size();
}

void Attempts::make_room(core::Micros now) {
  std::erase_if(whole_again_, [now](const auto& entry) { return entry.second <= now; });
  if (whole_again_.size() < kMostKeys) return;
  whole_again_.erase(std::ranges::min_element(whole_again_, {}, [](const auto& entry) { return entry.second; }));
}

std::string attempt_address(std::string_view peer) {
  const auto endpoint = core::parse_endpoint(std::string(peer));
  if (!endpoint.ok()) return std::string(peer);
  in6_addr address{};
  if (::inet_pton(AF_INET6, endpoint->host.c_str(), &address) != 1 || IN6_IS_ADDR_V4MAPPED(&address)) {
    return endpoint->host;
  }
  std::fill(std::begin(address.s6_addr) + 8, std::end(address.s6_addr), std::uint8_t{0});
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(AF_INET6, &address, text.data(), text.size());
  return text.data();
}

}  // namespace rw::web
