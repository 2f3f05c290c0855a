// GET /api/v1/stream: what is new, as server-sent events.
#include "web/news.h"

#include <memory>
#include <string>
#include <vector>

#include "fixture.h"
#include "streamed.h"

using namespace rw;
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

TEST_CASE("a stream ends when the daemon stops") {
  Fixture fixture;
  const http::Response response = fixture.get("/api/v1/stream");
  fixture.api().begin_shutdown();
  TakingSink sink;
  CHECK_FALSE(response.source(sink));
}
