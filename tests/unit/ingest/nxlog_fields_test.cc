#include "daemon/ingest/decode/nxlog_fields.h"

#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/ingest/decoded_text.h"

namespace rw::ingest {
namespace {

using NxlogPairs = std::vector<std::pair<std::string, std::string>>;

std::string nxlog_text(const NxlogPairs& pairs, const core::TimeZone* zone = nullptr) {
  const PayloadContext context{.zone = zone};
  core::Arena arena;
  WindowsEvent event;
  NxlogFields fields(context, arena, event);
  for (const auto& [name, value] : pairs) {
    const core::Result<void> taken = fields.take(name, value);
    if (!taken.ok()) return "error: " + taken.error().message;
  }
  const core::Result<void> finished = fields.finish();
  return finished.ok() ? text_of(event) : "error: " + finished.error().message;
}

}  // namespace

TEST_CASE("NXLog's names become System fields, without regard to case") {
  CHECK(nxlog_text({{"eventid", "13"},
                    {"SOURCENAME", "S"},
                    {"providerguid", "{g}"},
                    {"Version", "2"},
                    {"Task", "13"},
                    {"OpcodeValue", "0"},
                    {"Opcode", "Info"},
                    {"Keywords", "-9223372036854775808"},
                    {"RecordNumber", "90123"},
                    {"ActivityID", "{a}"},
                    {"ProcessID", "2212"},
                    {"ThreadID", "3340"},
                    {"Channel", "C"},
                    {"HostName", "ws1"},
                    {"UserID", "SYSTEM"},
                    {"Message", "m"}}) ==
        "provider=S\nprovider_guid={g}\nevent_id=13\nversion=2\ntask=13\nopcode=0\nkeywords=0x8000000000000000\n"
        "record_id=90123\nactivity_id={a}\nexecution_process_id=2212\nexecution_thread_id=3340\nchannel=C\n"
        "computer=ws1\nuser_sid=SYSTEM\nmessage=m\n");
}

TEST_CASE("of two names of NXLog for one field the better counts, in either order") {
  const std::string expected = "event_id=1\ntask=13\nopcode=0\nexecution_process_id=7\n";
  CHECK(nxlog_text({{"EventID", "1"},
                    {"TaskValue", "13"},
                    {"Task", "words"},
                    {"OpcodeValue", "0"},
                    {"Opcode", "Info"},
                    {"ExecutionProcessID", "7"},
                    {"ProcessID", "8"}}) == expected);
  CHECK(nxlog_text({{"EventID", "1"},
                    {"ProcessID", "8"},
                    {"ExecutionProcessID", "7"},
                    {"Opcode", "Info"},
                    {"OpcodeValue", "0"},
                    {"Task", "words"},
                    {"TaskValue", "13"}}) == expected);
}

TEST_CASE("NXLog's severity is no field of the event, Sysmon's EventType is") {
  for (const char* word :
       {"INFO", "info", "CRITICAL", "ERROR", "WARNING", "VERBOSE", "AUDIT_SUCCESS", "AUDIT_FAILURE"}) {
    CHECK(nxlog_text({{"EventID", "1"}, {"EventType", word}, {"Severity", "INFO"}}) == "event_id=1\n");
  }
  CHECK(nxlog_text({{"EventID", "1"}, {"EventType", "SetValue"}}) == "event_id=1\ndata.EventType=SetValue\n");
}

TEST_CASE("what NXLog knows of itself is left out, and empty values are none") {
  CHECK(nxlog_text({{"EventID", "1"},
                    {"SourceModuleName", "in"},
                    {"SourceModuleType", "im_msvistalog"},
                    {"Category", "c"},
                    {"AccountName", "SYSTEM"},
                    {"Domain", "NT AUTHORITY"},
                    {"AccountType", "User"},
                    {"SyslogFacility", "USER"},
                    {"@version", "1"},
                    {"Image", ""},
                    {"Shop", "x"}}) == "event_id=1\ndata.Shop=x\n");
}

TEST_CASE("ProcessId is data, ProcessID the logging process") {
  CHECK(nxlog_text({{"EventID", "1"}, {"ProcessId", "4321"}, {"ProcessID", "2212"}}) ==
        "event_id=1\nexecution_process_id=2212\ndata.ProcessId=4321\n");
}

TEST_CASE("values of NXLog CE are taken out of XML's escapes, once") {
  const NxlogPairs values = {{"EventID", "1"},
                             {"A", "a&amp;b &lt;1&gt; &quot;&apos;"},
                             {"B", "&amp;lt;"},
                             {"C", "&#65;&#x42;&#xe9;&#8364;&#x1F600;&#0;"},
                             {"D", "a & b &unknown; &#x; &#65"}};
  NxlogPairs ce = values;
  ce.emplace_back("ThreadID", "3");
  CHECK(nxlog_text(ce) ==
        "event_id=1\nexecution_thread_id=3\ndata.A=a&b <1> \"'\ndata.B=&lt;\n"
        "data.C=AB\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xef\xbf\xbd\ndata.D=a & b &unknown; &#x; &#65\n");
  NxlogPairs ee = values;
  ee.emplace_back("ExecutionThreadID", "3");
  CHECK(nxlog_text(ee) ==
        "event_id=1\nexecution_thread_id=3\ndata.A=a&amp;b &lt;1&gt; &quot;&apos;\ndata.B=&amp;lt;\n"
        "data.C=&#65;&#x42;&#xe9;&#8364;&#x1F600;&#0;\ndata.D=a & b &unknown; &#x; &#65\n");
}

TEST_CASE("what NXLog CE lost is taken from the message, if it is there") {
  const NxlogPairs pairs = {{"EventID", "12"},
                            {"SourceName", "Microsoft-Windows-Sysmon"},
                            {"EventType", "INFO"},
                            {"ProcessID", "2212"},
                            {"TargetObject", "HKLM\\A"}};
  CHECK(nxlog_text(pairs) ==
        "provider=Microsoft-Windows-Sysmon\nevent_id=12\nexecution_process_id=2212\ndata.TargetObject=HKLM\\A\n");
  NxlogPairs with_message = pairs;
  const std::string message =
      "Registry object added or deleted:\r\nEventType: DeleteKey\r\nUtcTime: x\r\nProcessGuid: "
      "{g}\r\nProcessId: 4321\r\nImage: i\r\nTargetObject: HKLM\\B";
  with_message.emplace_back("Message", message);
  CHECK(nxlog_text(with_message) ==
        "provider=Microsoft-Windows-Sysmon\nevent_id=12\nexecution_process_id=2212\ndata.TargetObject=HKLM\\A\n"
        "data.EventType=DeleteKey\ndata.UtcTime=x\ndata.ProcessGuid={g}\ndata.ProcessId=4321\ndata.Image=i\nmessage=" +
            message + "\n");
}

TEST_CASE("the time of NXLog's events") {
  const core::Result<core::TimeZone> berlin = core::TimeZone::find("Europe/Berlin");
  REQUIRE(berlin.ok());
  const std::pair<std::string, std::string> id("EventID", "1");
  const std::pair<std::string, std::string> local("EventTime", "2026-10-11 22:14:15");
  const std::pair<std::string, std::string> received("@timestamp", "2026-10-11T20:14:20Z");
  const std::pair<std::string, std::string> utc("UtcTime", "2026-10-11 20:14:15.120");
  CHECK(nxlog_text({id, {"EventTime", "2026-10-11T22:14:15.123456+02:00"}, utc}) ==
        "event_id=1\ntime=2026-10-11T20:14:15.123456Z\ndata.UtcTime=2026-10-11 20:14:15.120\n");
  CHECK(nxlog_text({id, local, utc, received}, &*berlin) ==
        "event_id=1\ntime=2026-10-11T20:14:15.120000Z\ndata.UtcTime=2026-10-11 20:14:15.120\n");
  CHECK(nxlog_text({id, local, received}, &*berlin) == "event_id=1\ntime=2026-10-11T20:14:15Z\n");
  CHECK(nxlog_text({id, local, received}) ==
        "event_id=1\ntime=2026-10-11T20:14:20Z\ndata.EventTime=2026-10-11 22:14:15\n");
  CHECK(nxlog_text({id, local}) == "event_id=1\ndata.EventTime=2026-10-11 22:14:15\n");
  CHECK(nxlog_text({id, {"EventReceivedTime", "2026-10-11 22:14:16"}}, &*berlin) == "event_id=1\n");
}

TEST_CASE("NXLog's fields with a fault") {
  CHECK(nxlog_text({{"Channel", "C"}}) == "error: no EventID: expected the fields of a Windows event");
  CHECK(nxlog_text({{"EventID", "x"}}) == "error: EventID: expected a number, got 'x'");
  CHECK(nxlog_text({{"EventID", "1"}, {"RecordNumber", "-1"}}) == "error: RecordNumber: expected a number, got '-1'");
  NxlogPairs many = {{"EventID", "1"}};
  for (int i = 0; i < 2000; ++i) many.emplace_back("f" + std::to_string(i), "1");
  CHECK(nxlog_text(many) == "error: more than 1024 fields");
}

}  // namespace rw::ingest
