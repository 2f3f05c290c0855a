#include "daemon/ingest/decode/event_json.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/unit/ingest/decoded_text.h"

namespace rw::ingest {
namespace {

std::string decode_after(PayloadFormat last, std::string_view json) {
  core::Arena arena;
  WindowsEvent event;
  event.format = last;
  std::string text;
  const auto pieces =
      decode_event_json(json, {}, arena, event, [&](std::string_view, const core::Result<void>& decoded) {
        text += decoded.ok() ? text_of(event) : "error: " + decoded.error().message;
      });
  return pieces.ok() ? text : "error: " + pieces.error().message;
}

// What the connection sent before makes no difference.
std::string decode(std::string_view json) {
  const std::string text = decode_after(PayloadFormat::kEventJson, json);
  CHECK(decode_after(PayloadFormat::kWinlogbeat, json) == text);
  return text;
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE(file.good());
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

struct Case {
  const char* what;
  std::string json;
  std::string expected;
};

std::string nested(int depth) {
  std::string json = R"({"EventID":1,"x":)";
  for (int i = 0; i < depth; ++i) json += "[";
  for (int i = 0; i < depth; ++i) json += "]";
  return json + "}";
}

}  // namespace

TEST_CASE("JSON objects become Windows events") {
  const Case cases[] = {
      {"flat",
       R"({"EventID":13,"Channel":"C","Computer":"ws1","EventRecordID":"77","TargetObject":"HKLM\\A","ProcessId":4321})",
       "event_id=13\nrecord_id=77\nchannel=C\ncomputer=ws1\ndata.TargetObject=HKLM\\A\ndata.ProcessId=4321\n"},
      {"System and EventData",
       R"({"System":{"Provider":{"Name":"P","Guid":"{g}"},"EventID":"12","Computer":"ws1"},"EventData":{"Computer":"x"}})",
       "provider=P\nprovider_guid={g}\nevent_id=12\ncomputer=ws1\ndata.Computer=x\n"},
      {"inside Event, with attributes and texts",
       R"({"Event":{"#attributes":{"xmlns":"u"},"System":{"EventID":{"#attributes":{"Qualifiers":16384},"#text":7036},)"
       R"("TimeCreated":{"#attributes":{"SystemTime":"2025-12-25T10:58:31.890479Z"}},"Correlation":null,)"
       R"("Execution":{"#attributes":{"ProcessID":3208,"ThreadID":1724}},"Security":{"#attributes":{"UserID":"S-1-5-18"}}},)"
       R"("EventData":{"A":"b"}}})",
       "event_id=7036\nqualifiers=16384\ntime=2025-12-25T10:58:31.890479Z\nexecution_process_id=3208\n"
       "execution_thread_id=1724\nuser_sid=S-1-5-18\ndata.A=b\n"},
      {"names of System fields without case, those of data as written",
       R"({"eventid":1,"CHANNEL":"c","port":"1","Port":"2"})", "event_id=1\nchannel=c\ndata.port=1\ndata.Port=2\n"},
      {"ProcessID is the logging process, ProcessId is data", R"({"EventID":1,"ProcessID":10,"ProcessId":"20"})",
       "event_id=1\nexecution_process_id=10\ndata.ProcessId=20\n"},
      {"aliases: the better name wins, what the others say is kept where it differs",
       R"({"SourceName":"S","ProviderName":"P","EventID":1,"Hostname":"ws1","Computer":"ws1.lan","ComputerName":"ws1.lan"})",
       "provider=P\nevent_id=1\ncomputer=ws1.lan\ndata.SourceName=S\ndata.Hostname=ws1\n"},
      {"repeated names keep the first", R"({"EventID":1,"EventID":2,"A":"x","A":"y"})",
       "event_id=1\ndata.EventID=2\ndata.A=x\n"},
      {"values: numbers as written, booleans, null is absent, empty is empty",
       R"({"EventID":1,"a":-9223372036854775808,"b":1.50e+3,"c":18446744073709551616,"d":true,"e":null,"f":""})",
       "event_id=1\ndata.a=-9223372036854775808\ndata.b=1.50e+3\ndata.c=18446744073709551616\ndata.d=true\ndata.f=\n"},
      {"nested values are kept as JSON text", R"({"EventID":1,"o":{"k": [1, "two\n", null, {}]},"l":[ ]})",
       "event_id=1\ndata.o={\"k\":[1,\"two\\n\",null,{}]}\ndata.l=[]\n"},
      {"unnamed Data", R"({"Event":{"System":{"EventID":1},"EventData":{"Data":["a",{"#text":["b","c"]},null]}}})",
       "event_id=1\ndata.param1=a\ndata.param2=b\ndata.param3=c\n"},
      {"named Data",
       R"({"Event":{"System":{"EventID":1},"EventData":{"Data":[{"#attributes":{"Name":"A"},"#text":"1"},{"Name":"B","Value":2},{"C":"3"}]}}})",
       "event_id=1\ndata.A=1\ndata.B=2\ndata.C=3\n"},
      {"UserData is flattened by one level",
       R"({"System":{"EventID":1},"UserData":{"Outer":{"#attributes":{"xmlns":"u"},"A":"1","B":{"c":2}}}})",
       "event_id=1\ndata.A=1\ndata.B={\"c\":2}\n"},
      {"rendered message", R"({"System":{"EventID":1},"RenderingInfo":{"Culture":"en","Message":"Hello"}})",
       "event_id=1\nmessage=Hello\n"},
      {"invalid UTF-8", "{\"EventID\":1,\"a\":\"x\xff\"}", "event_id=1\ndata.a=x\xef\xbf\xbd\n"},
      {"half a surrogate pair", R"({"EventID":1,"a":"x\ud83d","b":"\ud83d\ude00"})",
       "event_id=1\ndata.a=x\xef\xbf\xbd\ndata.b=\xf0\x9f\x98\x80\n"},
      {"raw control characters", "{\"EventID\":1,\"a\":\"x\ty\x01z\"}", "event_id=1\ndata.a=x\ty\xef\xbf\xbdz\n"},
      {"escaped NUL", R"({"EventID":1,"a":"x\u0000y"})", "event_id=1\ndata.a=x\xef\xbf\xbdy\n"},
      {"deep, but not too deep", nested(20), "event_id=1\ndata.x=[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]\n"},
      {"too deep", nested(100), "error: nested deeper than 32 levels"},
      {"no EventID", R"({"Channel":"C"})", "error: no EventID: expected the fields of a Windows event"},
      {"EventID is null", R"({"EventID":null})", "error: no EventID: expected the fields of a Windows event"},
      {"EventID is no number", R"({"EventID":"13x"})", "error: EventID: expected a number, got '13x'"},
      {"record id is no number", R"({"EventID":1,"RecordNumber":-1})",
       "error: EventRecordID: expected a number, got '-1'"},
      {"an array of a number", "[1]", "error: not a JSON object"},
      {"two objects", R"({"EventID":1}{"EventID":2})", "error: text after the JSON object"},
      {"malformed number", R"({"EventID":1,"a":01})", "error: not well-formed JSON: malformed number"},
      {"malformed literal", R"({"EventID":1,"a":nul})", "error: not well-formed JSON: unknown literal"},
  };
  for (const Case& c : cases) {
    INFO(c.what);
    CHECK(decode(c.json) == c.expected);
  }
}

TEST_CASE("malformed JSON is an error wherever it is") {
  for (const char* json : {"", "{", "{\"EventID\":1", "{\"EventID\":1,}", "{\"EventID\":1 \"a\":2}", "{\"EventID\" 1}",
                           "{\"EventID\":1,\"a\":\"", "{\"EventID\":1,\"a\":[1 2]}", "{\"EventID\":1,\"a\":{\"b\":}}",
                           "{\"EventID\":1,\"a\":\"\\x\"}", "{\"EventID\":1,\"a\":tru}", "{EventID:1}",
                           "{\"EventID\":1} x", "{\"EventID\":1]"}) {
    INFO(json);
    CHECK(decode(json).starts_with("error: "));
  }
}

TEST_CASE("the time of a JSON event is one that has a zone") {
  const Case cases[] = {
      {"SystemTime", R"({"EventID":1,"SystemTime":"2026-10-11T20:14:15.1234567Z"})",
       "event_id=1\ntime=2026-10-11T20:14:15.123456Z\n"},
      {"with an offset", R"({"EventID":1,"EventTime":"2026-10-11T22:14:15.5+02:00"})",
       "event_id=1\ntime=2026-10-11T20:14:15.500000Z\n"},
      {"with a blank and a short offset", R"({"EventID":1,"TimeCreated":"2026-10-11 22:14:15 +0200"})",
       "event_id=1\ntime=2026-10-11T20:14:15Z\n"},
      {"without a zone: data", R"({"EventID":1,"EventTime":"2026-10-11 22:14:15"})",
       "event_id=1\ndata.EventTime=2026-10-11 22:14:15\n"},
      {"SystemTime without a zone: data", R"({"EventID":1,"SystemTime":"2026-10-11T22:14:15"})",
       "event_id=1\ndata.SystemTime=2026-10-11T22:14:15\n"},
      {"UtcTime serves where there is no other",
       R"({"EventID":1,"EventTime":"2026-10-11 22:14:15","UtcTime":"2026-10-11 20:14:15.120"})",
       "event_id=1\ntime=2026-10-11T20:14:15.120000Z\ndata.UtcTime=2026-10-11 20:14:15.120\n"
       "data.EventTime=2026-10-11 22:14:15\n"},
      {"TimeCreated is better than UtcTime",
       R"({"EventID":1,"UtcTime":"2026-10-11 20:14:15.120","TimeCreated":"2026-10-11T20:14:16Z"})",
       "event_id=1\ntime=2026-10-11T20:14:16Z\ndata.UtcTime=2026-10-11 20:14:15.120\n"},
      {"UtcTime is better than the forwarder's",
       R"({"EventID":1,"@timestamp":"2026-10-11T20:15:00Z","UtcTime":"2026-10-11 20:14:15.120"})",
       "event_id=1\ntime=2026-10-11T20:14:15.120000Z\ndata.UtcTime=2026-10-11 20:14:15.120\n"
       "data.@timestamp=2026-10-11T20:15:00Z\n"},
      {"the forwarder's at last", R"({"EventID":1,"@timestamp":"2026-10-11T20:15:00Z"})",
       "event_id=1\ntime=2026-10-11T20:15:00Z\n"},
      {"no time at all", R"({"EventID":1,"TimeCreated":"yesterday"})", "event_id=1\ndata.TimeCreated=yesterday\n"},
  };
  for (const Case& c : cases) {
    INFO(c.what);
    CHECK(decode(c.json) == c.expected);
  }
}

TEST_CASE("an event has a bounded number of fields") {
  std::string json = R"({"EventID":1)";
  for (int i = 0; i < 5000; ++i) json += ",\"f" + std::to_string(i) + "\":1";
  CHECK(decode(json + "}") == "error: more than 1024 fields");
}

TEST_CASE("the event of the Sigma project's file decodes") {
  const std::string json = read_file(REGWARDEN_SHARED_DIR
                                     "/corpus/sigma-regression/registry_set_amsi_disable/"
                                     "aa37cbb0-da36-42cb-a90f-fdf216fc7467.json");
  CHECK(
      decode(json) ==
      "provider=Microsoft-Windows-Sysmon\nprovider_guid=5770385F-C22A-43E0-BF4C-06F5698FFBD9\nevent_id=13\nversion=2\n"
      "level=4\ntask=13\nopcode=0\nkeywords=0x8000000000000000\ntime=2025-12-25T10:58:31.890479Z\nrecord_id=16031\n"
      "execution_process_id=3208\nexecution_thread_id=1724\nchannel=Microsoft-Windows-Sysmon/Operational\n"
      "computer=swachchhanda\nuser_sid=S-1-5-18\ndata.RuleName=-\ndata.EventType=SetValue\n"
      "data.UtcTime=2025-12-25 10:58:31.888\ndata.ProcessGuid=0197231E-EC48-694C-AA0C-000000000800\n"
      "data.ProcessId=12456\ndata.Image=C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe\n"
      "data.TargetObject=HKU\\S-1-5-21-2555720767-1205513275-3893774561-1001\\Software\\Microsoft\\Windows "
      "Script\\Settings\\AmsiEnable\ndata.Details=DWORD (0x00000000)\ndata.User=swachchhanda\\xodih\n");
}

}  // namespace rw::ingest
