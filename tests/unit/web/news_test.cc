// GET /api/v1/stream: what is new, as server-sent events.
#include "web/news.h"

#include <memory>
#include <string>
#include <vector>

#include "access_fixture.h"
#include "streamed.h"

using namespace rw;
using namespace rw::web;
using namespace rw::web::test;

namespace {

// What a client gets that goes after its first look.
std::string first_events(const http::Response& response) {
  REQUIRE(response.status == 200);
  CHECK(response.content_type == "text/event-stream; charset=utf-8");
  TakingSink sink(0);
  CHECK_FALSE(response.source(sink));
  return sink.body;
}

}  // namespace

TEST_CASE("places are written and read") {
  const web::NewsPlace place{.notable = 12, .risk_event = 34, .run = 0, .change = 7};
  CHECK(web::format_place(place) == "12.34.0.7");
  CHECK(web::parse_place("12.34.0.7") == place);
  for (const char* wrong :
       {"", "1", "1.2.3", "1.2.3.", "1.2.3.4.5", "1.2.3.-4", "1.2.3.x", "1.2.3.4 ", "1.2.3.99999999999999999999"}) {
    INFO(wrong);
    CHECK_FALSE(web::parse_place(wrong));
  }
}

TEST_CASE("each kind of news has its event, the newest and how many there are") {
  const web::NewsPlace seen{.notable = 1, .risk_event = 5, .run = 9, .change = 2};
  CHECK(web::render_news(seen, 0, {.place = seen}).empty());
  CHECK(web::render_news(
            seen, 0,
            {.place = {.notable = 3, .risk_event = 6, .run = 9, .change = 3}, .changed_notable = 1, .conditions = 1}) ==
        "event: notable\nid: 3.6.9.3\ndata: {\"id\":3,\"count\":2}\n\n"
        "event: notable\nid: 3.6.9.3\ndata: {\"id\":1,\"count\":1}\n\n"
        "event: risk_event\nid: 3.6.9.3\ndata: {\"id\":6,\"count\":1}\n\n"
        "event: condition\nid: 3.6.9.3\ndata: {\"id\":1,\"count\":1}\n\n");
}

TEST_CASE("a client hears where it is, and one that comes back hears what it missed") {
  Fixture fixture;
  storage::Batch batch;
  batch.notables = {notable("n1", "[]", "{}"), notable("n2", "[]", "{}")};
  batch.risk_events = {risk_event("WS1", 1, kNow)};
  fixture.write(std::move(batch));
  const std::string ping = "event: ping\nid: 2.1.0.0\ndata: {}\n\n";
  CHECK(first_events(fixture.get("/api/v1/stream")) == "retry: 2000\n\n" + ping);
  const std::string missed = "retry: 2000\n\nevent: notable\nid: 2.1.0.0\ndata: {\"id\":2,\"count\":1}\n\n" + ping;
  http::Request request = make_request("/api/v1/stream");
  request.headers.emplace("last-event-id", "1.1.0.0");
  CHECK(first_events(fixture.ask(std::move(request))) == missed);
  CHECK(first_events(fixture.get("/api/v1/stream", {{"last_event_id", "1.1.0.0"}})) == missed);
  // Of a store that had more: it begins anew.
  CHECK(first_events(fixture.get("/api/v1/stream", {{"last_event_id", "900.1.0.0"}})) == "retry: 2000\n\n" + ping);
  CHECK(fixture.get("/api/v1/stream", {{"last_event_id", "x"}}).status == 400);
  CHECK(fixture.get("/api/v1/stream", {{"since", "x"}}).status == 400);
}

TEST_CASE("so many may watch, and no more") {
  Fixture fixture;
  std::vector<http::Response> watchers;
  for (std::size_t i = 0; i < web::NewsDesk::kMostWatchers; ++i) watchers.push_back(fixture.get("/api/v1/stream"));
  CHECK(watchers.back().status == 200);
  const http::Response refused = fixture.get("/api/v1/stream");
  CHECK(refused.status == 503);
  CHECK(json::parse(refused.body)["detail"] == "24 clients watch the stream, as many as may");
  watchers.pop_back();
  CHECK(fixture.get("/api/v1/stream").status == 200);
}

TEST_CASE("a stream ends with what it was asked for by") {
  Access access({.tokens = {"configured"}});
  const std::string token = access.add_token("t", {Scope::kRead}, "1h");
  access.add_user("ann", {Scope::kRead});
  const Session session(access.sign_in("ann"));
  const std::vector<std::pair<std::string, std::string>> with_token = {{"authorization", "Bearer " + token}};
  const std::vector<std::pair<std::string, std::string>> with_session = {{"cookie", session.cookie}};
  const auto as_admin = [&](std::string method, std::string path, const json& body = nullptr) {
    return [&access, method, path, body] {
      INFO(path);
      CHECK(access.with("configured", method, path, body).status < 300);
    };
  };
  // True: it ended by itself, and not since the client has gone.
  const auto ends = [&](const std::vector<std::pair<std::string, std::string>>& headers, std::function<void()> change) {
    const http::Response response = access.ask("GET", "/api/v1/stream", headers);
    REQUIRE(response.status == 200);
    TakingSink sink(3, std::move(change));
    return response.source(sink);
  };

  CHECK_FALSE(ends(with_token, [] {}));
  CHECK_FALSE(ends(with_session, [] {}));
  CHECK_FALSE(ends({{"authorization", "Bearer configured"}}, [] {}));
  SECTION("a token that is revoked") { CHECK(ends(with_token, as_admin("DELETE", "/api/v1/tokens/1"))); }
  SECTION("a token that expires") {
    CHECK(ends(with_token, [&] { access.fixture.clock().advance(std::chrono::hours(1)); }));
  }
  SECTION("a session that ends by time") {
    CHECK(ends(with_session, [&] { access.fixture.clock().advance(std::chrono::hours(12)); }));
  }
  SECTION("a session that is ended") {
    CHECK(ends(with_session, [&] {
      CHECK(access.ask("DELETE", "/api/v1/session", {{"cookie", session.cookie}, {"x-csrf-token", session.csrf}})
                .status == 204);
    }));
  }
  SECTION("a user who is disabled") {
    CHECK(ends(with_session, as_admin("PATCH", "/api/v1/users/ann", {{"disabled", true}})));
  }
  SECTION("a user who may no longer read") {
    CHECK(ends(with_session, as_admin("PATCH", "/api/v1/users/ann", {{"scopes", {"ingest"}}})));
  }
  SECTION("a user who may do more now") {
    CHECK_FALSE(ends(with_session, as_admin("PATCH", "/api/v1/users/ann", {{"scopes", {"write"}}})));
  }
  SECTION("a user who is removed") { CHECK(ends(with_session, as_admin("DELETE", "/api/v1/users/ann"))); }
}

TEST_CASE("a stream ends when the daemon stops") {
  Fixture fixture;
  const http::Response response = fixture.get("/api/v1/stream");
  fixture.api().begin_shutdown();
  TakingSink sink;
  CHECK_FALSE(response.source(sink));
}
