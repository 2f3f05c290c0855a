// The protocol as a table: request → exact status and exact body.
#include <catch2/catch.hpp>
#include <string>

#include "tests/unit/hec/hec_fixture.h"

namespace rw::ingest {
namespace {

std::string reply(std::string_view text, int code) { return fmt::format(R"({{"text":"{}","code":{}}})", text, code); }
std::string reply(std::string_view text, int code, int number) {
  return fmt::format(R"({{"text":"{}","code":{},"invalid-event-number":{}}})", text, code, number);
}

TEST_CASE("requests and replies") {
  TemporaryStore store;
  Collector collector(store.session(), with_token(), {.max_body_bytes = 1'000'000});
  const std::string token = fmt::format("Splunk {}", kToken);
  const std::string good = R"({"event":)" + json_string(sysmon_xml(1)) + "}";
  const std::string event = "/services/collector/event";
  const std::string raw = "/services/collector/raw";
  const std::string ok(kSuccess);
  const std::string not_found = reply("The requested URL was not found on this server.", 404);
  const std::string encoding = reply("Content-Encoding not supported: send gzip, deflate, zstd or none", 415);
  const std::string too_large =
      reply("Content too large: the limit counts after decompression; send smaller batches", 413);
  const std::string gzip = test::compressed(good, test::Compression::kGzip);

  const test::RawHeaders auth = {{"Authorization", token}};
  const RequestRow rows[] = {
      // paths
      {"POST", "/services/collector", auth, good, 200, ok},
      {"POST", "/services/collector/event", auth, good, 200, ok},
      {"POST", "/services/collector/event/1.0", auth, good, 200, ok},
      {"POST", "/services/collector?auto_extract_timestamp=true&index=x", auth, good, 200, ok},
      {"POST", "/services/collector/raw", auth, sysmon_xml(1), 200, ok},
      {"POST", "/services/collector/raw/1.0", auth, sysmon_xml(1), 200, ok},
      {"GET", "/services/collector/health", {}, "", 200, reply("HEC is healthy", 17)},
      {"GET", "/services/collector/health/1.0", {}, "", 200, reply("HEC is healthy", 17)},
      {"GET", "/services/collector/health", auth, "", 200, reply("HEC is healthy", 17)},
      {"GET", "/services/collector/health", {{"Authorization", "Splunk no"}}, "", 400, reply("Invalid token", 21)},
      {"POST", "/services/collector/ack?channel=FE0ECFAD-13D5-401B-847D-77833BD77131", auth, R"({"acks":[0]})", 400,
       reply("ACK is disabled", 14)},
      {"POST", "/services/collector/ack/1.0", auth, R"({"acks":[0]})", 400, reply("ACK is disabled", 14)},
      {"OPTIONS", "/services/collector", {}, "", 200, ""},
      {"OPTIONS", "/services/collector/event/1.0", {}, "", 200, ""},
      {"OPTIONS", "/services/collector/health", {}, "", 200, ""},
      {"GET", event, auth, "", 405, not_found},
      {"PUT", event, auth, good, 405, not_found},
      {"POST", "/services/collector/health", auth, good, 405, not_found},
      {"GET", "/services/collector/ack", auth, "", 405, not_found},
      {"POST", "/services/collector/s2s", auth, good, 404, not_found},
      {"POST", "/services/collector/event/2.0", auth, good, 404, not_found},
      {"POST", "/services/collectors", auth, good, 404, not_found},
      // who may
      {"POST", event, {}, good, 401, reply("Token is required", 2)},
      {"POST", event, {{"Authorization", "Splunk"}}, good, 401, reply("Invalid authorization", 3)},
      {"POST", event, {{"Authorization", "Token x"}}, good, 401, reply("Invalid authorization", 3)},
      {"POST", event, {{"Authorization", "Splunk x"}}, good, 403, reply("Invalid token", 4)},
      {"POST", event, {{"authorization", fmt::format("splunk {}", kToken)}}, good, 200, ok},
      {"POST", event, {{"Authorization", fmt::format("Bearer {}", kToken)}}, good, 200, ok},
      {"POST", event, {{"Authorization", "Basic dXNlcjpvdGhlcg=="}}, good, 200, ok},  // user:other
      {"POST",
       event + "?token=" + std::string(kToken),
       {},
       good,
       400,
       reply("Query string authorization is not enabled", 16)},
      {"POST", raw, {}, "x", 401, reply("Token is required", 2)},
      {"POST", "/services/collector/ack", {}, "x", 401, reply("Token is required", 2)},
      // channels
      {"POST", event, with(auth, "X-Splunk-Request-Channel", "FE0ECFAD-13D5-401B-847D-77833BD77131"), good, 200, ok},
      {"POST", event, with(auth, "X-Splunk-Request-Channel", "nonsense"), good, 400, reply("Invalid data channel", 11)},
      {"POST", event + "?channel=nonsense", auth, good, 400, reply("Invalid data channel", 11)},
      // bodies of event
      {"POST", event, auth, "", 400, reply("No data", 5)},
      {"POST", event, auth, " \n", 400, reply("No data", 5)},
      {"POST", event, auth, "[]", 400, reply("No data", 5)},
      {"POST", event, with(auth, "Content-Type", "application/x-www-form-urlencoded"), good, 200, ok},
      {"POST", event, with(auth, "Content-Type", "multipart/form-data; boundary=x"), good, 200, ok},
      {"POST", event, auth, good + good, 200, ok},
      {"POST", event, auth, "[" + good + "," + good + "]", 200, ok},
      {"POST", event, auth, "{}", 400, reply("Event field is required", 12, 0)},
      {"POST", event, auth, good + good + good + R"({"event":null})" + good, 400,
       reply("Event field is required", 12, 3)},
      {"POST", event, auth, R"({"event":""})", 400, reply("Event field cannot be blank", 13, 0)},
      {"POST", event, auth, R"({"event":""}{bad)", 400, reply("Event field cannot be blank", 13, 0)},
      {"POST", event, auth, R"({"event":"a","time":"soon"})", 400, reply("Error in handling indexed fields", 15, 0)},
      {"POST", event, auth, R"({"event":"a","fields":{"b":{}}})", 400,
       reply("Error in handling indexed fields", 15, 0)},
      {"POST", event, auth, R"({"event":"a","fields":1})", 400, reply("Invalid data format", 6, 0)},
      {"POST", event, auth, "bad", 400, reply("Invalid data format", 6, 0)},
      {"POST", event, auth, good + "bad", 400, reply("Invalid data format", 6, 1)},
      {"POST", event, auth, R"({"event":"no Windows event"})", 200, ok},
      {"POST", event, auth, R"({"event":5})", 200, ok},
      // bodies of raw
      {"POST", raw, auth, "", 400, reply("No data", 5)},
      {"POST", raw, auth, "\r\n \r\n", 400, reply("No data", 5)},
      {"POST", raw + "?time=soon", auth, "x", 400, reply("Error in handling indexed fields", 15)},
      {"POST", raw + "?host=h&source=s&sourcetype=t&index=i&time=1791749655.5", auth, "x", 200, ok},
      // encodings and sizes
      {"POST", event, with(auth, "Content-Encoding", "gzip"), gzip, 200, ok},
      {"POST", event, with(auth, "Content-Encoding", "deflate"), test::compressed(good, test::Compression::kZlib), 200,
       ok},
      {"POST", event, with(auth, "Content-Encoding", "gzip"), gzip.substr(0, gzip.size() / 2), 400,
       reply("Invalid data format", 6)},
      {"POST", event, with(auth, "Content-Encoding", "snappy"), gzip, 415, encoding},
      {"POST", event, with(auth, "Content-Encoding", "snappy"), gzip, 415, encoding},
      {"POST", event, with(auth, "Content-Encoding", "gzip"),
       test::compressed(std::string(10'000'000, '\0'), test::Compression::kGzip), 413, too_large},
      {"POST", event, auth, std::string(1'000'001, ' '), 413, too_large},
  };
  for (const RequestRow& row : rows) {
    INFO(row.method << " " << row.target << " " << row.body.substr(0, 100));
    const test::RawReply got = collector.exchange(row);
    CHECK(got.status == row.status);
    CHECK(got.body == row.expected);
    CHECK(got.header("content-length") == std::to_string(row.expected.size()));
    if (!row.expected.empty()) CHECK(got.header("content-type") == "application/json");
  }
  // Whatever was sent, the good event is there once.
  CHECK(store.registry() == std::vector<std::string>{"1791749655500000|till-1|AmsiEnable|1"});

  collector.input.begin_shutdown();
  for (const std::string path : {"/services/collector", "/services/collector/raw", "/services/collector/ack"}) {
    const test::RawReply refused = collector.post(path, good);
    CHECK(refused.status == 503);
    CHECK(refused.body == reply("Server is shutting down", 23));
    CHECK(refused.header("retry-after") == "1");
  }
  CHECK(test::raw_exchange(collector.port(), "GET", "/services/collector/health").body ==
        reply("Server is shutting down", 23));
}

TEST_CASE("without tokens everyone is let in; with query_token the query counts") {
  TemporaryStore store;
  const std::string good = R"({"event":)" + json_string(sysmon_xml(1)) + "}";
  {
    Collector open(store.session(), {});
    CHECK(test::raw_exchange(open.port(), "POST", "/services/collector", {}, good).body == kSuccess);
    CHECK(test::raw_exchange(open.port(), "POST", "/services/collector", {{"Authorization", "x"}}, good).body ==
          kSuccess);
  }
  Collector query(store.session(), {.tokens = {"a b%"}, .query_token = true});
  CHECK(test::raw_exchange(query.port(), "POST", "/services/collector?token=a+b%25", {}, good).body == kSuccess);
  CHECK(test::raw_exchange(query.port(), "POST", "/services/collector?token=c", {}, good).status == 403);
  CHECK(
      test::raw_exchange(query.port(), "POST", "/services/collector", {{"Authorization", "Splunk a b%"}}, good).body ==
      kSuccess);
}

}  // namespace
}  // namespace rw::ingest
