// Events that are too long, by every way: each costs itself alone.
#include "daemon/ingest/decode/event_limit.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/unit/hec/hec_fixture.h"

namespace rw::ingest {
namespace {

using Rows = std::vector<std::string>;

std::string envelope_of(const std::string& event) { return "{\"event\":" + event + "}"; }

const std::string kFiller(kMaxEventBytes, 'x');

// Of an event with so many bytes.
std::string too_long(std::size_t bytes) {
  return std::to_string(bytes) + " bytes long: expected " + std::to_string(kMaxEventBytes) + " at most";
}

TEST_CASE("plain: an event that is too long is rejected, those beside it are stored") {
  const std::string json = "{\"EventID\":13,\"x\":\"" + kFiller + "\"}";
  const std::string pretty = "{\n\"EventID\":13,\n\"x\":\"" + kFiller + "\"}";
  const std::string xml = sysmon_xml(7, kFiller);
  struct Row {
    std::string body;
    std::string reason;
  };
  const Row rows[] = {
      {sysmon_json(1) + "\n" + json + "\n" + sysmon_json(2), too_long(json.size())},
      {"[" + sysmon_json(1) + "," + pretty + "," + sysmon_json(2) + "]", too_long(pretty.size())},
      {"<Events>" + sysmon_xml(1) + xml + sysmon_xml(2) + "</Events>",
       "event 2 of the message: " + too_long(xml.size())},
      {"x " + sysmon_xml(1) + "\n" + kFiller + "yz\nx " + sysmon_xml(2), too_long(kFiller.size() + 2)},
  };
  for (const Row& row : rows) {
    TemporaryStore store;
    Collector collector(store.session(), with_token());
    CHECK(collector.post("/ingest", row.body).body == R"({"received":3,"stored":2,"duplicates":0,"rejected":1})");
    CHECK(store.rows("SELECT reason FROM rejected") == Rows{row.reason});
    CHECK(store.rows("SELECT EventRecordID FROM Registry ORDER BY id") == Rows{"1", "2"});
  }
}

TEST_CASE("a body of many events may be longer than one") {
  TemporaryStore store;
  Collector collector(store.session(), with_token());
  std::string events;
  for (int i = 1; i <= 4; ++i) events += sysmon_xml(i, kFiller.substr(0, kMaxEventBytes / 2));
  CHECK(collector.post("/ingest", "<Events>" + events + "</Events>").body ==
        R"({"received":4,"stored":4,"duplicates":0,"rejected":0})");
}

TEST_CASE("HEC: an event that is too long is told by its number, the others are stored") {
  TemporaryStore store;
  Collector collector(store.session(), with_token());
  const std::string body = envelope_of(json_string(sysmon_xml(1))) + envelope_of("\"" + kFiller + "\"") +
                           envelope_of(json_string(sysmon_xml(2)));
  CHECK(collector.event(body).body == R"({"text":"Invalid data format","code":6,"invalid-event-number":1})");
  CHECK(store.rows("SELECT EventRecordID FROM Registry ORDER BY id") == Rows{"1", "2"});
  CHECK(store.rows("SELECT count(*) FROM rejected WHERE reason LIKE 'HEC event 1: % at most'") == Rows{"1"});
}

TEST_CASE("bulk: a document, an action, an index and a request that are too long") {
  TemporaryStore store;
  Collector collector(store.session(), with_token());
  const std::string action = "{\"index\":{}}\n";
  const std::string document = "{\"x\":\"" + kFiller + "\"}";
  const test::RawReply one = collector.post("/_bulk", action + document + "\n" + action + sysmon_json(1) + "\n");
  CHECK(one.status == 200);
  CHECK(one.body.find(R"("errors":true)") != std::string::npos);
  CHECK(one.body.find(too_long(document.size())) != std::string::npos);
  CHECK(store.rows("SELECT EventRecordID FROM Registry") == Rows{"1"});

  const test::RawReply long_action =
      collector.post("/_bulk", "{\"index\":{\"_id\":\"" + kFiller.substr(0, 65536) + "\"}}\n{}\n");
  CHECK(long_action.status == 400);
  CHECK(long_action.body.find("Malformed action/metadata line [1], 65556 bytes long") != std::string::npos);

  CHECK(collector.post("/" + std::string(255, 'i') + "/_bulk", action + sysmon_json(2) + "\n").status == 200);
  const test::RawReply long_index =
      collector.post("/" + std::string(256, 'i') + "/_bulk", action + sysmon_json(3) + "\n");
  CHECK(long_index.status == 400);
  CHECK(long_index.body.find("index name is too long, (256 > 255)") != std::string::npos);

  std::string many;
  for (int i = 0; i < 50'001; ++i) many += "{\"delete\":{}}\n";
  const test::RawReply too_many = collector.post("/_bulk", many);
  CHECK(too_many.status == 413);
  CHECK(too_many.body.find("more than 50000 items; send smaller batches") != std::string::npos);
}

}  // namespace
}  // namespace rw::ingest
