// Those who ask the API in a test: tokens of the store, users, and their sessions.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fixture.h"
#include "storage/edits.h"
#include "web/credentials.h"
#include "web/password.h"

namespace rw::web::test {

inline constexpr std::string_view kPassword = "correct horse battery";

inline std::optional<std::string> header_of(const http::Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return std::nullopt;
}

class Access {
 public:
  explicit Access(ApiOptions options = {}) : fixture(std::move(options)) {}

  // Straight into the store, as a command beside the daemon does it.
  storage::CommitOutcome edit(storage::AccessEdit edit) {
    auto edits = std::make_shared<storage::Edits>();
    edits->access.push_back(std::move(edit));
    storage::Batch batch;
    batch.edits = std::move(edits);
    return fixture.store().open_writer().value()->commit({&batch, 1}).value().front();
  }
  std::string add_token(std::string name, Scopes scopes, std::optional<std::string> expires = std::nullopt) {
    const MadeToken made = make_token(std::move(name), scopes, expires, fixture.clock().now(), "test").value();
    REQUIRE(edit(made.stored).edited == 1);
    return made.secret;
  }
  void add_user(std::string name, Scopes scopes) {
    REQUIRE(edit(storage::NewUser{std::move(name), Passwords().hash(kPassword).value(), scopes.to_json(),
                                  fixture.clock().now()})
                .edited == 1);
  }

  http::Response ask(std::string method, std::string path, std::vector<std::pair<std::string, std::string>> headers,
                     const std::string& body = {}) {
    http::Request request = make_request(std::move(path), {}, std::move(method));
    for (auto& [name, value] : headers) request.headers.emplace(name, value);
    request.peer = peer;
    request.body = body;
    return fixture.ask(std::move(request));
  }
  http::Response with(const std::string& token, std::string method, std::string path, const json& body = nullptr) {
    return ask(std::move(method), std::move(path), {{"authorization", "Bearer " + token}},
               body.is_null() ? std::string() : body.dump());
  }
  http::Response sign_in(std::string_view user, std::string_view password = kPassword) {
    return ask("POST", "/api/v1/session", {}, json{{"user", user}, {"password", password}}.dump());
  }
  json items(const std::string& token, std::string path) {
    const http::Response response = with(token, "GET", std::move(path));
    INFO(response.body);
    REQUIRE(response.status == 200);
    return json::parse(response.body).at("items");
  }

  std::string peer = "192.0.2.7:40000";
  Fixture fixture;
};

// What a browser keeps of an answer to a login.
struct Session {
  explicit Session(const http::Response& response) {
    INFO(response.body);
    REQUIRE(response.status == 200);
    const std::string set = header_of(response, "Set-Cookie").value();
    cookie = set.substr(0, set.find(';'));
    csrf = json::parse(response.body).at("csrf");
  }
  std::string cookie;
  std::string csrf;
};

}  // namespace rw::web::test
