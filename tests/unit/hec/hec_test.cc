// What is in the store after requests.
#include "daemon/ingest/http/hec.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <future>
#include <string>
#include <vector>

#include "tests/unit/hec/hec_fixture.h"

namespace rw::ingest {
namespace {

using Rows = std::vector<std::string>;

std::string envelope(std::string_view event, std::string_view more = "") {
  return fmt::format(R"({{{}"event":{}}})", more, event);
}

TEST_CASE("an event's own time and host come first, the envelope's fill in, the arrival comes last") {
  TemporaryStore store;
  Collector collector(store.session(), with_token());
  const std::string body = envelope(json_string(sysmon_xml(1)), R"("time":5,"host":"other",)") +
                           envelope(sysmon_json(2), R"("time":1791749655.25,"host":"till-2",)") +
                           envelope(sysmon_json(3), R"("host":"till-3",)") +
                           envelope(json_string(sysmon_json(4)), R"("time":"1791749655250","host":"till-4",)");
  CHECK(collector.event(body).body == kSuccess);
  CHECK(store.registry() == Rows{"1791749655500000|till-1|AmsiEnable|1", "1791749655250000|till-2|AmsiEnable|2",
                                 "1800000000000000|till-3|AmsiEnable|3", "1791749655250000|till-4|AmsiEnable|4"});
  CHECK(store.rejected() == Rows{});
  CHECK(collector.counters.value(core::Counter::kHecEvents) == 4);
}

TEST_CASE("good events around a bad one are stored, the bad one is kept; after malformed JSON nothing is") {
  TemporaryStore store;
  Collector collector(store.session(), with_token());
  const auto good = [](int id) { return envelope(json_string(sysmon_xml(id))); };
  CHECK(collector.event(good(1) + R"({"event":"","host":"h"})" + good(2) + R"({"time":7})" + good(3)).body ==
        R"({"text":"Event field cannot be blank","code":13,"invalid-event-number":1})");
  CHECK(collector.event(good(4) + "{bad}" + good(5)).body ==
        R"({"text":"Invalid data format","code":6,"invalid-event-number":1})");
  CHECK(store.rows("SELECT EventRecordID FROM Registry ORDER BY id") == Rows{"1", "2", "3", "4"});
  const Rows rejected = store.rejected();
  REQUIRE(rejected.size() == 3);
  CHECK(rejected[0] == R"(hec|127.0.0.1|HEC event 1: "event" is an empty string|{"event":"","host":"h"})");
  CHECK(rejected[1] == R"(hec|127.0.0.1|HEC event 3: no "event" member|{"time":7})");
  CHECK(rejected[2].substr(0, 28) == "hec|127.0.0.1|HEC event 1: b");
  CHECK(rejected[2].substr(rejected[2].rfind("|{bad}")) == "|{bad}" + good(5));
  CHECK(collector.counters.value(core::Counter::kRejected) == 3);
}

TEST_CASE("what is no Windows event is acknowledged and kept") {
  TemporaryStore store;
  Collector collector(store.session(), with_token());
  CHECK(collector.event(R"({"event":"hello"}{"event":[1]}{"event":{"a":1}})").body == kSuccess);
  CHECK(collector.post("/services/collector/raw", "line one\r\n\r\n" + sysmon_json(1) + "\nline three").body ==
        kSuccess);
  CHECK(store.rows("SELECT sample FROM rejected ORDER BY id") ==
        Rows{"hello", "[1]", R"({"a":1})", "line one", "line three"});
  CHECK(store.rows("SELECT EventRecordID FROM Registry") == Rows{"1"});
}

TEST_CASE("the same event twice is stored once, and both senders are told so") {
  TemporaryStore store;
  Collector collector(store.session(), with_token());
  const std::string body = envelope(json_string(sysmon_xml(1)));
  CHECK(collector.event(body).body == kSuccess);
  CHECK(collector.event(body).body == kSuccess);
  CHECK(collector.event(body + body).body == kSuccess);
  CHECK(store.registry().size() == 1);
  CHECK(collector.counters.value(core::Counter::kRegistryStored) == 1);
  CHECK(collector.counters.value(core::Counter::kDuplicates) == 3);
}

TEST_CASE("raw: UTF-16") {
  TemporaryStore store;
  Collector collector(store.session(), with_token());
  const std::string events = utf16_of_ascii(sysmon_xml(1) + "\r\n" + sysmon_xml(2) + "\r\n");
  const std::string lines = utf16_of_ascii(sysmon_json(3) + "\r\n" + sysmon_json(4));
  for (const std::string& body : {"\xFF\xFE" + events, lines}) {
    CHECK(collector.post("/services/collector/raw", body).body == kSuccess);
  }
  CHECK(store.rows("SELECT EventRecordID FROM Registry ORDER BY id") == std::vector<std::string>{"1", "2", "3", "4"});
  CHECK(collector.counters.value(core::Counter::kHecEvents) == 4);
}

TEST_CASE("raw: XML by its end tags, documents whole, lines otherwise") {
  TemporaryStore store;
  Collector collector(store.session(), with_token());
  const std::string raw = "/services/collector/raw?host=till-9&time=1791749655.75";
  CHECK(collector.post(raw, sysmon_xml(1) + sysmon_xml(2, "line\r\nbreak") + "\r\n<broken></Event>\n" + sysmon_xml(3))
            .body == kSuccess);
  CHECK(collector.post(raw, "\xEF\xBB\xBF<Events>" + sysmon_xml(4) + sysmon_xml(5) + "</Events>").body == kSuccess);
  CHECK(collector.post(raw, "<?xml version='1.0'?>" + sysmon_xml(6)).body == kSuccess);
  CHECK(collector.post(raw, sysmon_json(7) + "\r\n" + sysmon_json(8)).body == kSuccess);
  CHECK(store.rows("SELECT EventRecordID FROM Registry ORDER BY id") == Rows{"1", "2", "3", "4", "5", "6", "7", "8"});
  CHECK(store.rows("SELECT time, dest FROM Registry WHERE EventRecordID = 7") == Rows{"1791749655750000|till-9"});
  CHECK(store.rows("SELECT sample FROM rejected") == Rows{"<broken></Event>"});
}

TEST_CASE("a body of several batches is committed whole before the answer") {
  TemporaryStore store;
  Collector collector(store.session(), with_token());
  constexpr int kEvents = 3000;
  std::string body;
  for (int i = 1; i <= kEvents; ++i) body += envelope(json_string(sysmon_xml(i, std::string(1500, 'x'))));
  CHECK(collector.event(test::compressed(body, test::Compression::kGzip), {{"Content-Encoding", "gzip"}}).body ==
        kSuccess);
  CHECK(store.rows("SELECT count(*), min(EventRecordID), max(EventRecordID) FROM Registry") ==
        Rows{fmt::format("{}|1|{}", kEvents, kEvents)});
}

TEST_CASE("chunked, in pieces, and cut off in the middle") {
  TemporaryStore store;
  Collector collector(store.session(), with_token());
  const std::string head = fmt::format("POST /services/collector HTTP/1.1\r\nAuthorization: Splunk {}\r\n", kToken);
  const std::string body = envelope(json_string(sysmon_xml(1)));
  {
    test::RawClient client(collector.port());
    client.send(head + "Transfer-Encoding: chunked\r\n\r\n");
    for (std::size_t at = 0; at < body.size(); at += 100) {
      const std::string piece = body.substr(at, 100);
      client.send(fmt::format("{:x}\r\n{}\r\n", piece.size(), piece));
    }
    client.send("0\r\n\r\n");
    CHECK(client.receive().body == kSuccess);
  }
  {
    test::RawClient client(collector.port());
    client.send(head + fmt::format("Content-Length: {}\r\n\r\n", 2 * body.size()) + body);
    client.end_sending();
    CHECK(client.receive().status == 400);
  }
  CHECK(store.rows("SELECT EventRecordID FROM Registry") == Rows{"1"});
  CHECK(store.rejected() == Rows{});
}

TEST_CASE("many clients at a time, every event once") {
  TemporaryStore store;
  Collector collector(store.session(), with_token());
  constexpr int kClients = 40;
  constexpr int kRequests = 10;
  std::vector<std::future<int>> clients;
  for (int c = 0; c < kClients; ++c) {
    clients.push_back(std::async(std::launch::async, [&, c] {
      int good = 0;
      test::RawClient client(collector.port());
      for (int r = 0; r < kRequests; ++r) {
        // Two clients send the same events.
        client.send(test::raw_request("POST", "/services/collector",
                                      {{"Authorization", fmt::format("Splunk {}", kToken)}},
                                      envelope(json_string(sysmon_xml((c / 2) * kRequests + r + 1)))));
        if (client.receive().body == kSuccess) ++good;
      }
      return good;
    }));
  }
  int good = 0;
  for (std::future<int>& client : clients) good += client.get();
  CHECK(good == kClients * kRequests);
  CHECK(store.rows("SELECT count(*), count(DISTINCT EventRecordID) FROM Registry") ==
        Rows{fmt::format("{0}|{0}", kClients * kRequests / 2)});
}

}  // namespace
}  // namespace rw::ingest
