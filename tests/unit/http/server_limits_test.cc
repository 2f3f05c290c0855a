// Clients that are slow, many or malicious.
#include <catch2/catch.hpp>
#include <chrono>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "tests/unit/http/test_server.h"

namespace rw::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using test::Compression;
using test::RawClient;
using test::RawReply;

template <class Condition>
bool eventually(const Condition& condition) {
  const auto until = steady_clock::now() + std::chrono::seconds(20);
  while (steady_clock::now() < until) {
    if (condition()) return true;
    std::this_thread::yield();
  }
  return false;
}

TEST_CASE("200 connections, all kept open, each served again and again") {
  TestServer server({.threads = 2});
  server.start();
  std::vector<RawClient> clients;
  for (int i = 0; i < 200; ++i) clients.emplace_back(server.port());
  for (int round = 0; round < 3; ++round) {
    for (RawClient& client : clients) REQUIRE(client.send(test::raw_request("POST", "/echo", {}, "x")));
    for (RawClient& client : clients) REQUIRE(client.receive().body == "POST /echo () [x]");
  }
}

TEST_CASE("idle connections, half heads and half bodies keep nobody waiting") {
  TestServer server({.threads = 2});
  server.start();
  std::vector<RawClient> slow;
  for (int i = 0; i < 90; ++i) {
    RawClient& client = slow.emplace_back(server.port());
    if (i % 3 == 1) client.send("POST /echo HTTP/1.1\r\nX-Slow: ");
    if (i % 3 == 2) client.send("POST /echo HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc");
  }
  const auto start = steady_clock::now();
  for (int i = 0; i < 20; ++i) {
    CHECK(test::raw_exchange(server.port(), "POST", "/echo", {}, "x").body == "POST /echo () [x]");
    for (std::size_t n = 1; n < slow.size(); n += 3) slow[n].send("a");  // a byte now and then
  }
  CHECK(steady_clock::now() - start < std::chrono::seconds(10));
  // And the slow ones are served when they come to an end.
  slow[1].send("\r\nContent-Length: 2\r\n\r\nhi");
  CHECK(slow[1].receive().body == "POST /echo () [hi]");
  slow[2].send("defghij");
  CHECK(slow[2].receive().body == "POST /echo () [abcdefghij]");
}

TEST_CASE("at the limit of connections the one that is idle longest makes room; one that has begun does not") {
  TestServer server({.max_connections = 3});
  server.start();
  const auto served = [](RawClient& client) {
    return client.send(test::raw_request("GET", "/echo")) && client.receive().status == 200;
  };
  RawClient begun(server.port());
  begun.send("POST /echo HTTP/1.1\r\nX-Slow: ");
  RawClient first(server.port());
  RawClient second(server.port());
  RawClient third(server.port());
  CHECK(served(third));
  CHECK(first.closed());
  CHECK(served(third));
  RawClient fourth(server.port());
  CHECK(served(fourth));
  CHECK(second.closed());
  begun.send("\r\nContent-Length: 2\r\n\r\nhi");
  CHECK(begun.receive().body == "POST /echo () [hi]");
}

TEST_CASE("time limits: 408 for what does not go on, silence for what never began") {
  TestServer server({.read_timeout = std::chrono::seconds(1), .keep_alive_timeout = std::chrono::seconds(1)});
  server.start();
  RawClient idle(server.port());
  RawClient half_head(server.port());
  half_head.send("POST /echo HTTP/1.1\r\nX-Sl");
  RawClient half_body(server.port());
  half_body.send("POST /echo HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc");
  RawClient kept(server.port());
  kept.send(test::raw_request("GET", "/echo"));
  CHECK(kept.receive().status == 200);

  CHECK(half_head.receive().status == 408);
  CHECK(half_head.closed());
  CHECK(half_body.receive().body == "E408 POST /echo");
  CHECK(half_body.closed());
  CHECK(kept.closed());
  CHECK(idle.closed());
}

TEST_CASE("a client that ends in the middle of its body gets 400 if it still listens") {
  TestServer server;
  server.start();
  RawClient client(server.port());
  client.send("POST /echo HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc");
  client.end_sending();
  CHECK(client.receive().body == "E400 POST /echo");
  {
    RawClient gone(server.port());
    gone.send("POST /echo HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc");
  }
  CHECK(test::raw_exchange(server.port(), "GET", "/echo").status == 200);
}

TEST_CASE("a bomb costs no more than the limit, and the reply reaches a client that goes on sending") {
  TestServer server({.max_body_bytes = 1'000'000});
  server.start();
  const std::string bomb = test::compressed(std::string(10'000'000, '\0'), Compression::kGzip);
  CHECK(test::raw_exchange(server.port(), "POST", "/size", {{"Content-Encoding", "gzip"}}, bomb).status == 413);
  CHECK(test::raw_exchange(server.port(), "POST", "/size", {}, std::string(1'000'000, 'x')).body == "1000000");
  CHECK(test::raw_exchange(server.port(), "POST", "/size", {}, std::string(8'000'000, 'x')).status == 413);
}

TEST_CASE("bodies of all requests have one budget: beyond it 503, small ones never, and room comes back") {
  TestServer server({.max_body_bytes = 8'000'000}, 2'000'000);
  server.start();
  RawClient large(server.port());
  large.send("POST /size HTTP/1.1\r\nContent-Length: 1900000\r\n\r\n");
  large.send(std::string(1'500'000, 'x'));
  REQUIRE(eventually([&] { return server.bodies.used_bytes() >= 1'500'000; }));
  CHECK(server.bodies.used_bytes() <= 2'000'000);

  const RawReply refused = test::raw_exchange(server.port(), "POST", "/size", {}, std::string(1'000'000, 'x'));
  CHECK(refused.status == 503);
  CHECK(refused.body == "E503 POST /size");
  CHECK(refused.header("retry-after") == "1");
  CHECK(refused.header("connection") == "close");
  CHECK(server.counters.value(core::Counter::kHttpBodiesRefused) == 1);
  CHECK(test::raw_exchange(server.port(), "POST", "/size", {}, std::string(200'000, 'x')).body == "200000");

  large.send(std::string(400'000, 'x'));
  CHECK(large.receive().body == "1900000");
  CHECK(eventually([&] { return server.bodies.used_bytes() == 0; }));
  CHECK(test::raw_exchange(server.port(), "POST", "/size", {}, std::string(1'000'000, 'x')).body == "1000000");
  CHECK(server.counters.value(core::Counter::kHttpBodiesRefused) == 1);
}

TEST_CASE("what a body becomes counts, while it is decoded: a bomb takes no more than is left") {
  TestServer server({.max_body_bytes = 8'000'000}, 2'000'000);
  server.start();
  const std::string bomb = test::compressed(std::string(7'000'000, '\0'), Compression::kGzip);
  CHECK(test::raw_exchange(server.port(), "POST", "/size", {{"Content-Encoding", "gzip"}}, bomb).status == 503);
  CHECK(server.counters.value(core::Counter::kHttpBodiesRefused) == 1);
  const std::string fits = test::compressed(std::string(1'500'000, '\0'), Compression::kGzip);
  CHECK(test::raw_exchange(server.port(), "POST", "/size", {{"Content-Encoding", "gzip"}}, fits).body == "1500000");
  CHECK(eventually([&] { return server.bodies.used_bytes() == 0; }));
}

TEST_CASE("two listeners share the budget") {
  TestServer first({.max_body_bytes = 8'000'000}, 2'000'000);
  core::Counters counters;
  const auto second = Server::open({.listen = {"127.0.0.1", 0}}, first.bodies, counters);
  REQUIRE(second.ok());
  (*second)->route("POST", "/", [](const Request&) { return Response{}; });
  (*second)->start();
  first.start();
  RawClient large(first.port());
  large.send("POST /size HTTP/1.1\r\nContent-Length: 1900000\r\n\r\n" + std::string(1'500'000, 'x'));
  REQUIRE(eventually([&] { return first.bodies.used_bytes() >= 1'500'000; }));
  CHECK(test::raw_exchange((*second)->endpoint().port, "POST", "/", {}, std::string(1'000'000, 'x')).status == 503);
  CHECK(counters.value(core::Counter::kHttpBodiesRefused) == 1);
}

TEST_CASE("unfinished heads that hold too much together: the longest go, an ordinary one does not") {
  TestServer server({.max_unserved_bytes = 1'000'000});
  server.start();
  RawClient ordinary(server.port());
  ordinary.send("POST /echo HTTP/1.1\r\nX-Slow: ");
  std::vector<RawClient> endless;
  for (int i = 0; i < 60; ++i) {
    endless.emplace_back(server.port());
    endless.back().send("POST /echo HTTP/1.1\r\nX-Long: " + std::string(40'000, 'x'));
  }
  // Each holds 40 to 64 KB.
  CHECK(eventually([&] { return server.counters.value(core::Counter::kHttpHeadsClosed) >= 60 - 25; }));
  CHECK(server.counters.value(core::Counter::kHttpHeadsClosed) < 60);
  CHECK(test::raw_exchange(server.port(), "GET", "/echo").status == 200);
  ordinary.send("\r\nContent-Length: 2\r\n\r\nhi");
  CHECK(ordinary.receive().body == "POST /echo () [hi]");
}

TEST_CASE("a chunk size line without end is cut off") {
  TestServer server;
  server.start();
  RawClient client(server.port());
  client.send("POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1;");
  client.send(std::string(1'000'000, 'x'));
  CHECK(client.receive().status == 400);
}

TEST_CASE("handlers run on no more threads than asked for") {
  core::Counters counters;
  BodyBudget bodies;
  core::Result<std::unique_ptr<Server>> server =
      Server::open({.listen = {"127.0.0.1", 0}, .threads = 3}, bodies, counters);
  REQUIRE(server.ok());
  std::atomic<int> running{0};
  std::atomic<int> most{0};
  std::promise<void> go;
  const std::shared_future<void> gate = go.get_future().share();
  (*server)->route("GET", "/", [&](const Request&) {
    const int now = ++running;
    int seen = most.load();
    while (seen < now && !most.compare_exchange_weak(seen, now)) continue;
    gate.wait();
    --running;
    return Response{.body = "done"};
  });
  (*server)->start();
  std::vector<RawClient> clients;
  for (int i = 0; i < 30; ++i) {
    clients.emplace_back((*server)->endpoint().port);
    clients.back().send(test::raw_request("GET", "/"));
  }
  CHECK(eventually([&] { return counters.value(core::Counter::kHttpRequests) == 30 && running == 3; }));
  go.set_value();
  for (RawClient& client : clients) CHECK(client.receive().body == "done");
  CHECK(most == 3);
}

TEST_CASE("stop: idle connections end at once, a request that is being served is finished") {
  core::Counters counters;
  BodyBudget bodies;
  core::Result<std::unique_ptr<Server>> server = Server::open({.listen = {"127.0.0.1", 0}}, bodies, counters);
  REQUIRE(server.ok());
  std::promise<void> entered;
  std::promise<void> go;
  (*server)->route("GET", "/slow", [&](const Request&) {
    entered.set_value();
    go.get_future().wait();
    return Response{.body = "finished"};
  });
  (*server)->route("POST", "/", [](const Request&) { return Response{}; });
  (*server)->start();
  const std::uint16_t port = (*server)->endpoint().port;
  RawClient idle(port);
  RawClient half(port);
  half.send("POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc");
  RawClient slow(port);
  slow.send(test::raw_request("GET", "/slow"));
  entered.get_future().wait();

  const auto start = steady_clock::now();
  std::thread stopping([&] { (*server)->stop(); });
  CHECK(idle.closed());
  CHECK(steady_clock::now() - start < milliseconds(1500));
  go.set_value();
  const RawReply reply = slow.receive();
  CHECK(reply.body == "finished");
  CHECK(reply.header("connection") == "close");
  slow.end_sending();
  stopping.join();
  CHECK(steady_clock::now() - start < milliseconds(4000));
  CHECK_FALSE(RawClient(port).connected());
  (*server)->stop();
}

TEST_CASE("stop without start, and start without a client") {
  { TestServer never_started; }
  TestServer server;
  server.start();
  const auto start = steady_clock::now();
  server.server->stop();
  CHECK(steady_clock::now() - start < milliseconds(1000));
}

}  // namespace
}  // namespace rw::http
