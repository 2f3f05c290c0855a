// Request body → log records: the same of both forms.
#include "daemon/ingest/http/otlp_logs.h"

#include <catch2/catch.hpp>
#include <limits>
#include <string>
#include <vector>

#include "daemon/ingest/decode/event_limit.h"
#include "tests/unit/hec/hec_fixture.h"
#include "tests/unit/hec/otlp_fixture.h"

namespace rw::ingest {
namespace {

using namespace otlp_test;
using Texts = std::vector<std::string>;

// "time|host|payload" of each record, "!fault" of those at fault; last the error, if any.
template <class Read>
Texts records_of(const Read& read, std::string_view body) {
  Texts texts;
  const core::Result<void> done = read(body, [&](const OtlpLogRecord& record) {
    texts.push_back(record.fault.empty() ? fmt::format("{}|{}|{}", record.time ? core::to_us(*record.time) : -1,
                                                       record.host, record.payload)
                                         : "!" + record.fault);
    CHECK(record.source.data() != nullptr);
    return true;
  });
  if (!done.ok()) {
    CHECK(done.error().code == core::ErrorCode::kInvalidInput);
    texts.push_back("error: " + done.error().message);
  }
  return texts;
}
Texts from_json(std::string_view body) { return records_of(read_otlp_json, body); }
Texts from_protobuf(std::string_view body) { return records_of(read_otlp_protobuf, body); }

TEST_CASE("times, host and payload of a record, in any order of fields") {
  const std::uint64_t ns = 1'791'749'655'123'456'789;
  const std::string record =
      in_scope(fixed64_field(11, 5'000) + fixed64_field(1, ns) + record_body(text_value("<Event/>")));
  const std::string observed = in_scope(record_body(text_value("x")) + fixed64_field(11, ns));
  const Texts expected = {"1791749655123456|till-9|<Event/>", "1791749655123456|till-9|x"};
  CHECK(from_protobuf(in_request(record + observed, resource_of("till-9"))) == expected);
  // The resource behind its records.
  CHECK(from_protobuf(bytes_field(1, bytes_field(2, record + observed) + resource_of("till-9"))) == expected);

  CHECK(from_json(json_request(R"({"observedTimeUnixNano":"5000","timeUnixNano":"1791749655123456789",)"
                               R"("body":{"stringValue":"<Event/>"}},{"body":{"stringValue":"x"},)"
                               R"("observedTimeUnixNano":1791749655123456789,"timeUnixNano":"0"})")) == expected);
  CHECK(from_json(R"({"later":[{"a":[1]}],"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"x"},)"
                  R"("flags":1,"new":{"a":null}}]}],"resource":{"attributes":[{"value":{"stringValue":"till-9"},)"
                  R"("key":"host.name"}]}}]})") == Texts{"-1|till-9|x"});
}

TEST_CASE("several resources each have their own host; what is absent is no fault") {
  CHECK(from_protobuf(in_request(in_scope(record_body(text_value("a"))), resource_of("h1")) +
                      in_request(in_scope(record_body(text_value("b")))) +
                      in_request(in_scope(record_body(text_value("c"))), resource_of("h2"))) ==
        Texts{"-1|h1|a", "-1||b", "-1|h2|c"});
  CHECK(from_json(R"({"resourceLogs":[{"resource":{"attributes":[{"key":"host.name","value":{"stringValue":"h1"}}]},)"
                  R"("scopeLogs":[{"logRecords":[{"body":{"stringValue":"a"}}]}]},)"
                  R"({"resource":null,"scopeLogs":[{"logRecords":[{"body":{"stringValue":"b"}}]}]},)"
                  R"({"resource":{},"scopeLogs":[{"logRecords":null},{}]},{"scopeLogs":null}]})") ==
        Texts{"-1|h1|a", "-1||b"});
  for (const char* empty : {"", " \n", "{}", R"({"resourceLogs":[]})", R"({"resourceLogs":null})", R"({"a":[{}]})"}) {
    CHECK(from_json(empty) == Texts{});
  }
  CHECK(from_protobuf("") == Texts{});
  CHECK(from_protobuf(in_request("")) == Texts{});
}

TEST_CASE("a key-value list becomes plain JSON") {
  const std::string list =
      pair("EventID", int_value(13)) + pair("negative", int_value(-1)) +
      pair("least", int_value(std::numeric_limits<std::int64_t>::min())) + pair("share", double_value(0.5)) +
      pair("whole", double_value(3)) + pair("none", double_value(std::numeric_limits<double>::quiet_NaN())) +
      pair("yes", bool_value(true)) + pair("no", bool_value(false)) + pair("bytes", raw_value("\x01\xff!?")) +
      pair("unset", "") + pair("text", text_value("a\"b\\c\n\x01 \xc3\xa4")) +
      pair("list", list_value(element(int_value(1)) + element(text_value("x")) + element(list_value("")))) +
      pair("EventData", pairs_value(pair("Details", text_value("DWORD 4")) + pair("inner", pairs_value(""))));
  const std::string expected =
      R"({"EventID":13,"negative":-1,"least":-9223372036854775808,"share":0.5,"whole":3,"none":"NaN","yes":true,)"
      R"("no":false,"bytes":"Af8hPw==","unset":null,"text":"a\"b\\c\n\u0001 ä","list":[1,"x",[]],)"
      R"("EventData":{"Details":"DWORD 4","inner":{}}})";
  CHECK(from_protobuf(in_request(in_scope(record_body(pairs_value(list))))) == Texts{"-1||" + expected});

  const std::string values =
      R"({"key":"EventID","value":{"intValue":"13"}},{"key":"negative","value":{"intValue":-1}},)"
      R"({"key":"least","value":{"intValue":"-9223372036854775808"}},{"key":"share","value":{"doubleValue":0.5}},)"
      R"({"key":"whole","value":{"doubleValue":3}},{"key":"none","value":{"doubleValue":"NaN"}},)"
      R"({"value":{"boolValue":true},"key":"yes"},{"key":"no","value":{"boolValue":false}},)"
      R"({"key":"bytes","value":{"bytesValue":"Af8hPw=="}},{"key":"unset","value":{}},)"
      R"({"key":"text","value":{"stringValue":"a\"b\\c\n\u0001 \u00e4"}},{"key":"list","value":{"arrayValue":)"
      R"({"values":[{"intValue":1},{"stringValue":"x"},{"arrayValue":{}}]}}},{"key":"EventData","value":)"
      R"({"kvlistValue":{"values":[{"key":"Details","value":{"stringValue":"DWORD 4"}},)"
      R"({"key":"inner","value":{"kvlistValue":{"values":[]}}}]}}})";
  CHECK(from_json(json_request(R"({"body":{"kvlistValue":{"values":[)" + values + "]}}}", "")) ==
        Texts{"-1||" + expected});
}

TEST_CASE("attributes add what the body lacks, and stand in for a body that is absent") {
  const std::string attributes = record_attribute("b", int_value(9)) + record_attribute("c", int_value(3));
  const auto with_body = [&](std::string_view body) { return in_scope(record_body(body) + attributes); };
  CHECK(from_protobuf(in_request(
            with_body(pairs_value(pair("a", int_value(1)) + pair("b", int_value(2)) + pair("a", int_value(7)))) +
            in_scope(attributes) + with_body(text_value(" ")) + with_body("") + with_body(text_value("words")))) ==
        Texts{R"(-1||{"a":1,"b":2,"c":3})", R"(-1||{"b":9,"c":3})", R"(-1||{"b":9,"c":3})", R"(-1||{"b":9,"c":3})",
              "-1||words"});
  const std::string json = R"("attributes":[{"key":"b","value":{"intValue":9}},{"key":"c","value":{"intValue":3}}]})";
  CHECK(from_json(json_request(R"({"body":{"kvlistValue":{"values":[{"key":"a","value":{"intValue":1}},)"
                               R"({"key":"b","value":{"intValue":2}},{"key":"a","value":{"intValue":7}}]}},)" +
                                   json + ",{" + json + R"(,{"body":{"stringValue":" "},)" + json + R"(,{"body":{},)" +
                                   json + R"(,{"body":{"stringValue":"words"},)" + json,
                               "")) == Texts{R"(-1||{"a":1,"b":2,"c":3})", R"(-1||{"b":9,"c":3})",
                                             R"(-1||{"b":9,"c":3})", R"(-1||{"b":9,"c":3})", "-1||words"});
}

TEST_CASE("a record at fault does not keep the others from being read") {
  std::string deep = int_value(1);
  for (int i = 0; i < 10'000; ++i) deep = list_value(element(deep));
  const std::string records = in_scope(record_body(int_value(5))) + in_scope(record_body(list_value(""))) +
                              in_scope(record_body(raw_value("<Event/>"))) + in_scope("") +
                              in_scope(record_body(pairs_value(pair("a", deep)))) +
                              in_scope(record_body(text_value(std::string(kMaxEventBytes, 'x')))) +
                              in_scope(record_body(text_value("good")));
  CHECK(from_protobuf(in_request(records)) ==
        Texts{"!the body is an int: expected a string or a key-value list",
              "!the body is an array: expected a string or a key-value list",
              "!the body is bytes: expected a string or a key-value list", "!neither a body nor attributes",
              "!values nested deeper than 64 levels", "!1048584 bytes long: expected 1048576 at most", "-1||good"});

  const auto json_body = [](std::string_view body) { return R"({"body":)" + std::string(body) + "},"; };
  std::string nested = R"({"intValue":1})";
  for (int i = 0; i < 100; ++i) nested = R"({"arrayValue":{"values":[)" + nested + "]}}";
  std::string very_deep;
  for (int i = 0; i < 10'000; ++i) very_deep += R"({"arrayValue":{"values":[)";
  for (int i = 0; i < 10'000; ++i) very_deep += "]}}";
  const auto with_value = [&](std::string_view value) {
    return json_body(R"({"kvlistValue":{"values":[{"key":"a","value":)" + std::string(value) + "}]}}");
  };
  CHECK(from_json(json_request(
            json_body(R"({"intValue":"5"})") + json_body(R"({"arrayValue":{}})") + json_body(R"("text")") + "{}," +
                with_value(nested) + with_value(very_deep) + with_value(R"({"intValue":"twelve"})") +
                with_value(R"({"stringValue":5})") + with_value("7") + json_body(R"({"kvlistValue":{"values":{}}})") +
                R"({"timeUnixNano":"soon","body":{"stringValue":"x"}},)" +
                json_body(R"({"stringValue":")" + std::string(kMaxEventBytes, 'x') + R"("})") +
                R"({"body":{"stringValue":"good"}})",
            "")) == Texts{R"(!the body has 'intValue': expected stringValue or kvlistValue)",
                          R"(!the body has 'arrayValue': expected stringValue or kvlistValue)",
                          "!body is a string: expected an object", "!neither a body nor attributes",
                          "!values nested deeper than 64 levels", "!values nested deeper than 64 levels",
                          "!a value does not fit its kind", "!a value does not fit its kind",
                          "!a value does not fit its kind", "!key-value list: an object: expected an array",
                          "!timeUnixNano: expected nanoseconds since 1970 as a whole number",
                          "!1048603 bytes long: expected 1048576 at most", "-1||good"});
}

TEST_CASE("protobuf that is none: told where, and what came before is kept") {
  const std::string good = in_request(in_scope(record_body(text_value("good"))));
  const std::string ten(9, '\xff');
  struct Row {
    std::string bytes;
    std::string expected;
  };
  const Row rows[] = {
      {"\x80", "byte 23: cut off in a varint"},
      {"\x0a", "byte 24: cut off in a varint"},
      {"\x0a\x05xx", "byte 25: field 1: 5 bytes long, and 2 are left"},
      {"\x0a" + ten + "\x01", "byte 34: field 1: 18446744073709551615 bytes long, and 0 are left"},
      {"\x10" + ten + "\x02", "byte 24: a varint of more than 64 bits"},
      {"\x10" + ten + "\xff\x01", "byte 24: a varint of more than 64 bits"},
      {std::string("\x11\x00\x00", 3), "byte 24: cut off in a value of 8 bytes"},
      {"\x15", "byte 24: cut off in a value of 4 bytes"},
      {"\x08\x01", "byte 25: field 1 (resource_logs) before it has wire type 0: expected 2"},
      {"\x0b\x0c", "byte 24: field 1: wire type 3: expected 0, 1, 2 or 5 (groups are not supported)"},
      {"\x0c", "byte 24: field 1: wire type 4: expected 0, 1, 2 or 5 (groups are not supported)"},
      {"\x16", "byte 24: field 2: wire type 6: expected 0, 1, 2 or 5 (groups are not supported)"},
      {std::string(1, '\0'), "byte 24: field number 0: no field has it"},
      {"\x80\x80\x80\x80\x10", "byte 28: field number 536870912: no field has it"},
      {bytes_field(1, number_field(2, 1)), "byte 27: field 2 (scope_logs) before it has wire type 0: expected 2"},
      {in_request(in_scope(number_field(1, 7))),
       "byte 40: field 1 (time_unix_nano) before it has wire type 0: expected 1"},
      {in_request(in_scope(record_body(bytes_field(3, "x")))),
       "byte 43: field 3 (value) before it has wire type 2: expected 0"},
      {"{\"resourceLogs\":[]}", "byte 24: field 15: wire type 3: expected 0, 1, 2 or 5 (groups are not supported)"},
  };
  REQUIRE(good.size() == 23);
  for (const Row& row : rows) {
    INFO(row.expected);
    CHECK(from_protobuf(good + row.bytes) == Texts{"-1||good", "error: " + row.expected});
  }
  // What newer versions add is passed over, of whatever type.
  CHECK(from_protobuf(good + number_field(9, ~0ull) + fixed64_field(10, 1) + bytes_field(11, "\xff\xff")) ==
        Texts{"-1||good"});
}

TEST_CASE("every cut of a protobuf request is an error or a shorter request") {
  const std::string whole =
      in_request(in_scope(fixed64_field(1, 5) + record_body(pairs_value(pair("a", int_value(-1))))), resource_of("h"));
  for (std::size_t size = 1; size < whole.size(); ++size) {
    const Texts texts = from_protobuf(whole.substr(0, size));
    REQUIRE(texts.size() == 1);
    CHECK(texts[0].substr(0, 6) == "error:");
  }
}

TEST_CASE("JSON that is none, or of another shape") {
  const std::string first = R"({"body":{"stringValue":"good"}})";
  const std::string whole = json_request(first + ",{}");
  const Texts bad_whole[] = {from_json("[]"),
                             from_json("7"),
                             from_json("null"),
                             from_json("{\"resourceLogs\":5}"),
                             from_json(R"({"resourceLogs":[7]})"),
                             from_json(R"({"resourceLogs":[{"scopeLogs":{}}]})"),
                             from_json(R"({"resourceLogs":[{"resource":5}]})"),
                             from_json("{"),
                             from_json("{}{}"),
                             from_json("{} x"),
                             from_json(std::string(10'000, '[')),
                             from_json("\xff\xfe"),
                             from_json("{\"resourceLogs\":[" + std::string(10'000, '{'))};
  for (const Texts& texts : bad_whole) {
    REQUIRE(texts.size() == 1);
    CHECK(texts[0].substr(0, 6) == "error:");
  }
  CHECK(from_json(R"({"resourceLogs":5})") ==
        Texts{"error: resourceLogs: The JSON element does not have the requested type. (after 0 log records)"});
  for (std::size_t size = 1; size < whole.size(); ++size) {
    const Texts texts = from_json(whole.substr(0, size));
    REQUIRE(!texts.empty());
    CHECK(texts.back().substr(0, 6) == "error:");
  }
  // Latin-1 from a client that did not convert: what can be read is kept.
  CHECK(from_json(json_request("{\"body\":{\"stringValue\":\"K\xe4se\"}}")) == Texts{"-1|till-9|K\xef\xbf\xbdse"});
}

TEST_CASE("the reader stops when it is told to") {
  int seen = 0;
  const auto once = [&](const OtlpLogRecord&) { return ++seen < 2; };
  const std::string record = R"({"body":{"stringValue":"x"}})";
  CHECK(read_otlp_json(json_request(record + "," + record + "," + record), once).ok());
  CHECK(std::exchange(seen, 0) == 2);
  const std::string binary = in_request(in_scope("") + in_scope("") + in_scope(""));
  CHECK(read_otlp_protobuf(binary + binary, once).ok());
  CHECK(seen == 2);
}

}  // namespace
}  // namespace rw::ingest
