// Bodies that are made while they are sent.
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/unit/http/test_server.h"

namespace rw::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using test::RawClient;

// What a source has come to.
struct Told {
  std::atomic<int> begun{0};
  std::atomic<int> ended{0};
  std::atomic<std::size_t> written{0};
};

template <class Condition>
bool comes_true(const Condition& condition) {
  const auto until = steady_clock::now() + seconds(20);
  while (steady_clock::now() < until) {
    if (condition()) return true;
    std::this_thread::sleep_for(milliseconds(1));
  }
  return false;
}

// /pieces sends three; /broken breaks off after one; /endless never ends; /watch waits for its client to go.
void add_streams(TestServer& server, Told& told) {
  server.server->route("GET", "/pieces", [](const Request&) {
    return Response{.content_type = "text/plain", .source = [](BodySink& sink) {
                      return sink.write("one ") && sink.flush() && sink.write("two ") && sink.write("three");
                    }};
  });
  server.server->route("GET", "/broken", [](const Request&) {
    return Response{.source = [](BodySink& sink) { return sink.write("half") && false; }};
  });
  server.server->route("GET", "/throws", [](const Request&) {
    return Response{.source = [](BodySink& sink) -> bool {
      sink.write("half");
      throw std::runtime_error("boom");
    }};
  });
  server.server->route("GET", "/endless", [&told](const Request&) {
    return Response{.source = [&told](BodySink& sink) {
      ++told.begun;
      const std::string piece(10'000, 'x');
      while (sink.write(piece)) told.written += piece.size();
      ++told.ended;
      return false;
    }};
  });
  server.server->route("GET", "/watch", [&told](const Request&) {
    return Response{.content_type = "text/event-stream", .source = [&told](BodySink& sink) {
                      ++told.begun;
                      sink.write("hello\n");
                      while (sink.wait(seconds(60))) continue;
                      ++told.ended;
                      return false;
                    }};
  });
}

std::string everything_after_head(RawClient& client) {
  const std::string bytes = client.receive_all();
  const std::size_t end = bytes.find("\r\n\r\n");
  return end == std::string::npos ? "" : bytes.substr(end + 4);
}

}  // namespace

TEST_CASE("a stream comes in chunks, and the connection goes on") {
  Told told;
  TestServer server;
  add_streams(server, told);
  server.start();
  RawClient client(server.port());
  for (int i = 0; i < 3; ++i) {
    client.send(test::raw_request("GET", "/pieces"));
    const test::RawReply reply = client.receive();
    CHECK(reply.status == 200);
    CHECK(reply.body == "one two three");
    CHECK(reply.header("transfer-encoding") == "chunked");
    CHECK(reply.header("content-length").empty());
    CHECK(reply.header("content-type") == "text/plain");
  }
}

TEST_CASE("HEAD of a stream has its head and makes nothing") {
  Told told;
  TestServer server;
  add_streams(server, told);
  server.start();
  RawClient client(server.port());
  client.send("HEAD /endless HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string bytes = client.receive_all();
  CHECK(bytes.find("Transfer-Encoding: chunked\r\n") != std::string::npos);
  CHECK(bytes.find("Content-Length") == std::string::npos);
  CHECK(bytes.ends_with("\r\n\r\n"));
  CHECK(told.begun == 0);
}

TEST_CASE("to HTTP/1.0 a stream ends with the connection") {
  Told told;
  TestServer server;
  add_streams(server, told);
  server.start();
  RawClient client(server.port());
  client.send("GET /pieces HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  const std::string bytes = client.receive_all();
  CHECK(bytes.find("Transfer-Encoding") == std::string::npos);
  CHECK(bytes.find("Connection: close\r\n") != std::string::npos);
  CHECK(bytes.ends_with("\r\n\r\none two three"));
}

TEST_CASE("a stream that breaks off has no last chunk") {
  Told told;
  TestServer server;
  add_streams(server, told);
  server.start();
  for (const char* path : {"/broken", "/throws"}) {
    RawClient client(server.port());
    client.send(test::raw_request("GET", path));
    CHECK(everything_after_head(client).find("0\r\n\r\n") == std::string::npos);
  }
  CHECK(test::raw_exchange(server.port(), "POST", "/echo", {}, "x").status == 200);
}

TEST_CASE("a client that goes ends what makes its stream") {
  Told told;
  TestServer server;
  add_streams(server, told);
  server.start();
  for (const char* path : {"/endless", "/watch"}) {
    const int before = told.begun;
    {
      RawClient client(server.port());
      client.send(test::raw_request("GET", path));
      REQUIRE(comes_true([&] { return told.begun == before + 1; }));
    }
    CHECK(comes_true([&] { return told.ended == before + 1; }));
  }
}

TEST_CASE("a client that does not take its stream is dropped, and little of it is in memory") {
  Told told;
  TestServer server({.read_timeout = seconds(1)});
  add_streams(server, told);
  server.start();
  RawClient client(server.port());
  client.send(test::raw_request("GET", "/endless"));
  CHECK(comes_true([&] { return told.ended == 1; }));
  CHECK(told.written < 16U * 1024 * 1024);  // what the system keeps for the two sockets
}

TEST_CASE("there are so many streams and no more, and they keep no request waiting") {
  Told told;
  TestServer server({.threads = 1, .streams = 2});
  add_streams(server, told);
  server.start();
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 2; ++i) {
    clients.push_back(std::make_unique<RawClient>(server.port()));
    clients.back()->send(test::raw_request("GET", "/watch"));
  }
  REQUIRE(comes_true([&] { return told.begun == 2; }));
  RawClient third(server.port());
  third.send(test::raw_request("GET", "/watch"));
  const test::RawReply refused = third.receive();
  CHECK(refused.status == 503);
  CHECK_FALSE(refused.header("retry-after").empty());
  CHECK(test::raw_exchange(server.port(), "POST", "/echo", {}, "x").status == 200);

  clients.pop_back();
  REQUIRE(comes_true([&] { return told.ended == 1; }));
  CHECK(comes_true([&] { return test::raw_exchange(server.port(), "GET", "/pieces").status == 200; }));
}

TEST_CASE("a server that stops ends its streams") {
  Told told;
  TestServer server;
  add_streams(server, told);
  server.start();
  RawClient watcher(server.port());
  watcher.send(test::raw_request("GET", "/watch"));
  RawClient taker(server.port());
  taker.send(test::raw_request("GET", "/endless"));
  REQUIRE(comes_true([&] { return told.begun == 2; }));
  const auto start = steady_clock::now();
  server.server->stop();
  CHECK(told.ended == 2);
  CHECK(steady_clock::now() - start < seconds(15));
}

}  // namespace rw::http
