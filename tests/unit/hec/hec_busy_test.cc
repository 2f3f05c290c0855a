// A store that is slow, full or broken: the client is told to come again, and nothing is acknowledged too early.
#include <catch2/catch.hpp>
#include <chrono>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "tests/unit/hec/gated_session.h"
#include "tests/unit/hec/hec_fixture.h"

namespace rw::ingest {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

const std::string kBody = R"({"event":)" + json_string(sysmon_xml(1)) + "}";
constexpr std::string_view kBusy = R"({"text":"Server is busy","code":9})";

TEST_CASE("no commit within the time: 503, and later the commit harms nobody") {
  GatedSession::Gate gate;
  {
    Collector collector(std::make_unique<GatedSession>(gate), impatient(milliseconds(100)));
    const test::RawReply reply = collector.event(kBody);
    CHECK(reply.status == 503);
    CHECK(reply.body == kBusy);
    CHECK(reply.header("retry-after") == "1");
    CHECK(collector.counters.value(core::Counter::kHttpBusy) == 1);
    gate.let_through();
    CHECK(collector.event(kBody).body == kSuccess);
  }
}

TEST_CASE("nothing is answered before the commit") {
  GatedSession::Gate gate;
  Collector collector(std::make_unique<GatedSession>(gate), with_token());
  std::future<test::RawReply> reply = std::async(std::launch::async, [&] { return collector.event(kBody); });
  while (gate.commit_calls() == 0) std::this_thread::yield();
  CHECK(reply.wait_for(milliseconds(0)) == std::future_status::timeout);
  gate.let_through();
  CHECK(reply.get().body == kSuccess);
}

TEST_CASE("queue full: concurrent requests are told to come again, soon") {
  GatedSession::Gate gate;
  {
    Collector collector(std::make_unique<GatedSession>(gate), with_token(), {.threads = 16},
                        {.queue_bytes = 1, .commit_bytes = 1});
    // One is being committed, one waits in the queue, the rest finds no room.
    std::vector<std::future<test::RawReply>> replies;
    const auto start = steady_clock::now();
    for (int i = 0; i < 12; ++i) {
      replies.push_back(std::async(std::launch::async, [&] { return collector.event(kBody); }));
    }
    const auto until = start + std::chrono::seconds(20);
    while (collector.counters.value(core::Counter::kHttpBusy) < 10 && steady_clock::now() < until) {
      std::this_thread::yield();
    }
    gate.let_through();
    int busy = 0;
    int good = 0;
    for (std::future<test::RawReply>& future : replies) {
      const test::RawReply reply = future.get();
      if (reply.status == 503 && reply.body == kBusy) ++busy;
      if (reply.body == kSuccess) ++good;
    }
    CHECK(busy == 10);
    CHECK(good == 2);
  }
}

TEST_CASE("queue full: a request of which a part is taken waits for room for the rest") {
  GatedSession::Gate gate;
  Collector collector(std::make_unique<GatedSession>(gate), with_token(), {}, {.queue_bytes = 1, .commit_bytes = 1});
  std::string body;
  for (int i = 0; i < 4000; ++i) body += sysmon_xml(i, std::string(1000, 'x'));  // several batches
  std::future<test::RawReply> reply =
      std::async(std::launch::async, [&] { return collector.post("/services/collector/raw", body); });
  // Longer than a request waits of which nothing is taken yet.
  CHECK(reply.wait_for(milliseconds(1000)) == std::future_status::timeout);
  gate.let_through();
  CHECK(reply.get().body == kSuccess);
  CHECK(gate.commit_calls() > 2);
  CHECK(collector.counters.value(core::Counter::kHttpBusy) == 0);
}

TEST_CASE("the daemon stops while the store fails: requests that wait are told to come again") {
  GatedSession::Gate gate;
  gate.let_through();
  Collector collector(std::make_unique<GatedSession>(gate, core::Error{core::ErrorCode::kBusy, "locked"}), with_token(),
                      {}, {.stop_patience = milliseconds(50)});
  std::future<test::RawReply> reply = std::async(std::launch::async, [&] { return collector.event(kBody); });
  while (gate.commit_calls() == 0) std::this_thread::yield();
  collector.writer.begin_stop();
  const bool in_time = reply.wait_for(std::chrono::seconds(20)) == std::future_status::ready;
  CHECK(in_time);
  CHECK(reply.get().body == kBusy);
}

TEST_CASE("a store that refuses for good: 500 code 8") {
  GatedSession::Gate gate;
  gate.let_through();
  Collector collector(std::make_unique<GatedSession>(gate, core::Error{core::ErrorCode::kInternal, "broken"}),
                      with_token());
  const test::RawReply reply = collector.event(kBody);
  CHECK(reply.status == 500);
  CHECK(reply.body == R"({"text":"Internal server error","code":8})");
}

TEST_CASE("a store that fails for now: requests wait, then 503; health tells it") {
  GatedSession::Gate gate;
  gate.let_through();
  Collector collector(std::make_unique<GatedSession>(gate, core::Error{core::ErrorCode::kIo, "disk full"}),
                      impatient(milliseconds(200)));
  CHECK(collector.event(kBody).body == kBusy);
  const test::RawReply health = test::raw_exchange(collector.port(), "GET", "/services/collector/health");
  CHECK(health.status == 503);
  CHECK(health.body == R"({"text":"HEC is unhealthy, queues are full","code":18})");
}

}  // namespace
}  // namespace rw::ingest
