#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/core/text.h"
#include "web/access_body.h"
#include "web/auth.h"
#include "web/credentials.h"
#include "web/edit.h"
#include "web/parameters.h"
#include "web/problem.h"
#include "web/routes.h"

namespace rw::web {
namespace {

std::string_view kind_name(Caller::Kind kind) {
  switch (kind) {
    case Caller::Kind::kToken:
      return "token";
    case Caller::Kind::kUser:
      return "user";
    case Caller::Kind::kAnonymous:
      break;
  }
  return "anonymous";
}

Json session_of(const Caller& caller) {
  const auto text_or_null = [](const std::string& text) { return text.empty() ? Json() : render_text(text); };
  return {{"kind", kind_name(caller.kind)},
          {"name", text_or_null(caller.name)},
          {"scopes", caller.scopes.granted()},
          {"csrf", text_or_null(caller.csrf)},
          {"expires", caller.expires ? Json(core::format_rfc3339(*caller.expires)) : Json()}};
}

// Of a cookie: HttpOnly, so that no script can read it, and only with requests of our own page. seconds 0: it goes.
std::string cookie(std::string_view secret, std::chrono::seconds life, bool over_tls) {
  return fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict; Max-Age={}{}", kSessionCookie, secret, life.count(),
                     over_tls ? "; Secure" : "");
}

http::Response too_many_attempts(std::chrono::seconds wait, const http::Request& request) {
  http::Response response = problem(429, "too many attempts to sign in: wait before the next one", request.path);
  response.headers.emplace_back("Retry-After", std::to_string(wait.count()));
  return response;
}

http::Response wrong_login(const http::Request& request) {
  http::Response response = problem(401, "there is no such user, or the password is another", request.path);
  response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"regwarden\"");
  return response;
}

// Whose passwords are tried, and from where.
class Attempt {
 public:
  Attempt(const Context& context, const http::Request& request, std::string_view user)
      : context_(context),
        address_(attempt_address(request.peer)),
        user_(core::fold_ascii(user.substr(0, kMaxNameBytes))) {}

  // Otherwise as Attempts::take().
  std::optional<std::chrono::seconds> take() {
    const core::Micros now = context_.sources.clock.now();
    if (const auto wait = context_.logins.of_address.take(address_, now)) return wait;
    return context_.logins.of_user.take(user_, now);
  }
  // It was no failure.
  void give_back() {
    context_.logins.of_address.give_back(address_);
    context_.logins.of_user.give_back(user_);
  }

 private:
  const Context& context_;
  const std::string address_;
  const std::string user_;
};

core::Result<Caller> begin_session(const Context& context, const http::Request& request,
                                   const storage::StoredUser& user, const std::string& secret) {
  storage::Edits edits;
  edits.access.emplace_back(storage::NewSession{hash_secret(secret), user.id, context.sources.clock.now()});
  storage::AuditEntry note = audit_entry(context, request, "session.begin", user.name, Json::object());
  note.actor = "user " + user.name;
  edits.audit.push_back(std::move(note));
  RW_TRY(const storage::CommitOutcome outcome, commit_edits(context, std::move(edits)));
  RW_CHECK(context.sources.authenticator.reload());
  auto caller = context.sources.authenticator.find_session(secret);
  if (outcome.edited > 0 && caller) return *std::move(caller);
  return core::Error{core::ErrorCode::kBusy, "the user was changed meanwhile: sign in again"};
}

}  // namespace

Answer get_session(const Context& context, const http::Request&) { return json_response(session_of(context.caller)); }

Answer open_session(const Context& context, const http::Request& request) {
  RW_CHECK(expect_no_parameters(request));
  RW_TRY(const LoginRequest login, parse_login(request.body));
  Attempt attempt(context, request, login.user);
  if (const auto wait = attempt.take()) return too_many_attempts(*wait, request);

  RW_CHECK(context.sources.authenticator.reload());
  const auto user = context.sources.authenticator.find_user(login.user);
  RW_TRY(const bool matches, context.logins.passwords.matches(login.password, user ? user->password : std::string()));
  if (!matches || user->disabled) {
    spdlog::warn("api: {} could not sign in as {}", request.peer, core::quoted(login.user));
    return wrong_login(request);
  }
  attempt.give_back();

  const std::string secret = make_session_secret();
  RW_TRY(const Caller caller, begin_session(context, request, *user, secret));
  http::Response response = json_response(session_of(caller));
  response.headers.emplace_back("Set-Cookie", cookie(secret, storage::kSessionLife, context.over_tls));
  return response;
}

Answer end_session(const Context& context, const http::Request& request) {
  RW_CHECK(expect_no_parameters(request));
  if (context.caller.kind == Caller::Kind::kUser) {
    storage::Edits edits;
    edits.access.emplace_back(storage::EndedSession{context.caller.session_hash});
    edits.audit.push_back(audit_entry(context, request, "session.end", context.caller.name, Json::object()));
    RW_CHECK(commit_edits(context, std::move(edits)));
    RW_CHECK(context.sources.authenticator.reload());
  }
  http::Response response;
  response.status = 204;
  response.headers.emplace_back("Set-Cookie", cookie("", std::chrono::seconds(0), context.over_tls));
  return response;
}

Answer change_own_password(const Context& context, const http::Request& request) {
  RW_CHECK(expect_no_parameters(request));
  RW_TRY(const PasswordRequest asked, parse_password_request(request.body));
  const Caller& caller = context.caller;
  if (caller.kind != Caller::Kind::kUser) {
    return problem(403, fmt::format("this takes the session of a user: {} has no password", caller.actor()),
                   request.path, "sign in with POST /api/v1/session, and send its cookie and no token");
  }
  RW_CHECK(check_password(*asked.new_one, "new"));
  Attempt attempt(context, request, caller.name);
  if (const auto wait = attempt.take()) return too_many_attempts(*wait, request);

  RW_CHECK(context.sources.authenticator.reload());
  const auto user = context.sources.authenticator.find_user(caller.name);
  RW_TRY(const bool matches, context.logins.passwords.matches(*asked.old_one, user ? user->password : std::string()));
  if (!matches) {
    spdlog::warn("api: {} could not change the password of {}", request.peer, core::quoted(caller.name));
    return problem(403, "old: this is not the password of who is signed in", request.path);
  }
  attempt.give_back();

  RW_TRY(std::string password, context.logins.passwords.hash(*asked.new_one));
  storage::Edits edits;
  edits.access.emplace_back(
      storage::ChangedPassword{user->id, user->password, std::move(password), caller.session_hash});
  edits.audit.push_back(audit_entry(context, request, "user.change", user->name, {{"password", "changed"}}));
  RW_TRY(const storage::CommitOutcome outcome, commit_edits(context, std::move(edits)));
  RW_CHECK(context.sources.authenticator.reload());
  if (outcome.edited == 0) return problem(409, "the user was changed meanwhile: sign in again", request.path);
  return http::Response{.status = 204};
}

}  // namespace rw::web
