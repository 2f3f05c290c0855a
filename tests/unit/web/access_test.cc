// Who may do what: every route of the table with every scope, tokens of the store, users and their sessions.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "access_fixture.h"
#include "web/attempts.h"
#include "web/route_table.h"

using namespace rw;
using namespace rw::web;
using namespace rw::web::test;

namespace {

// A path that the pattern of a route matches.
std::string example_of(std::string_view pattern) {
  std::string path(pattern);
  for (std::size_t open = path.find('('); open != std::string::npos; open = path.find('(')) {
    const std::size_t close = path.find(')', open);
    std::string group = path.substr(open + 1, close - open - 1);
    group = group == "[^/]+" ? "7" : group.substr(0, group.find('|'));
    path.replace(open, close - open + 1, group);
  }
  std::erase(path, '\\');
  return path;
}

}  // namespace

TEST_CASE("scopes imply others, and ingest none") {
  const auto granted = [](Scopes scopes) { return scopes.granted(); };
  using Names = std::vector<std::string>;
  CHECK(granted({}).empty());
  CHECK(granted({Scope::kIngest}) == Names{"ingest"});
  CHECK(granted({Scope::kRead}) == Names{"read"});
  CHECK(granted({Scope::kIngest, Scope::kRead}) == Names{"ingest", "read"});
  CHECK(granted({Scope::kWrite}) == Names{"read", "write"});
  CHECK(granted({Scope::kAdmin}) == Names{"read", "write", "admin"});
  CHECK(Scopes{Scope::kAdmin, Scope::kIngest}.names() == Names{"ingest", "admin"});
  CHECK(Scopes::from_json(R"(["write","ingest"])") == Scopes{Scope::kIngest, Scope::kWrite});
  CHECK(Scopes::from_json(R"(["root",1])").empty());
  CHECK(Scopes::from_json("admin").empty());
  CHECK(Scopes::parse({"read", "root"}).error().message == "scope 'root': expected ingest, read, write or admin");
  CHECK(Scopes::parse({}).error().message == "scopes: expected at least one of ingest, read, write or admin");
}

TEST_CASE("every route, with every scope and without a token") {
  Access access;
  const std::vector<std::pair<std::string, std::optional<Scope>>> callers = {
      {"", std::nullopt},
      {access.add_token("i", {Scope::kIngest}), Scope::kIngest},
      {access.add_token("r", {Scope::kRead}), Scope::kRead},
      {access.add_token("w", {Scope::kWrite}), Scope::kWrite},
      {access.add_token("a", {Scope::kAdmin}), Scope::kAdmin},
  };
  for (const web::Route& route : web::routes()) {
    const std::string path = example_of(route.path);
    for (const auto& [token, has] : callers) {
      INFO(route.method << " " << path << " with " << (has ? scope_name(*has) : "nothing"));
      std::vector<std::pair<std::string, std::string>> headers;
      if (has) headers.emplace_back("authorization", "Bearer " + token);
      const http::Response response = access.ask(std::string(route.method), path, headers, "no JSON");
      if (!route.scope) {
        CHECK(response.status != 401);
        CHECK(response.status != 403);
      } else if (!has) {
        CHECK(response.status == 401);
        CHECK(header_of(response, "WWW-Authenticate") == "Bearer realm=\"regwarden\"");
      } else if (*has == Scope::kIngest || *has < *route.scope) {
        CHECK(response.status == 403);
        CHECK(header_of(response, "WWW-Authenticate") ==
              "Bearer realm=\"regwarden\", error=\"insufficient_scope\", scope=\"" +
                  std::string(scope_name(*route.scope)) + "\"");
      } else {
        CHECK(response.status != 401);
        CHECK(response.status != 403);
      }
      // What nobody may see is not told apart from what is not there.
      if (!has) CHECK(access.ask("GET", "/api/v1/none", {}).status == 401);
    }
  }
  // Of what changes something nothing is open to those who may read alone, but for searches.
  for (const web::Route& route : web::routes()) {
    if (route.method == "GET" || !route.scope || route.path.find("/search") != std::string::npos) continue;
    INFO(route.method << " " << route.path);
    CHECK(*route.scope >= Scope::kWrite);
  }
}

TEST_CASE("what api.anonymous says is what a request without a token may do") {
  const struct {
    std::optional<Scope> anonymous;
    int read;
    int admin;
    json scopes;
  } cases[] = {
      {std::nullopt, 401, 401, json::array()},
      {Scope::kRead, 200, 401, {"read"}},
      {Scope::kWrite, 200, 401, {"read", "write"}},
      {Scope::kAdmin, 200, 200, {"read", "write", "admin"}},
  };
  for (const auto& test : cases) {
    INFO(test.scopes);
    Access access({.anonymous = test.anonymous});
    CHECK(access.ask("GET", "/api/v1/runs", {}).status == test.read);
    CHECK(access.ask("GET", "/api/v1/tokens", {}).status == test.admin);
    CHECK(json::parse(access.ask("GET", "/api/v1/session", {}).body) == json{{"kind", "anonymous"},
                                                                             {"name", nullptr},
                                                                             {"scopes", test.scopes},
                                                                             {"csrf", nullptr},
                                                                             {"expires", nullptr}});
    // A token that is none is not better than none.
    CHECK(access.with("rw_wrong", "GET", "/api/v1/runs").status == 401);
    CHECK(json::parse(access.with("rw_wrong", "GET", "/api/v1/session").body).at("scopes") == json::array());
  }
}

TEST_CASE("tokens over the API: made, listed, used, revoked, and all of it in the audit") {
  Access access({.tokens = {"configured"}});
  const http::Response made = access.with("configured", "POST", "/api/v1/tokens",
                                          {{"name", "grafana"}, {"scopes", {"read"}}, {"expires", "90d"}});
  INFO(made.body);
  REQUIRE(made.status == 201);
  json token = json::parse(made.body);
  const std::string secret = token.at("token");
  CHECK(secret.size() == 46);
  CHECK(secret.starts_with("rw_"));
  token.erase("token");
  CHECK(token == json{{"id", 1},
                      {"name", "grafana"},
                      {"scopes", {"read"}},
                      {"created", kNow},
                      {"created_by", "token api.tokens"},
                      {"expires", "2027-01-09T12:30:00Z"}});

  CHECK(access.with(secret, "GET", "/api/v1/runs").status == 200);
  CHECK(access.with(secret, "GET", "/api/v1/tokens").status == 403);
  CHECK(json::parse(access.with(secret, "GET", "/api/v1/session").body) == json{{"kind", "token"},
                                                                                {"name", "grafana"},
                                                                                {"scopes", {"read"}},
                                                                                {"csrf", nullptr},
                                                                                {"expires", "2027-01-09T12:30:00Z"}});
  access.fixture.write({});  // behind it stands what was written of its use
  token["last_used"] = kNow;
  CHECK(access.items("configured", "/api/v1/tokens") == json::array({token}));

  CHECK(access.with("configured", "POST", "/api/v1/tokens", {{"name", "grafana"}, {"scopes", {"read"}}}).status == 409);
  CHECK(access.with("configured", "DELETE", "/api/v1/tokens/2").status == 404);
  CHECK(access.with("configured", "DELETE", "/api/v1/tokens/x").status == 404);
  CHECK(access.with("configured", "DELETE", "/api/v1/tokens/1").status == 204);
  CHECK(access.with("configured", "DELETE", "/api/v1/tokens/1").status == 404);
  CHECK(access.with(secret, "GET", "/api/v1/runs").status == 401);
  CHECK(access.items("configured", "/api/v1/tokens")[0].at("revoked") == kNow);
  CHECK(access.with("configured", "POST", "/api/v1/tokens", {{"name", "grafana"}, {"scopes", {"ingest"}}}).status ==
        201);

  json audit = access.items("configured", "/api/v1/audit");
  const auto entry = [](int id, const char* action, json detail) {
    return json{{"id", id},         {"time", kNow},        {"actor", "token api.tokens"}, {"peer", "192.0.2.7:40000"},
                {"action", action}, {"object", "grafana"}, {"detail", std::move(detail)}};
  };
  CHECK(audit == json::array({entry(3, "token.add", {{"scopes", {"ingest"}}, {"expires", nullptr}}),
                              entry(2, "token.revoke", {{"id", 1}}),
                              entry(1, "token.add", {{"scopes", {"read"}}, {"expires", "2027-01-09T12:30:00Z"}})}));
}

TEST_CASE("tokens: what cannot be made") {
  Access access({.anonymous = Scope::kAdmin});
  const struct {
    json body;
    std::string detail;
  } cases[] = {
      {{{"scopes", {"read"}}}, "name: '': expected 1 to 64 letters, digits, '.', '_', '-' or '@'"},
      {{{"name", "a b"}, {"scopes", {"read"}}}, "name: 'a b': expected 1 to 64 letters, digits, '.', '_', '-' or '@'"},
      {{{"name", "api.tokens"}, {"scopes", {"read"}}}, "name: 'api.tokens' means the tokens of the configuration"},
      {{{"name", "a"}}, "scopes: expected at least one of ingest, read, write or admin"},
      {{{"name", "a"}, {"scopes", json::array()}}, "scopes: expected at least one of ingest, read, write or admin"},
      {{{"name", "a"}, {"scopes", "read"}}, "scopes: 'read': expected a list of texts"},
      {{{"name", "a"}, {"scopes", {"Read"}}}, "scope 'Read': expected ingest, read, write or admin"},
      {{{"name", "a"}, {"scopes", {"read"}}, {"expires", "30s"}}, "expires: '30s': expected 1m to 3652d"},
      {{{"name", "a"}, {"scopes", {"read"}}, {"expires", 3}}, "expires: '3': expected a text"},
      {{{"name", "a"}, {"scopes", {"read"}}, {"owner", "b"}},
       "unknown member 'owner': expected one of name, scopes, expires"},
  };
  for (const auto& test : cases) {
    INFO(test.body);
    const http::Response response = access.ask("POST", "/api/v1/tokens", {}, test.body.dump());
    CHECK(response.status == 400);
    CHECK(json::parse(response.body).at("detail") == test.detail);
  }
  CHECK(access.fixture.store().open_reader().value()->access().value().tokens.empty());
}

TEST_CASE("the store has no secret, only what it takes to know one") {
  Access access;
  const std::string secret = access.add_token("a", {Scope::kRead});
  access.add_user("ann", {Scope::kRead});
  const storage::AccessState state = access.fixture.store().open_reader().value()->access().value();
  REQUIRE(state.tokens.size() == 1);
  CHECK(state.tokens[0].hash == hash_secret(secret));
  CHECK(state.tokens[0].hash.size() == 64);
  CHECK(hash_secret("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  REQUIRE(state.users.size() == 1);
  CHECK(state.users[0].password.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
  CHECK(make_token("a", {Scope::kRead}, {}, {}, "").value().secret !=
        make_token("a", {Scope::kRead}, {}, {}, "").value().secret);
}

TEST_CASE("a token ends when it expires") {
  Access access;
  const std::string secret = access.add_token("a", {Scope::kRead}, "1h");
  access.fixture.clock().advance(std::chrono::minutes(59));
  CHECK(access.with(secret, "GET", "/api/v1/runs").status == 200);
  access.fixture.clock().advance(std::chrono::minutes(1));
  CHECK(access.with(secret, "GET", "/api/v1/runs").status == 401);
}

TEST_CASE("a token that a command has made is known at once, one that it has revoked after a while") {
  Access access;
  const std::string secret = access.add_token("a", {Scope::kRead});
  CHECK(access.with(secret, "GET", "/api/v1/runs").status == 200);
  access.edit(storage::RevokedToken{1, access.fixture.clock().now()});
  CHECK(access.with(secret, "GET", "/api/v1/runs").status == 200);  // read again an hour from now
  const auto soon = Authenticator::open(access.fixture.store(), access.fixture.writer(), access.fixture.clock(),
                                        std::chrono::milliseconds(0))
                        .value();
  const std::string other = access.add_token("b", {Scope::kRead});
  CHECK(soon->find_token(other).has_value());
  access.edit(storage::RevokedToken{2, access.fixture.clock().now()});
  CHECK_FALSE(soon->find_token(other).has_value());
}

TEST_CASE("that a token was used is written down once a minute") {
  Access access;
  const std::string secret = access.add_token("a", {Scope::kRead});
  const auto last_used = [&] {
    access.fixture.write({});
    storage::ListRequest list;
    list.listing = storage::Listing::kTokens;
    const storage::ListPage page = access.fixture.store().open_reader().value()->list(list).value();
    const auto& columns = page.table.columns;
    const auto column = static_cast<std::size_t>(std::ranges::find(columns, "last_used") - columns.begin());
    const storage::Value& value = page.table.rows.at(0).at(column);
    return value.is_null() ? std::string("never") : core::format_rfc3339(core::from_us(std::get<std::int64_t>(value)));
  };
  CHECK(last_used() == "never");
  CHECK(access.with(secret, "GET", "/healthz").status == 200);
  CHECK(last_used() == "2026-10-11T12:30:00Z");
  access.fixture.clock().advance(std::chrono::seconds(59));
  CHECK(access.with(secret, "GET", "/api/v1/runs").status == 200);
  CHECK(last_used() == "2026-10-11T12:30:00Z");
  access.fixture.clock().advance(std::chrono::seconds(1));
  CHECK(access.with(secret, "GET", "/api/v1/runs").status == 200);
  CHECK(last_used() == "2026-10-11T12:31:00Z");
}

TEST_CASE("HTTP inputs are told of tokens with scope ingest") {
  Access access;
  CHECK_FALSE(access.fixture.authenticator().knows_senders());
  const std::string reader = access.add_token("r", {Scope::kAdmin});
  const std::string sender = access.add_token("i", {Scope::kIngest}, "1h");
  CHECK(access.fixture.authenticator().may_ingest(sender));
  CHECK_FALSE(access.fixture.authenticator().may_ingest(reader));
  CHECK_FALSE(access.fixture.authenticator().may_ingest(""));
  CHECK(access.fixture.authenticator().knows_senders());
  access.fixture.clock().advance(std::chrono::hours(1));
  CHECK_FALSE(access.fixture.authenticator().may_ingest(sender));
  CHECK_FALSE(access.fixture.authenticator().knows_senders());
}

TEST_CASE("signing in: a cookie that no script can read, and a session with the user's scopes") {
  Access access;
  access.add_user("Ann", {Scope::kWrite});
  const http::Response in = access.sign_in("ann");
  INFO(in.body);
  REQUIRE(in.status == 200);
  const std::string set = header_of(in, "Set-Cookie").value();
  CHECK(std::regex_match(set, std::regex("regwarden_session=[A-Za-z0-9_-]{43}; Path=/; HttpOnly; SameSite=Strict; "
                                         "Max-Age=604800")));
  const Session session(in);
  const json expected = {{"kind", "user"},
                         {"name", "Ann"},
                         {"scopes", {"read", "write"}},
                         {"csrf", session.csrf},
                         {"expires", "2026-10-12T00:30:00Z"}};
  CHECK(json::parse(in.body) == expected);
  CHECK(json::parse(access.ask("GET", "/api/v1/session", {{"cookie", "a=b; " + session.cookie + "; c=d"}}).body) ==
        expected);
  CHECK(access.ask("GET", "/api/v1/runs", {{"cookie", session.cookie}}).status == 200);
  CHECK(access.ask("GET", "/api/v1/users", {{"cookie", session.cookie}}).status == 403);
  // A proxy before us may ask for a password of its own.
  CHECK(access.ask("GET", "/api/v1/runs", {{"cookie", session.cookie}, {"authorization", "Basic eDp5"}}).status == 200);
  CHECK(access.ask("GET", "/api/v1/runs", {{"cookie", session.cookie}, {"authorization", "Bearer x"}}).status == 401);
  CHECK(access.ask("GET", "/api/v1/runs", {{"cookie", session.cookie + "x"}}).status == 401);
  CHECK(Session(access.sign_in("ann")).cookie != session.cookie);

  Access encrypted({.server = {.tls = tls::Options{}}});
  encrypted.add_user("ann", {Scope::kRead});
  CHECK(header_of(encrypted.sign_in("ann"), "Set-Cookie")->ends_with("; Secure"));
}

TEST_CASE("a body that is too much is refused to whoever sends it") {
  Access access;
  const auto sign_in = [&](const std::string& body) { return access.ask("POST", "/api/v1/session", {}, body); };
  const std::string brackets = std::string(100'000, '[') + std::string(100'000, ']');
  const http::Response deep = sign_in("{\"user\": " + brackets + "}");
  CHECK(deep.status == 400);
  CHECK(json::parse(deep.body)["detail"] == "the body: nested more than 32 deep");
  const http::Response longer = sign_in("{\"user\": \"" + std::string(kMaxBodyBytes, 'x') + "\"}");
  CHECK(longer.status == 413);
  CHECK(json::parse(longer.body)["detail"] == "the body: expected at most 256KiB");
  CHECK(access.ask("POST", "/api/v1/users", {}, std::string(kMaxBodyBytes + 1, ' ')).status == 401);
}

TEST_CASE("with a session every change needs the CSRF token, and the same origin") {
  Access access;
  access.add_user("ann", {Scope::kAdmin});
  const Session session(access.sign_in("ann"));
  const auto reload = [&](std::vector<std::pair<std::string, std::string>> headers) {
    headers.emplace_back("cookie", session.cookie);
    return access.ask("POST", "/api/v1/detections/reload", headers).status;
  };
  CHECK(reload({}) == 403);
  CHECK(reload({{"x-csrf-token", ""}}) == 403);
  CHECK(reload({{"x-csrf-token", session.csrf.substr(1)}}) == 403);
  CHECK(reload({{"x-csrf-token", Session(access.sign_in("ann")).csrf}}) == 403);
  CHECK(reload({{"x-csrf-token", session.csrf}}) == 200);
  CHECK(reload({{"x-csrf-token", session.csrf}, {"origin", "https://evil.example"}}) == 403);
  for (const std::string method : {"DELETE", "PATCH"}) {
    CHECK(access.ask(method, "/api/v1/users/ann", {{"cookie", session.cookie}}, "{}").status == 403);
  }
  CHECK(access.ask("DELETE", "/api/v1/session", {{"cookie", session.cookie}}).status == 403);
  // A token does not come by itself.
  CHECK(access.with(access.add_token("t", {Scope::kAdmin}), "POST", "/api/v1/detections/reload").status == 200);
}

TEST_CASE("a session ends: by sign-out, idle, by age, and with the user") {
  Access access;
  access.add_user("ann", {Scope::kRead});
  const std::string admin = access.add_token("t", {Scope::kAdmin});
  const auto status = [&](const Session& session) {
    return access.ask("GET", "/api/v1/runs", {{"cookie", session.cookie}}).status;
  };
  core::Micros began = access.fixture.clock().now();

  SECTION("sign-out ends this one alone") {
    const Session session(access.sign_in("ann"));
    const Session other(access.sign_in("ann"));
    const http::Response out =
        access.ask("DELETE", "/api/v1/session", {{"cookie", session.cookie}, {"x-csrf-token", session.csrf}});
    CHECK(out.status == 204);
    CHECK(header_of(out, "Set-Cookie") == "regwarden_session=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
    CHECK(status(session) == 401);
    CHECK(status(other) == 200);
  }
  SECTION("twelve hours without a request") {
    const Session session(access.sign_in("ann"));
    access.fixture.clock().advance(std::chrono::hours(11));
    CHECK(status(session) == 200);
    access.fixture.clock().advance(std::chrono::hours(12) - std::chrono::seconds(1));
    CHECK(status(session) == 200);
    access.fixture.clock().advance(std::chrono::hours(12));
    CHECK(status(session) == 401);
  }
  SECTION("seven days in all") {
    const Session session(access.sign_in("ann"));
    while (access.fixture.clock().now() < began + std::chrono::hours(7 * 24) - std::chrono::hours(6)) {
      CHECK(status(session) == 200);
      access.fixture.clock().advance(std::chrono::hours(6));
    }
    CHECK(status(session) == 200);
    access.fixture.clock().advance(std::chrono::hours(6));
    CHECK(status(session) == 401);
    // The next sign-in clears it away.
    const Session next(access.sign_in("ann"));
    CHECK(access.fixture.store().open_reader().value()->access().value().sessions.size() == 1);
  }
  SECTION("a new password, to be disabled, to be removed") {
    for (const json& change : {json{{"password", "another long one"}}, json{{"disabled", true}}}) {
      INFO(change);
      access.edit(storage::RemovedUser{"ann"});
      access.add_user("ann", {Scope::kRead});
      const Session session(access.sign_in("ann"));
      CHECK(status(session) == 200);
      CHECK(access.with(admin, "PATCH", "/api/v1/users/ANN", change).status == 200);
      CHECK(status(session) == 401);
      CHECK(access.sign_in("ann").status == 401);
    }
    CHECK(access.with(admin, "PATCH", "/api/v1/users/ann", {{"disabled", false}}).status == 200);
    const Session session(access.sign_in("ann"));
    CHECK(access.with(admin, "PATCH", "/api/v1/users/ann", {{"scopes", {"admin"}}}).status == 200);
    CHECK(access.ask("GET", "/api/v1/users", {{"cookie", session.cookie}}).status == 200);
    CHECK(access.with(admin, "DELETE", "/api/v1/users/ann").status == 204);
    CHECK(access.with(admin, "DELETE", "/api/v1/users/ann").status == 404);
    CHECK(status(session) == 401);
    CHECK(access.fixture.store().open_reader().value()->access().value().sessions.empty());
  }
  SECTION("not with a restart") {
    const Session session(access.sign_in("ann"));
    const auto restarted =
        Authenticator::open(access.fixture.store(), access.fixture.writer(), access.fixture.clock()).value();
    const auto caller = restarted->find_session(session.cookie.substr(session.cookie.find('=') + 1));
    REQUIRE(caller);
    CHECK(caller->actor() == "user ann");
    CHECK(caller->csrf == session.csrf);
  }
}

TEST_CASE("users over the API, with no password in any answer or note") {
  Access access({.tokens = {"configured"}});
  const http::Response added = access.with("configured", "POST", "/api/v1/users",
                                           {{"name", "ann"}, {"password", kPassword}, {"scopes", {"write"}}});
  INFO(added.body);
  CHECK(added.status == 201);
  json user = {{"id", 1}, {"created", kNow}, {"name", "ann"}, {"scopes", {"write"}}, {"disabled", false}};
  CHECK(json::parse(added.body) == user);
  CHECK(
      access
          .with("configured", "POST", "/api/v1/users", {{"name", "ANN"}, {"password", kPassword}, {"scopes", {"read"}}})
          .status == 409);
  CHECK(access.sign_in("ann").status == 200);
  user["last_login"] = kNow;
  CHECK(access.items("configured", "/api/v1/users") == json::array({user}));
  const http::Response changed = access.with("configured", "PATCH", "/api/v1/users/ann",
                                             {{"password", "even longer than that"}, {"scopes", {"read"}}});
  user["scopes"] = {"read"};
  CHECK(changed.status == 200);
  CHECK(json::parse(changed.body) == user);

  const struct {
    std::string method;
    std::string path;
    json body;
    int status;
    std::string detail;
  } wrong[] = {
      {"POST",
       "/api/v1/users",
       {{"name", "bob"}, {"password", "short secret"}},
       400,
       "scopes: expected at least one of ingest, read, write or admin"},
      {"POST",
       "/api/v1/users",
       {{"name", "bob"}, {"password", "short"}, {"scopes", {"read"}}},
       400,
       "password: expected at least 12 characters and at most 256 bytes"},
      {"POST",
       "/api/v1/users",
       {{"name", "bob"}, {"password", 123456789012}, {"scopes", {"read"}}},
       400,
       "password: expected a text"},
      {"POST",
       "/api/v1/users",
       {{"name", "b/b"}, {"password", kPassword}, {"scopes", {"read"}}},
       400,
       "name: 'b/b': expected 1 to 64 letters, digits, '.', '_', '-' or '@'"},
      {"PATCH", "/api/v1/users/bob", {{"disabled", true}}, 404, "there is no user 'bob'"},
      {"PATCH", "/api/v1/users/ann", json::object(), 400, "expected one of password, scopes, disabled"},
      {"PATCH",
       "/api/v1/users/ann",
       {{"name", "bob"}},
       400,
       "unknown member 'name': expected one of password, scopes, disabled"},
      {"PATCH", "/api/v1/users/ann", {{"disabled", "yes"}}, 400, "disabled: 'yes': expected true or false"},
  };
  for (const auto& test : wrong) {
    INFO(test.method << " " << test.body);
    const http::Response response = access.with("configured", test.method, test.path, test.body);
    CHECK(response.status == test.status);
    CHECK(json::parse(response.body).at("detail") == test.detail);
  }

  const json audit = access.items("configured", "/api/v1/audit");
  std::vector<std::string> told;
  for (const json& entry : audit) {
    told.push_back(entry.at("actor").get<std::string>() + ": " + entry.at("action").get<std::string>() + " " +
                   entry.at("object").get<std::string>() + " " + entry.at("detail").dump());
  }
  CHECK(told == std::vector<std::string>{
                    R"(token api.tokens: user.change ann {"password":"changed","scopes":["read"]})",
                    "user ann: session.begin ann {}", R"(token api.tokens: user.add ann {"scopes":["write"]})"});
}

TEST_CASE("passwords cannot be tried for long: of one user, from one address") {
  Access access;
  access.add_user("ann", {Scope::kRead});
  access.add_user("bob", {Scope::kRead});
  for (int i = 0; i < 10; ++i) {
    const http::Response refused = access.sign_in(i % 2 == 0 ? "ann" : "ANN", "wrong password");
    CHECK(refused.status == 401);
    CHECK(json::parse(refused.body).at("detail") == "there is no such user, or the password is another");
  }
  const http::Response stopped = access.sign_in("ann");
  CHECK(stopped.status == 429);
  CHECK(header_of(stopped, "Retry-After") == "60");
  access.peer = "198.51.100.1:9";
  CHECK(access.sign_in("ann").status == 429);  // the user's tries, from anywhere
  CHECK(access.sign_in("bob").status == 200);
  access.fixture.clock().advance(std::chrono::seconds(60));
  CHECK(access.sign_in("ann").status == 200);

  for (int i = 0; i < 20; ++i) {
    access.peer = "[2001:db8::" + std::to_string(i + 1) + "]:9";
    CHECK(access.sign_in("nobody" + std::to_string(i), "wrong password").status == 401);
  }
  CHECK(access.sign_in("bob").status == 429);
  access.peer = "[2001:db8:0:1::1]:9";
  CHECK(access.sign_in("bob").status == 200);
}

TEST_CASE("attempts come back with time, and their memory is bounded") {
  Attempts attempts(3, std::chrono::seconds(10));
  core::Micros now = at(kNow);
  for (int i = 0; i < 3; ++i) CHECK_FALSE(attempts.take("a", now).has_value());
  CHECK(attempts.take("a", now) == std::chrono::seconds(10));
  CHECK(attempts.take("a", now + std::chrono::milliseconds(2500)) == std::chrono::seconds(8));
  CHECK_FALSE(attempts.take("b", now).has_value());
  attempts.give_back("a");
  CHECK_FALSE(attempts.take("a", now).has_value());
  now += std::chrono::seconds(10);
  CHECK_FALSE(attempts.take("a", now).has_value());
  CHECK(attempts.take("a", now).has_value());
  // A clock that is set back by a day locks nobody out for one.
  CHECK(attempts.take("a", now - std::chrono::hours(24)) == std::chrono::seconds(10));

  now += std::chrono::hours(1);
  for (int i = 0; i < 3; ++i) CHECK_FALSE(attempts.take("tried", now).has_value());
  for (std::size_t i = 0; i < 2 * Attempts::kMostKeys; ++i) {
    CHECK_FALSE(attempts.take("key " + std::to_string(i), now).has_value());
  }
  CHECK(attempts.size() == Attempts::kMostKeys);
  CHECK(attempts.take("tried", now).has_value());
}

TEST_CASE("an IPv6 address stands for its network") {
  CHECK(attempt_address("192.0.2.7:40000") == "192.0.2.7");
  CHECK(attempt_address("[2001:db8:1:2:3:4:5:6]:1") == "2001:db8:1:2::");
  CHECK(attempt_address("[::1]:1") == "::");
  CHECK(attempt_address("[::ffff:192.0.2.7]:1") == "::ffff:192.0.2.7");
  CHECK(attempt_address("unix") == "unix");
}
