// POST /v1/logs: request → exact reply, and what is in the store afterwards.
#include "daemon/ingest/http/otlp.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/unit/hec/hec_fixture.h"
#include "tests/unit/hec/otlp_fixture.h"

namespace rw::ingest {
namespace {

using namespace otlp_test;
using StoredRows = std::vector<std::string>;

constexpr std::string_view kJsonType = "application/json";
constexpr std::string_view kProtobufType = "application/x-protobuf";

test::RawReply export_logs(Collector& collector, std::string_view type, std::string_view body,
                           const test::RawHeaders& headers = {}) {
  return collector.post("/v1/logs", body, with(headers, "Content-Type", std::string(type)));
}

std::string json_record(std::string_view text) { return R"({"body":{"stringValue":)" + json_string(text) + "}}"; }
std::string binary_record(std::string_view text) { return in_scope(record_body(text_value(text))); }

// google.rpc.Status as protobuf.
std::string status_of(int code, std::string_view message) {
  return number_field(1, static_cast<std::uint64_t>(code)) + bytes_field(2, message);
}

TEST_CASE("OTLP: events in both forms, with time and host of the record where the event has none") {
  TemporaryStore store;
  Collector collector(store.session(), with_token());
  const std::string time = R"("timeUnixNano":"1791749655250000000")";
  const test::RawReply json = export_logs(
      collector, "Application/JSON; charset=utf-8",
      json_request(
          json_record(sysmon_xml(1)) + ",{" + time + R"(,"body":{"stringValue":)" + json_string(sysmon_json(2)) +
              "}}," + R"({"body":{"kvlistValue":{"values":[)" +
              R"({"key":"EventID","value":{"intValue":"13"}},{"key":"EventRecordID","value":{"intValue":3}},)" +
              R"({"key":"Channel","value":{"stringValue":"Microsoft-Windows-Sysmon/Operational"}},)" +
              R"({"key":"EventType","value":{"stringValue":"SetValue"}},)" +
              R"({"key":"TargetObject","value":{"stringValue":"HKLM\\SOFTWARE\\T\\AmsiEnable"}},)" +
              R"({"key":"Details","value":{"stringValue":"DWORD 0"}}]}},)" + time + "}",
          "till-2"));
  CHECK(json.status == 200);
  CHECK(json.body == "{}");
  CHECK(json.header("content-type") == kJsonType);

  const std::string fields =
      pair("EventID", int_value(13)) + pair("EventRecordID", int_value(5)) +
      pair("Channel", text_value("Microsoft-Windows-Sysmon/Operational")) + pair("EventType", text_value("SetValue")) +
      pair("TargetObject", text_value("HKLM\\SOFTWARE\\T\\AmsiEnable")) + pair("Details", text_value("DWORD 0"));
  const test::RawReply binary = export_logs(
      collector, kProtobufType,
      in_request(binary_record(sysmon_xml(4)) +
                     in_scope(fixed64_field(1, 1'791'749'655'250'000'000) + record_body(pairs_value(fields))),
                 resource_of("till-3")));
  CHECK(binary.status == 200);
  CHECK(binary.body.empty());
  CHECK(binary.header("content-length") == "0");
  CHECK(binary.header("content-type") == kProtobufType);
  CHECK(store.registry() == StoredRows{"1791749655500000|till-1|AmsiEnable|1", "1791749655250000|till-2|AmsiEnable|2",
                                       "1791749655250000|till-2|AmsiEnable|3", "1791749655500000|till-1|AmsiEnable|4",
                                       "1791749655250000|till-3|AmsiEnable|5"});
  CHECK(store.rejected() == StoredRows{});
  CHECK(collector.counters.value(core::Counter::kOtlpRecords) == 5);
}

TEST_CASE("OTLP: records that are no events are kept, counted and told; the others are stored") {
  TemporaryStore store;
  Collector collector(store.session(), with_token());
  const test::RawReply json = export_logs(collector, kJsonType,
                                          json_request(json_record(sysmon_xml(1)) + R"(,{"body":{"intValue":"5"}},)" +
                                                       json_record(sysmon_xml(2)) + "," + json_record("hello")));
  CHECK(json.status == 200);
  CHECK(json.body == R"({"partialSuccess":{"rejectedLogRecords":"2","errorMessage":"2 of 4 log records are no Windows )"
                     R"(events and are kept as rejected; log record 1: the body has 'intValue': expected stringValue )"
                     R"(or kvlistValue"}})");
  const test::RawReply binary = export_logs(
      collector, kProtobufType, in_request(in_scope(record_body(bool_value(true))) + binary_record(sysmon_xml(3))));
  CHECK(binary.status == 200);
  CHECK(binary.header("content-type") == kProtobufType);
  CHECK(binary.body ==
        bytes_field(1, status_of(1,
                                 "1 of 2 log records are no Windows events and are kept as rejected; log record 0: "
                                 "the body is a bool: expected a string or a key-value list")));
  CHECK(store.rows("SELECT EventRecordID FROM Registry ORDER BY id") == StoredRows{"1", "2", "3"});
  const StoredRows rejected = store.rejected();
  REQUIRE(rejected.size() == 3);
  CHECK(rejected[0] ==
        "otlp|127.0.0.1|OTLP log record 1: the body has 'intValue': expected stringValue or kvlistValue"
        R"(|{"body":{"intValue":"5"}})");
  CHECK(rejected[1].substr(rejected[1].rfind('|')) == "|hello");
  CHECK(collector.counters.value(core::Counter::kRejected) == 3);
}

TEST_CASE("OTLP: malformed data is told in the request's form, kept, and never retried") {
  TemporaryStore store;
  Collector collector(store.session(), with_token());
  const test::RawReply json = export_logs(collector, kJsonType, json_request(json_record(sysmon_xml(1)) + ",{]"));
  CHECK(json.status == 400);
  CHECK(json.body.substr(0, 21) == R"({"code":3,"message":")");
  const std::string good = in_request(binary_record(sysmon_xml(2)));
  const test::RawReply binary = export_logs(collector, kProtobufType, good + "\x0b");
  CHECK(binary.status == 400);
  CHECK(binary.header("content-type") == kProtobufType);
  CHECK(binary.body == status_of(3, fmt::format("byte {}: field 1: wire type 3: expected 0, 1, 2 or 5 (groups are not "
                                                "supported)",
                                                good.size() + 1)));
  CHECK(store.rows("SELECT EventRecordID FROM Registry WHERE EventRecordID = 2") == StoredRows{"2"});
  CHECK(store.rows("SELECT count(*) FROM rejected WHERE input = 'otlp'") == StoredRows{"2"});
}

TEST_CASE("OTLP: requests and replies") {
  TemporaryStore store;
  Collector collector(store.session(), with_token(), {.max_body_bytes = 100'000});
  const std::string bearer = fmt::format("Bearer {}", kToken);
  const auto headers = [](std::string type, std::string authorization, test::RawHeaders more = {}) {
    if (!type.empty()) more.emplace_back("Content-Type", std::move(type));
    if (!authorization.empty()) more.emplace_back("Authorization", std::move(authorization));
    return more;
  };
  const std::string json(kJsonType);
  const std::string binary(kProtobufType);
  const std::string too_large = "Content too large: the limit counts after decompression; send smaller batches";
  const RequestRow rows[] = {
      {"POST", "/v1/logs", headers(json, bearer), "{}", 200, "{}"},
      {"POST", "/v1/logs", headers(json, bearer), "", 200, "{}"},
      {"POST", "/v1/logs", headers(binary, bearer), "", 200, ""},
      {"POST", "/v1/logs", headers(json, ""), "{}", 401,
       R"({"code":16,"message":"a token is required: expected the header Authorization: Bearer TOKEN"})"},
      {"POST", "/v1/logs", headers(binary, "Bearer wrong"), "", 401, status_of(16, "the token is not known")},
      {"POST", "/v1/logs?token=x", headers(json, ""), "{}", 401,
       R"({"code":16,"message":"a token in the query is not enabled here: expected the header Authorization: Bearer TOKEN"})"},
      {"POST", "/v1/logs", headers(json, "Digest x"), "{}", 401,
       R"({"code":16,"message":"invalid Authorization: expected Bearer TOKEN"})"},
      {"POST", "/v1/logs", headers("text/plain", bearer), "{}", 415,
       R"({"code":3,"message":"Content-Type 'text/plain': expected application/json or application/x-protobuf"})"},
      {"POST", "/v1/logs", headers("", bearer), "{}", 415,
       R"({"code":3,"message":"Content-Type '': expected application/json or application/x-protobuf"})"},
      {"POST", "/v1/logs", headers(json, bearer, {{"Content-Encoding", "snappy"}}), "{}", 415,
       R"({"code":3,"message":"Content-Encoding not supported: send gzip, deflate, zstd or none"})"},
      {"POST", "/v1/logs", headers(binary, bearer, {{"Content-Encoding", "gzip"}}), "no gzip", 400,
       status_of(3, "The request was not understood")},
      {"POST", "/v1/logs", headers(binary, bearer), std::string(100'001, 'x'), 413, status_of(8, too_large)},
      {"GET", "/v1/logs", headers("", bearer), "", 405,
       R"({"code":12,"message":"method not allowed: logs go to POST /v1/logs"})"},
      {"POST", "/v1/traces", headers(json, bearer), "{}", 404,
       R"({"code":5,"message":"not found: logs go to POST /v1/logs; there are no traces and no metrics here"})"},
  };
  for (const RequestRow& row : rows) {
    INFO(row.method << ' ' << row.target << ' ' << row.expected);
    const test::RawReply reply = collector.exchange(row);
    CHECK(reply.status == row.status);
    CHECK(reply.body == row.expected);
    CHECK(reply.header("www-authenticate") == (row.status == 401 ? "Bearer" : ""));
  }
  const test::RawReply gzip = export_logs(
      collector, kProtobufType, test::compressed(in_request(binary_record(sysmon_xml(1))), test::Compression::kGzip),
      {{"Content-Encoding", "gzip"}});
  CHECK(gzip.status == 200);
  CHECK(store.registry().size() == 1);

  collector.input.begin_shutdown();
  const test::RawReply stopping = export_logs(collector, kProtobufType, "");
  CHECK(stopping.status == 503);
  CHECK(stopping.header("retry-after") == "1");
  CHECK(stopping.body == status_of(14, "shutting down: send again later"));
}

TEST_CASE("OTLP: a request of several batches is committed whole before the answer") {
  TemporaryStore store;
  Collector collector(store.session(), with_token());
  std::string records;
  for (int i = 1; i <= 3000; ++i) records += binary_record(sysmon_xml(i, std::string(1500, 'x')));
  CHECK(export_logs(collector, kProtobufType, in_request(records)).status == 200);
  CHECK(store.rows("SELECT count(*), min(EventRecordID), max(EventRecordID) FROM Registry") ==
        StoredRows{"3000|1|3000"});
}

}  // namespace
}  // namespace rw::ingest
