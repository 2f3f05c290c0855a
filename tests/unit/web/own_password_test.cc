// POST /api/v1/session/password: who has signed in gets another password, with the one there is.
#include <string>

#include "access_fixture.h"

using namespace rw;
using namespace rw::web;
using namespace rw::web::test;

namespace {

constexpr std::string_view kNewPassword = "correct horse stable";

class OwnPassword : public Access {
 public:
  OwnPassword() { add_user("ann", {Scope::kIngest}); }  // the least that a user may have

  http::Response change(const Session& session, const std::string& body) {
    return ask("POST", "/api/v1/session/password", {{"cookie", session.cookie}, {"x-csrf-token", session.csrf}}, body);
  }
  http::Response change(const Session& session, std::string_view old_one, std::string_view new_one) {
    return change(session, json{{"old", old_one}, {"new", new_one}}.dump());
  }
  std::string who(const Session& session) {
    return json::parse(ask("GET", "/api/v1/session", {{"cookie", session.cookie}}).body).at("kind");
  }
};

std::string detail_of(const http::Response& response) { return json::parse(response.body).at("detail"); }

}  // namespace

TEST_CASE("a user changes the own password: this session stays, all others of the user end") {
  OwnPassword access;
  access.add_user("bob", {Scope::kRead});
  const std::string admin = access.add_token("t", {Scope::kAdmin});
  const Session here(access.sign_in("ann"));
  const Session elsewhere(access.sign_in("ANN"));
  const Session of_bob(access.sign_in("bob"));
  const http::Response changed = access.change(here, kPassword, kNewPassword);
  INFO(changed.body);
  REQUIRE(changed.status == 204);
  CHECK(access.who(here) == "user");
  CHECK(access.who(elsewhere) == "anonymous");
  CHECK(access.who(of_bob) == "user");
  CHECK(access.sign_in("ann").status == 401);
  CHECK(access.sign_in("ann", kNewPassword).status == 200);
  CHECK(access.change(here, kNewPassword, kPassword).status == 204);

  const json entry = access.items(admin, "/api/v1/audit").at(0);
  CHECK(entry.at("actor") == "user ann");
  CHECK(entry.at("action") == "user.change");
  CHECK(entry.at("object") == "ann");
  CHECK(entry.at("detail") == json{{"password", "changed"}});
}

TEST_CASE("the own password: what is not done") {
  OwnPassword access;
  const Session session(access.sign_in("ann"));
  const struct {
    std::string body;
    std::string detail;
  } wrong[] = {
      {"[]", "the body: expected a JSON object in UTF-8"},
      {R"({"old": "x"})", "expected old and new"},
      {R"({"old": "x", "new": 5})", "new: expected a text"},
      {R"({"old": "x", "new": "y", "user": "bob"})", "unknown member 'user': expected one of old, new"},
      {R"({"old": "x", "new": "short"})", "new: expected at least 12 characters and at most 256 bytes"},
  };
  for (const auto& test : wrong) {
    INFO(test.body);
    const http::Response response = access.change(session, test.body);
    CHECK(response.status == 400);
    CHECK(detail_of(response) == test.detail);
  }

  const std::string body = json{{"old", kPassword}, {"new", kNewPassword}}.dump();
  const std::string token = access.add_token("t", {Scope::kAdmin});
  const http::Response of_token =
      access.ask("POST", "/api/v1/session/password", {{"authorization", "Bearer " + token}}, body);
  CHECK(of_token.status == 403);
  CHECK(detail_of(of_token) == "this takes the session of a user: token t has no password");
  const http::Response of_nobody = access.ask("POST", "/api/v1/session/password", {}, body);
  CHECK(of_nobody.status == 403);
  CHECK(detail_of(of_nobody) == "this takes the session of a user: anonymous has no password");
  const http::Response from_elsewhere =
      access.ask("POST", "/api/v1/session/password", {{"cookie", session.cookie}}, body);
  CHECK(from_elsewhere.status == 403);
  CHECK(detail_of(from_elsewhere) == "X-CSRF-Token: expected the csrf of GET /api/v1/session");
  CHECK(access.sign_in("ann").status == 200);
}

TEST_CASE("who has found a session cannot try passwords with it for long") {
  OwnPassword access;
  const Session session(access.sign_in("ann"));
  for (int i = 0; i < 10; ++i) {
    const http::Response refused = access.change(session, "wrong password", kNewPassword);
    CHECK(refused.status == 403);
    CHECK(detail_of(refused) == "old: this is not the password of who is signed in");
  }
  const http::Response stopped = access.change(session, kPassword, kNewPassword);
  CHECK(stopped.status == 429);
  CHECK(header_of(stopped, "Retry-After") == "60");
  CHECK(access.sign_in("ann").status == 429);  // they are the tries of signing in
  access.fixture.clock().advance(std::chrono::seconds(60));
  CHECK(access.change(session, kPassword, kNewPassword).status == 204);
}
