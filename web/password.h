// Passwords of users: argon2id (RFC 9106) with OWASP's 19 MiB, two passes and one lane. A check takes tens of
// milliseconds and that memory, which is what it is for; so few are done at a time.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "daemon/core/mutex.h"
#include "daemon/core/result.h"

namespace rw::web {

inline constexpr std::size_t kMinPasswordCharacters = 12;
inline constexpr std::size_t kMaxPasswordBytes = 256;

// member: what the request calls it. Errors: InvalidInput (too short, too long); no message shows it.
core::Result<void> check_password(std::string_view password, std::string_view member = "password");

// Thread-safe.
class Passwords {
 public:
  static constexpr int kMostAtATime = 2;

  // Encoded with parameters and a new salt. Errors: InvalidInput (as check_password), Busy (others are at it, and were
  // not done soon).
  core::Result<std::string> hash(std::string_view password);

  // Whether it is the one that was hashed. encoded empty: there is no such user; takes as long and is false.
  // Errors: Busy.
  core::Result<bool> matches(std::string_view password, const std::string& encoded);

 private:
  class Turn;

  core::Mutex mutex_;
  core::CondVar left_;
  int running_ RW_GUARDED_BY(mutex_) = 0;
};

}  // namespace rw::web
