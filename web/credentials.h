// Tokens as they are made and asked for: what the API and `regwarden token` share.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/core/result.h"
#include "daemon/core/time.h"
#include "storage/access.h"
#include "web/scopes.h"

namespace rw::web {

// How the tokens of the configuration are called, which have no names.
inline constexpr std::string_view kConfiguredTokenName = "api.tokens";

// 256 random bits: a plain hash of it is safe to keep, it cannot be found by trying.
std::string make_session_secret();
std::string hash_secret(std::string_view secret);

// What is told once to whoever opens a session, and must come back in X-CSRF-Token with everything that changes
// something. Follows from the session's secret, which a page of another site cannot read.
std::string csrf_token(std::string_view session_secret);

inline constexpr std::size_t kMaxNameBytes = 64;
// Of tokens and users: 1 to 64 of letters, digits, '.', '_', '-' and '@'. Errors: InvalidInput.
core::Result<void> check_name(std::string_view name);

struct MadeToken {
  std::string secret;  // "rw_…", shown once and not kept
  storage::NewToken stored;
};
// expires_in: "90d", one minute to ten years; unset: never. Errors: InvalidInput.
core::Result<MadeToken> make_token(std::string name, const Scopes& scopes, const std::optional<std::string>& expires_in,
                                   core::Micros now, std::string created_by);

}  // namespace rw::web
