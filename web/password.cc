#include "web/password.h"

#include <argon2.h>
#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <utility>

#include "daemon/core/random.h"
#include "daemon/core/text.h"

namespace rw::web {
namespace {

constexpr std::uint32_t kPasses = 2;
constexpr std::uint32_t kMemoryKib = 19 * 1024;
constexpr std::uint32_t kLanes = 1;
constexpr std::size_t kSaltBytes = 16;
constexpr std::uint32_t kHashBytes = 32;
constexpr std::chrono::seconds kTurnPatience{3};

std::string encode(std::string_view password) {
  // Text of random bytes is as good a salt, with all of its bits.
  const std::string salt = core::random_text(kSaltBytes);
  std::array<char, 256> encoded{};
  const int code = argon2id_hash_encoded(kPasses, kMemoryKib, kLanes, password.data(), password.size(), salt.data(),
                                         salt.size(), kHashBytes, encoded.data(), encoded.size());
  return code == ARGON2_OK ? std::string(encoded.data()) : std::string();
}

// Of nobody's password.
const std::string& nobodys_hash() {
  static const std::string hash = encode(core::random_text(kSaltBytes));
  return hash;
}

}  // namespace

core::Result<void> check_password(std::string_view password, std::string_view member) {
  if (password.size() <= kMaxPasswordBytes && core::length_of(password) >= kMinPasswordCharacters) return {};
  return core::invalid_input(fmt::format("{}: expected at least {} characters and at most {} bytes", member,
                                         kMinPasswordCharacters, kMaxPasswordBytes));
}

// A place among those that are at it.
class Passwords::Turn {
 public:
  static core::Result<Turn> wait(Passwords& passwords) {
    const auto until = std::chrono::steady_clock::now() + kTurnPatience;
    core::Lock lock(passwords.mutex_);
    while (passwords.running_ >= kMostAtATime) {
      if (passwords.left_.wait_until(passwords.mutex_, until) == std::cv_status::timeout) {
        return core::Error{core::ErrorCode::kBusy, "too many passwords are being checked"};
      }
    }
    ++passwords.running_;
    return Turn(passwords);
  }
  Turn(Turn&& other) noexcept : passwords_(std::exchange(other.passwords_, nullptr)) {}
  Turn& operator=(Turn&&) = delete;
  ~Turn() {
    if (passwords_ == nullptr) return;
    {
      core::Lock lock(passwords_->mutex_);
      --passwords_->running_;
    }
    passwords_->left_.notify_one();
  }

 private:
  explicit Turn(Passwords& passwords) : passwords_(&passwords) {}
  Passwords* passwords_;
};

core::Result<std::string> Passwords::hash(std::string_view password) {
  RW_CHECK(check_password(password));
  RW_TRY(const Turn turn, Turn::wait(*this));
  std::string encoded = encode(password);
  if (encoded.empty()) return core::Error{core::ErrorCode::kBusy, "there is no memory to hash a password"};
  return encoded;
}

core::Result<bool> Passwords::matches(std::string_view password, const std::string& encoded) {
  if (password.size() > kMaxPasswordBytes) return false;
  RW_TRY(const Turn turn, Turn::wait(*this));
  const std::string& known = encoded.empty() ? nobodys_hash() : encoded;
  const int code = argon2id_verify(known.c_str(), password.data(), password.size());
  if (code == ARGON2_MEMORY_ALLOCATION_ERROR) {
    return core::Error{core::ErrorCode::kBusy, "there is no memory to check a password"};
  }
  return code == ARGON2_OK && !encoded.empty();
}

}  // namespace rw::web
