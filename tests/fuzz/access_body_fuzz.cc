// Any bytes as the body of a request about sessions, users and tokens: it is refused with a reason that shows no
// password, or what was asked for is what stands in it.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "daemon/core/text.h"
#include "web/access_body.h"
#include "web/body.h"
#include "web/credentials.h"

namespace {

using namespace rw;

constexpr core::Micros kNow = core::from_us(1'791'749'655'000'000);
constexpr std::size_t kLooksSecret = 8;  // shorter ones are part of our own words

// Whether the text stands twice in the body: what is shown may be the other one.
bool is_elsewhere(std::string_view body, std::string_view text) {
  const std::size_t first = body.find(text);
  return first == std::string_view::npos || body.find(text, first + 1) != std::string_view::npos;
}

void expect_reason(const core::Error& error, std::string_view body) {
  RW_ASSERT(error.code == core::ErrorCode::kInvalidInput && !error.message.empty());
  const auto object = web::Json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return;
  for (const char* const member : {"password", "old", "new"}) {
    const auto value = object.find(member);
    if (value == object.end()) continue;
    const std::string text = value->is_string() ? value->get<std::string>() : value->dump();
    if (text.size() < kLooksSecret || is_elsewhere(body, text)) continue;
    RW_ASSERT(core::render(error).find(text) == std::string::npos);
  }
}

void examine_token(std::string_view body) {
  const auto token = web::parse_token_request(body);
  if (!token.ok()) return expect_reason(token.error(), body);
  RW_ASSERT(!token->scopes.empty() && web::Scopes::from_json(token->scopes.to_json()) == token->scopes);
  const auto again = web::Scopes::parse(token->scopes.names());
  RW_ASSERT(again.ok() && *again == token->scopes);
  const auto made = web::make_token(token->name, token->scopes, token->expires, kNow, "user ann");
  if (!made.ok()) return expect_reason(made.error(), body);
  const storage::NewToken& stored = made->stored;
  RW_ASSERT(web::check_name(stored.name).ok() && stored.name == token->name);
  RW_ASSERT(stored.expires.has_value() == token->expires.has_value());
  RW_ASSERT(!stored.expires || *stored.expires >= kNow + std::chrono::minutes(1));
  RW_ASSERT(made->secret.starts_with("rw_") && stored.hash == web::hash_secret(made->secret));
}

void examine_user(const core::Result<web::UserRequest>& user, std::string_view body) {
  if (!user.ok()) return expect_reason(user.error(), body);
  RW_ASSERT(!user->scopes || !user->scopes->empty());
  for (const auto& text : {user->name, user->password}) RW_ASSERT(!text || core::is_valid_utf8(*text));
  if (!user->name || !web::check_name(*user->name).ok()) return;
  RW_ASSERT(!user->name->empty() && user->name->size() <= web::kMaxNameBytes);
  RW_ASSERT(user->name->find_first_of(std::string_view("\0 \"'<>/\n", 8)) == std::string::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  if (const auto login = web::parse_login(body); !login.ok()) {
    expect_reason(login.error(), body);
  } else {
    RW_ASSERT(core::is_valid_utf8(login->user) && core::is_valid_utf8(login->password));
  }
  if (const auto change = web::parse_password_request(body); !change.ok()) {
    expect_reason(change.error(), body);
  } else {
    RW_ASSERT(change->old_one && change->new_one);
  }
  examine_user(web::parse_new_user(body), body);
  examine_user(web::parse_changed_user(body), body);
  examine_token(body);
  return 0;
}
