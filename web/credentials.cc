#include "web/credentials.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <utility>

#include "daemon/core/hash.h"
#include "daemon/core/random.h"
#include "daemon/core/text.h"
#include "daemon/core/units.h"

namespace rw::web {
namespace {

constexpr std::size_t kSecretBytes = 32;
constexpr std::chrono::minutes kShortestLife{1};
constexpr std::chrono::hours kLongestLife{24 * 3652};

bool is_name_character(char c) {
  return core::is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         std::string_view("._-@").find(c) != std::string_view::npos;
}

}  // namespace

std::string make_session_secret() { return core::random_text(kSecretBytes); }

std::string hash_secret(std::string_view secret) { return core::hex_digest(core::Digest::kSha256, secret); }

std::string csrf_token(std::string_view session_secret) {
  return core::hex_digest(core::Digest::kSha256, "regwarden csrf " + std::string(session_secret));
}

core::Result<void> check_name(std::string_view name) {
  if (!name.empty() && name.size() <= kMaxNameBytes && std::ranges::all_of(name, is_name_character)) return {};
  return core::invalid_input(fmt::format("name: {}: expected 1 to {} letters, digits, '.', '_', '-' or '@'",
                                         core::quoted(name), kMaxNameBytes));
}

core::Result<MadeToken> make_token(std::string name, const Scopes& scopes, const std::optional<std::string>& expires_in,
                                   core::Micros now, std::string created_by) {
  RW_CHECK(check_name(name));
  if (name == kConfiguredTokenName) {
    return core::invalid_input(fmt::format("name: '{}' means the tokens of the configuration", name));
  }
  MadeToken made;
  made.secret = "rw_" + core::random_text(kSecretBytes);
  made.stored = {.name = std::move(name),
                 .hash = hash_secret(made.secret),
                 .scopes = scopes.to_json(),
                 .created = now,
                 .created_by = std::move(created_by)};
  if (!expires_in) return made;
  const auto life = core::parse_duration(*expires_in);
  if (!life.ok()) return core::invalid_input("expires: " + life.error().message);
  if (*life < kShortestLife || *life > kLongestLife) {
    return core::invalid_input(
        fmt::format("expires: {}: expected 1m to {}", core::quoted(*expires_in), core::format_duration(kLongestLife)));
  }
  made.stored.expires = now + *life;
  return made;
}

}  // namespace rw::web
