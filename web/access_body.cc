#include "web/access_body.h"

#include "web/body.h"

namespace rw::web {
namespace {

constexpr std::string_view kUserExample = R"({"name": "ann", "password": "…", "scopes": ["write"]})";

core::Result<UserRequest> parse_user_request(std::string_view body, bool is_new) {
  RW_TRY(const Json object, parse_object(body, is_new ? kUserExample : R"({"disabled": true})"));
  UserRequest request;
  for (const auto& [member, value] : object.items()) {
    if (member == "name" && is_new) {
      RW_TRY(request.name, parse_text(member, value));
    } else if (member == "password") {
      // Not unexpected(), which shows the value.
      if (!value.is_string()) return core::invalid_input("password: expected a text");
      request.password = value.get<std::string>();
    } else if (member == "scopes") {
      RW_TRY(request.scopes, parse_scopes(value));
    } else if (member == "disabled" && !is_new) {
      if (!value.is_boolean()) return unexpected(member, value, "true or false");
      request.disabled = value.get<bool>();
    } else {
      return unknown_member(member, is_new ? "name, password, scopes" : "password, scopes, disabled");
    }
  }
  return request;
}

}  // namespace

core::Result<LoginRequest> parse_login(std::string_view body) {
  RW_TRY(const Json object, parse_object(body, R"({"user": "ann", "password": "…"})"));
  LoginRequest login;
  for (const auto& [member, value] : object.items()) {
    if (member != "user" && member != "password") return unknown_member(member, "user, password");
    // Not unexpected(), which shows the value.
    if (!value.is_string()) return core::invalid_input(member + ": expected a text");
    (member == "user" ? login.user : login.password) = value.get<std::string>();
  }
  return login;
}

core::Result<PasswordRequest> parse_password_request(std::string_view body) {
  RW_TRY(const Json object, parse_object(body, R"({"old": "…", "new": "…"})"));
  PasswordRequest request;
  for (const auto& [member, value] : object.items()) {
    if (member != "old" && member != "new") return unknown_member(member, "old, new");
    if (!value.is_string()) return core::invalid_input(member + ": expected a text");
    (member == "old" ? request.old_one : request.new_one) = value.get<std::string>();
  }
  if (!request.old_one || !request.new_one) return core::invalid_input("expected old and new");
  return request;
}

core::Result<UserRequest> parse_new_user(std::string_view body) { return parse_user_request(body, true); }

core::Result<UserRequest> parse_changed_user(std::string_view body) { return parse_user_request(body, false); }

core::Result<TokenRequest> parse_token_request(std::string_view body) {
  RW_TRY(const Json object, parse_object(body, R"({"name": "grafana", "scopes": ["read"], "expires": "90d"})"));
  TokenRequest request;
  for (const auto& [member, value] : object.items()) {
    if (member == "name") {
      RW_TRY(request.name, parse_text(member, value));
    } else if (member == "scopes") {
      RW_TRY(request.scopes, parse_scopes(value));
    } else if (member == "expires") {
      if (value.is_null()) continue;
      RW_TRY(request.expires, parse_text(member, value));
    } else {
      return unknown_member(member, "name, scopes, expires");
    }
  }
  if (request.scopes.empty()) RW_CHECK(Scopes::parse({}));
  return request;
}

}  // namespace rw::web
