#include "daemon/ingest/http/hec_ack.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <string>

#include "tests/unit/hec/hec_fixture.h"

namespace rw::ingest {
namespace {

const std::string kChannel = "FE0ECFAD-13D5-401B-847D-77833BD77131";

std::string channel_number(std::size_t n) { return fmt::format("00000000-0000-0000-0000-{:012x}", n); }

std::string ask(HecAcks& acks, std::string_view channel, std::string_view body) {
  const core::Result<std::string> reply = acks.query(channel, body);
  return reply.ok() ? *reply : "!" + reply.error().message;
}

TEST_CASE("ids count per channel from 0, and true is told once") {
  HecAcks acks;
  CHECK(acks.issue(kChannel) == 0);
  CHECK(acks.issue("fe0ecfad-13d5-401b-847d-77833bd77131") == 1);
  CHECK(acks.issue(channel_number(1)) == 0);
  CHECK(ask(acks, kChannel, R"({"acks":[0,1,2]})") == R"({"acks":{"0":true,"1":true,"2":false}})");
  CHECK(ask(acks, kChannel, R"({"acks":[1,0]})") == R"({"acks":{"1":false,"0":false}})");
  CHECK(ask(acks, channel_number(1), R"({"acks":[0]})") == R"({"acks":{"0":true}})");
  CHECK(ask(acks, channel_number(2), R"({"acks":[0]})") == R"({"acks":{"0":false}})");
  CHECK(ask(acks, kChannel, R"({"acks":[]})") == R"({"acks":{}})");
  CHECK(acks.issue(kChannel) == 2);
  CHECK(ask(acks, kChannel, R"({"acks":[18446744073709551615,2]})") ==
        R"({"acks":{"18446744073709551615":false,"2":true}})");
}

TEST_CASE("the oldest ids and channels are forgotten") {
  HecAcks acks;
  for (std::uint64_t i = 0; i <= HecAcks::kMaxIds; ++i) CHECK(acks.issue(kChannel) == i);
  CHECK(ask(acks, kChannel, fmt::format(R"({{"acks":[0,1,{}]}})", HecAcks::kMaxIds)) ==
        fmt::format(R"({{"acks":{{"0":false,"1":true,"{}":true}}}})", HecAcks::kMaxIds));
  // The one that is used stays, whatever comes.
  for (std::size_t i = 0; i < 2 * HecAcks::kMaxChannels; ++i) {
    CHECK(acks.issue(channel_number(i)) == 0);
    if (i % 500 == 0) CHECK(ask(acks, kChannel, R"({"acks":[2,2]})").starts_with(R"({"acks":{"2":)"));
  }
  CHECK(acks.issue(kChannel) == HecAcks::kMaxIds + 1);
  CHECK(ask(acks, channel_number(0), R"({"acks":[0]})") == R"({"acks":{"0":false}})");
  CHECK(ask(acks, channel_number(2 * HecAcks::kMaxChannels - 1), R"({"acks":[0]})") == R"({"acks":{"0":true}})");
}

TEST_CASE("queries that are none") {
  HecAcks acks;
  acks.issue(kChannel);
  for (const std::string body : {"{", "[0]", "{}", R"({"acks":0})", R"({"acks":{"0":true}})", "null", ""}) {
    INFO(body);
    CHECK(ask(acks, kChannel, body) == R"(!expected {"acks":[0,1]})");
  }
  for (const std::string body : {R"({"acks":[-1]})", R"({"acks":["0"]})", R"({"acks":[0.5]})", R"({"acks":[null]})"}) {
    INFO(body);
    CHECK(ask(acks, kChannel, body) == "!acks: expected whole numbers");
  }
  std::string many = R"({"acks":[0)";
  for (std::size_t i = 0; i < HecAcks::kMaxIds; ++i) many += ",0";
  CHECK(ask(acks, kChannel, many + "]}") == "!acks: expected at most 16384 ids");
}

TEST_CASE("guids") {
  CHECK(is_guid(kChannel));
  CHECK(is_guid("fe0ecfad-13d5-401b-847d-77833bd77131"));
  for (const std::string text :
       {"", "nonsense", "FE0ECFAD-13D5-401B-847D-77833BD7713", "FE0ECFAD-13D5-401B-847D-77833BD771311",
        "{E0ECFAD-13D5-401B-847D-77833BD7713}", "FE0ECFAD013D5-401B-847D-77833BD77131"}) {
    INFO(text);
    CHECK(!is_guid(text));
  }
}

TEST_CASE("collector with acknowledgements") {
  TemporaryStore store;
  HttpInputOptions options = with_token();
  options.acknowledgements = true;
  Collector collector(store.session(), options);
  const std::string good = R"({"event":)" + json_string(sysmon_xml(1)) + "}";
  const test::RawHeaders channel = {{"X-Splunk-Request-Channel", kChannel}};
  const std::string in_query = "?channel=" + kChannel;

  struct Row {
    std::string target;
    test::RawHeaders headers;
    std::string body;
    int status;
    std::string expected;
  };
  const std::string missing = R"({"text":"Data channel is missing","code":10})";
  const Row rows[] = {
      {"/services/collector", {}, good, 400, missing},
      {"/services/collector/raw", {}, sysmon_xml(1), 400, missing},
      {"/services/collector/ack", {}, R"({"acks":[0]})", 400, missing},
      {"/services/collector",
       {{"X-Splunk-Request-Channel", "x"}},
       good,
       400,
       R"({"text":"Invalid data channel","code":11})"},
      {"/services/collector", channel, good, 200, R"({"text":"Success","code":0,"ackId":0})"},
      {"/services/collector/raw" + in_query, {}, sysmon_xml(2), 200, R"({"text":"Success","code":0,"ackId":1})"},
      {"/services/collector", channel, R"({"event":""})", 400,
       R"({"text":"Event field cannot be blank","code":13,"invalid-event-number":0})"},
      {"/services/collector/event/1.0", channel, good, 200, R"({"text":"Success","code":0,"ackId":2})"},
      {"/services/collector?channel=" + channel_number(1), {}, good, 200, R"({"text":"Success","code":0,"ackId":0})"},
      {"/services/collector/ack" + in_query,
       {},
       R"({"acks":[0,1,3]})",
       200,
       R"({"acks":{"0":true,"1":true,"3":false}})"},
      {"/services/collector/ack/1.0", channel, R"({"acks":[0,2]})", 200, R"({"acks":{"0":false,"2":true}})"},
      {"/services/collector/ack", channel, "", 400, R"({"text":"No data","code":5})"},
      {"/services/collector/ack", channel, "[0]", 400, R"({"text":"Invalid data format","code":6})"},
  };
  for (const Row& row : rows) {
    INFO(row.target << " " << row.body);
    const test::RawReply got = collector.post(row.target, row.body, row.headers);
    CHECK(got.status == row.status);
    CHECK(got.body == row.expected);
  }
  CHECK(store.rows("SELECT EventRecordID FROM Registry ORDER BY id") == std::vector<std::string>{"1", "2"});
}

}  // namespace
}  // namespace rw::ingest
