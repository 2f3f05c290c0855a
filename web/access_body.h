// Bodies of the requests about who may ask: sessions, users, tokens. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "daemon/core/result.h"
#include "web/scopes.h"

namespace rw::web {

// All errors: InvalidInput. No password stands in them.

struct LoginRequest {
  std::string user;
  std::string password;
};

core::Result<LoginRequest> parse_login(std::string_view body);

// Both are there.
struct PasswordRequest {
  std::optional<std::string> old_one;
  std::optional<std::string> new_one;
};

core::Result<PasswordRequest> parse_password_request(std::string_view body);

// What was given.
struct UserRequest {
  std::optional<std::string> name;
  std::optional<std::string> password;
  std::optional<Scopes> scopes;
  std::optional<bool> disabled;
};

// name, password, scopes
core::Result<UserRequest> parse_new_user(std::string_view body);
// password, scopes, disabled
core::Result<UserRequest> parse_changed_user(std::string_view body);

struct TokenRequest {
  std::string name;
  Scopes scopes;  // at least one
  std::optional<std::string> expires;
};

core::Result<TokenRequest> parse_token_request(std::string_view body);

}  // namespace rw::web
