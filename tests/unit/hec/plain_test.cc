// The plain ingest path: request → exact reply, and what is in the store afterwards.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/unit/hec/gated_session.h"
#include "tests/unit/hec/hec_fixture.h"

namespace rw::ingest {
namespace {

using Rows = std::vector<std::string>;

std::string counts(int received, int stored, int duplicates, int rejected) {
  return fmt::format(R"({{"received":{},"stored":{},"duplicates":{},"rejected":{}}})", received, stored, duplicates,
                     rejected);
}

TEST_CASE("plain: whatever form the events come in") {
  struct Row {
    std::string body;
    Rows record_ids;
    Rows samples;  // of rejected
    std::string reply;
  };
  const std::string a = sysmon_json(1);
  const std::string b = sysmon_json(2);
  const std::string c = sysmon_json(3);
  const std::string pretty =
      "{\n  \"EventID\": 13,\n  \"Channel\": \"Microsoft-Windows-Sysmon/Operational\",\n"
      "  \"EventRecordID\": 4,\n  \"EventType\": \"SetValue\",\n"
      "  \"TargetObject\": \"HKLM\\\\SOFTWARE\\\\T\\\\x\"\n}";
  const std::string raw_line_feed = "{\"x\":\"two\nlines\"," + a.substr(1);
  const std::string deep = "{\"a\":" + std::string(100, '[') + std::string(100, ']') + "}";
  const Row rows[] = {
      {a, {"1"}, {}, counts(1, 1, 0, 0)},
      {"\xEF\xBB\xBF" + a, {"1"}, {}, counts(1, 1, 0, 0)},
      {"\r\n " + a + "\r\n", {"1"}, {}, counts(1, 1, 0, 0)},
      {a + b, {"1", "2"}, {}, counts(2, 2, 0, 0)},
      {a + "\n" + b + "\n", {"1", "2"}, {}, counts(2, 2, 0, 0)},
      {"[" + a + "," + b + "]", {"1", "2"}, {}, counts(2, 2, 0, 0)},
      {"[\n" + a + "\n,\n" + b + "\n]\n[" + c + "]", {"1", "2", "3"}, {}, counts(3, 3, 0, 0)},
      {pretty + pretty + "\n" + a, {"4", "1"}, {}, counts(3, 2, 1, 0)},
      {raw_line_feed + b, {"1", "2"}, {}, counts(2, 2, 0, 0)},
      {"[]", {}, {}, counts(0, 0, 0, 0)},
      {sysmon_xml(1), {"1"}, {}, counts(1, 1, 0, 0)},
      {sysmon_xml(1) + "\n" + sysmon_xml(2), {"1", "2"}, {}, counts(2, 2, 0, 0)},
      {"<?xml version='1.0'?><Events>" + sysmon_xml(1) + sysmon_xml(2) + "</Events>",
       {"1", "2"},
       {},
       counts(2, 2, 0, 0)},
      {"host app: " + sysmon_xml(1) + "\nnonsense\n", {"1"}, {"nonsense"}, counts(2, 1, 0, 1)},
      {R"({"EventID":9999,"Channel":"Application"})" + a, {"1"}, {}, counts(2, 1, 0, 0)},
      // a poisoned batch
      {a + "\n{\"x\":1}\n" + b, {"1", "2"}, {"{\"x\":1}"}, counts(3, 2, 0, 1)},
      {a + "\n{bad}\n" + b, {"1", "2"}, {"{bad}"}, counts(3, 2, 0, 1)},
      {a + "\n{\"x\":\"open\n" + b + "\n" + c, {"1", "2", "3"}, {"{\"x\":\"open\n"}, counts(4, 3, 0, 1)},
      {a + "\n{\"x\":{\n" + b, {"1", "2"}, {"{\"x\":{\n"}, counts(3, 2, 0, 1)},
      {a + "\n<Event/>\n\n" + b, {"1", "2"}, {"<Event/>\n\n"}, counts(3, 2, 0, 1)},
      {a + "\n" + deep + "\n" + b, {"1", "2"}, {deep + "\n"}, counts(3, 2, 0, 1)},
      {"[" + a + ",5,\n" + b + "]", {"1", "2"}, {"5,\n"}, counts(3, 2, 0, 1)},
      {"[" + a, {"1"}, {""}, counts(2, 1, 0, 1)},
      {"{", {}, {"{"}, counts(1, 0, 0, 1)},
      {"hello", {}, {"hello"}, counts(1, 0, 0, 1)},
  };
  for (const Row& row : rows) {
    INFO(row.body);
    TemporaryStore store;
    Collector collector(store.session(), with_token());
    const test::RawReply reply = collector.post("/api/v1/ingest", row.body);
    CHECK(reply.status == 200);
    CHECK(reply.body == row.reply);
    CHECK(store.rows("SELECT EventRecordID FROM Registry ORDER BY id") == row.record_ids);
    CHECK(store.rows("SELECT sample FROM rejected ORDER BY id") == row.samples);
    CHECK(store.rows("SELECT count(*) FROM rejected WHERE input <> 'ingest' OR reason = ''") == Rows{"0"});
  }
}

TEST_CASE("plain: UTF-16") {
  TemporaryStore store;
  Collector collector(store.session(), with_token());
  const std::string mark = "\xFF\xFE";
  const auto post = [&](const std::string& body) { return collector.post("/ingest", body); };
  CHECK(post(mark + utf16_of_ascii("hi")).body == counts(1, 0, 0, 1));
  CHECK(store.rows("SELECT size_bytes FROM rejected") == Rows{"2"});
  CHECK(post(mark + utf16_of_ascii(sysmon_json(1) + "\r\n" + sysmon_json(2))).body == counts(2, 2, 0, 0));
  CHECK(post(utf16_of_ascii("[" + sysmon_json(3) + "]")).body == counts(1, 1, 0, 0));
  CHECK(post(utf16_of_ascii(sysmon_xml(4) + "\r\n" + sysmon_xml(5) + "\r\n")).body == counts(2, 2, 0, 0));
  CHECK(post(mark + utf16_of_ascii("<?xml version='1.0'?>\r\n<Events>" + sysmon_xml(6) + "</Events>")).body ==
        counts(1, 1, 0, 0));
  CHECK(store.rows("SELECT EventRecordID FROM Registry ORDER BY id") == Rows{"1", "2", "3", "4", "5", "6"});
  CHECK(post(mark).status == 400);
  CHECK(post(mark + utf16_of_ascii(" \r\n")).status == 400);
}

TEST_CASE("plain: requests and replies") {
  TemporaryStore store;
  Collector collector(store.session(), with_token(), {.max_body_bytes = 1'000'000});
  const std::string good = sysmon_json(1);
  const test::RawHeaders bearer = {{"Authorization", "Bearer other"}};
  const auto error = [](std::string_view reason) { return fmt::format(R"({{"error":"{}"}})", reason); };
  const std::string empty = error("the body is empty: expected JSON or XML events");
  const std::string no_path = error(
      "There is no such path: expected /services/collector (Splunk HEC), /_bulk (Elasticsearch), /v1/logs "
      "(OTLP) or /api/v1/ingest (JSON or XML)");
  const RequestRow rows[] = {
      {"POST", "/api/v1/ingest", bearer, good, 200, counts(1, 1, 0, 0)},
      {"POST", "/ingest", bearer, good, 200, counts(1, 0, 1, 0)},
      {"POST", "/ingest", with(bearer, "Content-Type", "application/x-www-form-urlencoded"), good, 200,
       counts(1, 0, 1, 0)},
      {"POST", "/ingest", with(bearer, "Content-Encoding", "gzip"), test::compressed(good, test::Compression::kGzip),
       200, counts(1, 0, 1, 0)},
      {"POST", "/ingest", with(bearer, "Content-Type", "application/msgpack"), "\x91\x80", 415,
       error("Content-Type application/msgpack: expected JSON or XML; in Fluent Bit's http output set format json")},
      {"POST", "/ingest", with(bearer, "Content-Type", "application/X-Protobuf; v=1"), good, 415,
       error("Content-Type application/x-protobuf: expected JSON or XML")},
      {"POST", "/ingest", bearer, "", 400, empty},
      {"POST", "/ingest", bearer, " \r\n", 400, empty},
      {"POST", "/ingest", bearer, "\xEF\xBB\xBF", 400, empty},
      {"POST", "/ingest", {}, good, 401, error("a token is required: expected Authorization: Bearer TOKEN")},
      {"POST", "/ingest", {{"Authorization", "Bearer x"}}, good, 401, error("the token is not one of this input's")},
      {"POST",
       "/ingest",
       {{"Authorization", "Digest x"}},
       good,
       401,
       error("Authorization: expected Bearer TOKEN, or Basic with the token as password")},
      {"POST",
       "/ingest?token=other",
       {},
       good,
       401,
       error("?token= is not enabled on this input: expected Authorization: Bearer TOKEN")},
      {"POST", "/ingest", with(bearer, "Content-Encoding", "snappy"), good, 415,
       error("Content-Encoding not supported: send gzip, deflate, zstd or none")},
      {"POST", "/ingest", bearer, std::string(1'000'001, ' '), 413,
       error("Content too large: the limit counts after decompression; send smaller batches")},
      {"GET", "/ingest", bearer, "", 405, error("The path does not take this method")},
      // any other path
      {"POST", "/", bearer, good, 405, error("The path does not take this method")},
      {"POST", "/ingest/", bearer, good, 404, no_path},
      {"GET", "/health", {}, "", 404, no_path},
      {"POST", "/api/v1/events", {}, good, 404, no_path},
  };
  for (const RequestRow& row : rows) {
    INFO(row.method << " " << row.target << " " << row.body.substr(0, 100));
    const test::RawReply got = collector.exchange(row);
    CHECK(got.status == row.status);
    CHECK(got.body == row.expected);
    CHECK(got.header("content-type") == "application/json");
    CHECK(got.header("www-authenticate") == (row.status == 401 ? R"(Bearer realm="regwarden")" : ""));
  }
  CHECK(collector.counters.value(core::Counter::kIngestEvents) == 4);
  collector.input.begin_shutdown();
  const test::RawReply stopping = test::raw_exchange(collector.port(), "POST", "/ingest", bearer, good);
  CHECK(stopping.status == 503);
  CHECK(stopping.header("retry-after") == "1");
}

TEST_CASE("plain: busy is 503 with Retry-After") {
  GatedSession::Gate gate;
  Collector collector(std::make_unique<GatedSession>(gate), impatient(std::chrono::milliseconds(100)));
  const test::RawReply reply = collector.post("/ingest", sysmon_json(1));
  CHECK(reply.status == 503);
  CHECK(reply.header("retry-after") == "1");
  CHECK(reply.body == R"({"error":"The server is busy; send again"})");
  gate.let_through();
}

}  // namespace
}  // namespace rw::ingest
