// How often somebody may try a password: a number at once, then one each interval, for each key (a user, an address).
// Memory is bounded: of more keys than kMostKeys those go that have the most tries left.
// Thread-safe; time is given.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "daemon/core/mutex.h"
#include "daemon/core/time.h"

namespace rw::web {

class Attempts {
 public:
  static constexpr std::size_t kMostKeys = 4096;

  // burst: at once; interval: until there is one more.
  Attempts(int burst, std::chrono::seconds interval) : interval_(interval), most_ahead_(burst * interval_) {}

  // Takes one. Otherwise none is left: until there is one.
  std::optional<std::chrono::seconds> take(const std::string& key, core::Micros now);
  // One that was taken, and was no failure.
  void give_back(const std::string& key);

  std::size_t size() const;

 private:
  void make_room(core::Micros now) RW_REQUIRES(mutex_);

  const std::chrono::microseconds interval_;
  const std::chrono::microseconds most_ahead_;
  mutable core::Mutex mutex_;
  // When all tries are there again: each that is taken puts it off by an interval (GCRA).
  std::unordered_map<std::string, core::Micros> whole_again_ RW_GUARDED_BY(mutex_);
};

// Whom "address:port" stands for: an IPv4 address, or the /64 of an IPv6 one, as who has one of its addresses has all.
std::string attempt_address(std::string_view peer);

}  // namespace rw::web
