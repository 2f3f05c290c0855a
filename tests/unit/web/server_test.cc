// The API behind the real server, asked by a real client.
#include <httplib.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "fixture.h"

using namespace rw;
using namespace rw::web::test;

namespace {

struct Listening {
  explicit Listening(Fixture& fixture) {
    http::ServerOptions options;
    options.listen = {"127.0.0.1", 0};
    server = http::Server::open(options, bodies, fixture.counters()).value();
    fixture.api().add_routes(*server);
    server->start();
  }
  httplib::Client client() const { return httplib::Client("127.0.0.1", server->endpoint().port); }
  http::BodyBudget bodies;
  std::unique_ptr<http::Server> server;
};

}  // namespace

TEST_CASE("over HTTP: GET, HEAD, 404, 405, decoded queries") {
  Fixture fixture;
  storage::Batch batch;
  batch.risk_events.push_back(risk_event("a b/ä", 64, kNow));
  batch.risk_events.push_back(risk_event("WS1", 64, kNow));
  fixture.write(std::move(batch));
  const Listening listening(fixture);
  httplib::Client client = listening.client();

  const auto found = client.Get("/api/v1/risk-events?risk_object=a%20b%2F%C3%84&limit=5");
  REQUIRE(found);
  CHECK(found->status == 200);
  CHECK(found->get_header_value("Content-Type") == "application/json");
  CHECK(json::parse(found->body)["items"].size() == 1);

  const auto head = client.Head("/api/v1/risk-events?risk_object=a%20b%2F%C3%84&limit=5");
  REQUIRE(head);
  CHECK(head->status == 200);
  CHECK(head->body.empty());
  CHECK(head->get_header_value("Content-Length") == std::to_string(found->body.size()));

  const auto nothing = client.Get("/api/v2");
  REQUIRE(nothing);
  CHECK(nothing->status == 404);
  CHECK(nothing->get_header_value("Content-Type") == "application/problem+json");

  const auto posted = client.Post("/api/v1/runs", "{}", "application/json");
  REQUIRE(posted);
  CHECK(posted->status == 405);
  CHECK(posted->get_header_value_count("Allow") == 1);
  CHECK(posted->get_header_value("Allow") == "GET, HEAD");
  CHECK(posted->get_header_value("Cache-Control") == "no-store");

  const auto rebound = client.Get("/api/v1/runs", {{"Host", "evil.example"}});
  REQUIRE(rebound);
  CHECK(rebound->status == 403);
}

TEST_CASE("over HTTP: many at a time, while events are written") {
  Fixture fixture;
  const Listening listening(fixture);
  std::atomic<int> good{0};
  std::vector<std::thread> clients;
  for (int i = 0; i < 6; ++i) {
    clients.emplace_back([&] {
      httplib::Client client = listening.client();
      client.set_keep_alive(true);
      for (int n = 0; n < 40; ++n) {
        const auto answer = client.Get(n % 2 == 0 ? "/api/v1/events/registry?user=ann" : "/api/v1/detections");
        if (answer && answer->status == 200) ++good;
      }
    });
  }
  for (std::uint64_t n = 0; n < 20; ++n) {
    storage::Batch batch;
    batch.registry.push_back(registry_record(n, kNow, "AmsiEnable", "ann"));
    fixture.write(std::move(batch));
  }
  for (std::thread& client : clients) client.join();
  CHECK(good == 240);
  CHECK(fixture.ids("/api/v1/events/registry").size() == 20);
}

TEST_CASE("over HTTP: a search, and a cancel of none") {
  Fixture fixture;
  const Listening listening(fixture);
  httplib::Client client = listening.client();

  const auto found =
      client.Post("/api/v1/search", R"({"search": "| makeresults | eval x=\"ä\" | table x"})", "application/json");
  REQUIRE(found);
  CHECK(found->status == 200);
  CHECK(found->get_header_value("Content-Type") == "application/json");
  CHECK(json::parse(found->body).at("rows") == json::parse(R"([{"x": "ä"}])"));

  const auto cancelled = client.Delete("/api/v1/searches/a%20b");
  REQUIRE(cancelled);
  CHECK(cancelled->status == 404);
  CHECK(json::parse(cancelled->body).at("detail") == "no search with the id 'a b' is running");

  const auto got = client.Get("/api/v1/search");
  REQUIRE(got);
  CHECK(got->status == 405);
  CHECK(got->get_header_value("Allow") == "POST");
}
