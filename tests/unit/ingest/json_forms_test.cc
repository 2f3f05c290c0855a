// What each forwarder's JSON becomes: the examples of their documentation, and what tells one from another.
#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "daemon/ingest/decode/event_json.h"
#include "daemon/ingest/decode/payload.h"
#include "tests/unit/ingest/decoded_text.h"

namespace rw::ingest {
namespace {

// All events of the payload, each after the name of its format; local times are two hours ahead of UTC.
std::string decode_json_after(PayloadFormat last, std::string_view json) {
  const core::Result<core::TimeZone> zone = core::TimeZone::find("Europe/Berlin");
  REQUIRE(zone.ok());
  core::Arena arena;
  WindowsEvent event;
  event.format = last;
  std::string text;
  const core::Arena::Mark mark = arena.mark();
  const auto pieces =
      decode_payload(json, {.zone = &*zone}, arena, event, [&](std::string_view, const core::Result<void>& decoded) {
        text += decoded.ok() ? std::string(name_of(event.format)) + "\n" + text_of(event)
                             : "error: " + decoded.error().message + "\n";
        arena.rewind(mark);  // as the pipeline may
      });
  return pieces.ok() ? text : "error: " + pieces.error().message + "\n";
}

// What the connection sent before makes no difference.
std::string decode_json(std::string_view json) {
  const std::string text = decode_json_after(PayloadFormat::kEventXml, json);
  CHECK(decode_json_after(PayloadFormat::kNxlogJson, json) == text);
  return text;
}

struct FormCase {
  const char* what;
  std::string json;
  std::string expected;
};

void check_forms(const std::vector<FormCase>& cases) {
  for (const FormCase& c : cases) {
    INFO(c.what);
    CHECK(decode_json(c.json) == c.expected);
  }
}

const std::string kNxlogCe =
    R"j({"EventTime":"2026-10-11 22:14:15","Hostname":"till-1.shop.lan","Keywords":-9223372036854775808,"EventType":"INFO",)j"
    R"j("SeverityValue":2,"Severity":"INFO","EventID":13,"SourceName":"Microsoft-Windows-Sysmon","ProviderGuid":)j"
    R"j("{5770385F-C22A-43E0-BF4C-06F5698FFBD9}","Version":2,"Task":13,"OpcodeValue":0,"RecordNumber":90123,"ProcessID":2212,)j"
    R"j("ThreadID":3340,"Channel":"Microsoft-Windows-Sysmon/Operational","Domain":"NT AUTHORITY","AccountName":"SYSTEM",)j"
    R"j("UserID":"SYSTEM","AccountType":"User","Message":"Registry value set:\r\nRuleName: -\r\nEventType: SetValue\r\n)j"
    R"j(UtcTime: 2026-10-11 20:14:15.120\r\nProcessGuid: {g}\r\nProcessId: 4321\r\nImage: C:\\Windows\\regedit.exe\r\n)j"
    R"j(TargetObject: HKLM\\SOFTWARE\\Shop\\A\r\nDetails: \"C:\\Tools\\a&b.exe\" /s <1>\r\nUser: TILL-1\\admin",)j"
    R"j("Category":"Registry value set (rule: RegistryEvent)","Opcode":"Info","RuleName":"-","UtcTime":)j"
    R"j("2026-10-11 20:14:15.120","ProcessGuid":"{g}","Image":"C:\\Windows\\regedit.exe","TargetObject":)j"
    R"j("HKLM\\SOFTWARE\\Shop\\A","Details":"\"C:\\Tools\\a&amp;b.exe\" /s &lt;1&gt;","User":"TILL-1\\admin",)j"
    R"j("EventReceivedTime":"2026-10-11 22:14:16","SourceModuleName":"in","SourceModuleType":"im_msvistalog"})j";

const std::string kNxlogCeEvent =
    "nxlog-json\nprovider=Microsoft-Windows-Sysmon\nprovider_guid={5770385F-C22A-43E0-BF4C-06F5698FFBD9}\nevent_id=13\n"
    "version=2\ntask=13\nopcode=0\nkeywords=0x8000000000000000\ntime=2026-10-11T20:14:15.120000Z\nrecord_id=90123\n"
    "execution_process_id=2212\nexecution_thread_id=3340\nchannel=Microsoft-Windows-Sysmon/Operational\n"
    "computer=till-1.shop.lan\nuser_sid=SYSTEM\ndata.RuleName=-\ndata.UtcTime=2026-10-11 20:14:15.120\n"
    "data.ProcessGuid={g}\ndata.Image=C:\\Windows\\regedit.exe\ndata.TargetObject=HKLM\\SOFTWARE\\Shop\\A\n"
    "data.Details=\"C:\\Tools\\a&b.exe\" /s "
    "<1>\ndata.User=TILL-1\\admin\ndata.EventType=SetValue\ndata.ProcessId=4321\n"
    "message=Registry value set:\r\nRuleName: -\r\nEventType: SetValue\r\nUtcTime: 2026-10-11 "
    "20:14:15.120\r\nProcessGuid: {g}\r\nProcessId: 4321\r\nImage: C:\\Windows\\regedit.exe\r\nTargetObject: "
    "HKLM\\SOFTWARE\\Shop\\A\r\nDetails: \"C:\\Tools\\a&b.exe\" /s <1>\r\nUser: TILL-1\\admin\n";

const std::string kWinlogbeat8 =
    R"j({"@timestamp":"2026-10-11T20:14:15.123Z","event":{"code":"13","kind":"event","provider":"Microsoft-Windows-Sysmon",)j"
    R"j("action":"Registry value set (rule: RegistryEvent)",
    "created" : "2026-10-11T20:14:16.500Z"
},"host":{"name":"collector"},)j"
    R"j("log":{"level":"information"},"message":"Registry value set:\nRuleName: -\nEventType: SetValue","winlog":{"api":)j"
    R"j("wineventlog","channel":"Microsoft-Windows-Sysmon/Operational","computer_name":"till-1.shop.lan","event_id":"13",)j"
    R"j("provider_name":"Microsoft-Windows-Sysmon","provider_guid":"{5770385F-C22A-43E0-BF4C-06F5698FFBD9}","record_id":90123,)j"
    R"j("version":2,"task":"Registry value set (rule: RegistryEvent)","opcode":"Info","process":{"pid":2212,"thread":)j"
    R"j({"id":3340}},"user":{"identifier":"S-1-5-18","name":"SYSTEM","domain":"NT AUTHORITY","type":"User"},"event_data":)j"
    R"j({"EventType":"SetValue","UtcTime":"2026-10-11 20:14:15.120","ProcessId":"4321","TargetObject":)j"
    R"j("HKLM\\SOFTWARE\\Shop\\A","Details":"DWORD (0x00000004)","User":"TILL-1\\admin"
}
}
, "agent" : {"type":"winlogbeat",)j"
    R"j("version":"8.17.0"},"ecs":{"version":"8.0.0"}})j";

const std::string kWinlogbeat8Event =
    "winlogbeat\nprovider=Microsoft-Windows-Sysmon\nprovider_guid={5770385F-C22A-43E0-BF4C-06F5698FFBD9}\nevent_id="
    "13\n"
    "version=2\nlevel=4\ntime=2026-10-11T20:14:15.123000Z\nrecord_id=90123\nexecution_process_id=2212\n"
    "execution_thread_id=3340\nchannel=Microsoft-Windows-Sysmon/Operational\ncomputer=till-1.shop.lan\n"
    "user_sid=S-1-5-18\ndata.EventType=SetValue\ndata.UtcTime=2026-10-11 20:14:15.120\ndata.ProcessId=4321\n"
    "data.TargetObject=HKLM\\SOFTWARE\\Shop\\A\ndata.Details=DWORD (0x00000004)\ndata.User=TILL-1\\admin\n"
    "message=Registry value set:\nRuleName: -\nEventType: SetValue\n";

const std::string kFluentBitSystem =
    R"j("date":1791749656.5,"ProviderName":"Microsoft-Windows-Sysmon","ProviderGuid":"{5770385F-C22A-43E0-BF4C-06F5698FFBD9}",)j"
    R"j("Qualifiers":"","EventID":13,"Version":2,"Level":4,"Task":13,"Opcode":0,"Keywords":"0x8000000000000000","TimeCreated":)j"
    R"j("2026-10-11 22:14:15 +0200","EventRecordID":90123,"ActivityID":"","RelatedActivityID":"","ProcessID":2212,"ThreadID":3340,)j"
    R"j("Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"till-1.shop.lan","UserID":"NT AUTHORITY\\SYSTEM")j";

const std::string kFluentBitSystemText =
    "fluent-bit\nprovider=Microsoft-Windows-Sysmon\nprovider_guid={5770385F-C22A-43E0-BF4C-06F5698FFBD9}\nevent_id="
    "13\n"
    "version=2\nlevel=4\ntask=13\nopcode=0\nkeywords=0x8000000000000000\ntime=2026-10-11T20:14:15Z\nrecord_id=90123\n"
    "execution_process_id=2212\nexecution_thread_id=3340\nchannel=Microsoft-Windows-Sysmon/Operational\n"
    "computer=till-1.shop.lan\nuser_sid=NT AUTHORITY\\SYSTEM\n";

const std::string kValueSetData =
    "data.RuleName=-\ndata.EventType=SetValue\ndata.UtcTime=2026-10-11 20:14:15.120\ndata.ProcessGuid={G}\n"
    "data.ProcessId=4321\ndata.Image=C:\\Windows\\regedit.exe\ndata.TargetObject=HKLM\\SOFTWARE\\Shop\\A\n"
    "data.Details=DWORD (0x00000004)\ndata.User=TILL-1\\admin\n";

const std::string kInserts =
    R"j(["-","SetValue","2026-10-11 20:14:15.120","{G}",4321,"C:\\Windows\\regedit.exe","HKLM\\SOFTWARE\\Shop\\A",)j"
    R"j("DWORD (0x00000004)","TILL-1\\admin"])j";

std::string otel(const std::string& rest) {
  return R"j({"event_id":{"id":13,"qualifiers":0},"provider":{"name":"Microsoft-Windows-Sysmon","guid":)j"
         R"j("{5770385F-C22A-43E0-BF4C-06F5698FFBD9}","event_source":""},"system_time":"2026-10-11T20:14:15.1234567Z",)j"
         R"j("computer":"till-1.shop.lan","channel":"Microsoft-Windows-Sysmon/Operational","record_id":90123,"level":)j"
         R"j("Information","task":"Registry value set (rule: RegistryEvent)","opcode":"Info","keywords":[],"version":2,)j"
         R"j("execution":{"process_id":2212,"thread_id":3340},"security":{"user_id":"S-1-5-18"},)j" +
         rest + "}";
}

const std::string kOtelSystemText =
    "opentelemetry\nprovider=Microsoft-Windows-Sysmon\nprovider_guid={5770385F-C22A-43E0-BF4C-06F5698FFBD9}\n"
    "event_id=13\nversion=2\nlevel=4\ntime=2026-10-11T20:14:15.123456Z\nrecord_id=90123\nexecution_process_id=2212\n"
    "execution_thread_id=3340\nchannel=Microsoft-Windows-Sysmon/Operational\ncomputer=till-1.shop.lan\n"
    "user_sid=S-1-5-18\n";

const std::string kXmlEvent = "<Event><System><EventID>1</EventID><Computer>ws1</Computer></System></Event>";

std::string as_json_text(std::string text) {
  for (std::size_t at = text.find_first_of("\"\\"); at != std::string::npos; at = text.find_first_of("\"\\", at + 2)) {
    text.insert(at, "\\");
  }
  return "\"" + text + "\"";
}

}  // namespace

TEST_CASE("JSON of NXLog") {
  check_forms({
      {"CE: what is lost comes from the message, values are unescaped", kNxlogCe, kNxlogCeEvent},
      {"the least that NXLog is known by", R"j({"eventid":"7","hostname":"ws1","SOURCENAME":"S"})j",
       "nxlog-json\nprovider=S\nevent_id=7\ncomputer=ws1\n"},
      {"the same with a time that NXLog has not: generic",
       R"j({"EventID":7,"Hostname":"ws1","SourceName":"S","TimeCreated":"2026-10-11T20:14:15Z"})j",
       "json\nprovider=S\nevent_id=7\ntime=2026-10-11T20:14:15Z\ncomputer=ws1\n"},
      {"EventTime and RecordNumber", R"j({"EventID":7,"EventTime":"2026-10-11 22:14:15","RecordNumber":"5"})j",
       "nxlog-json\nevent_id=7\ntime=2026-10-11T20:14:15Z\nrecord_id=5\n"},
      {"the event's XML is better", R"j({"EventID":7,"SourceModuleName":"in","EventXML":")j" + kXmlEvent + "\"}",
       "nxlog-json\nevent_id=1\ncomputer=ws1\n"},
      {"unless it is none", R"j({"EventID":7,"SourceModuleName":"in","EventXML":"<Event>"})j",
       "nxlog-json\nevent_id=7\n"},
  });
}

TEST_CASE("JSON of Winlogbeat and Elastic Agent") {
  check_forms({
      {"8", kWinlogbeat8, kWinlogbeat8Event},
      {"dotted names, numbers as texts",
       R"j({"@timestamp":"2026-10-11T20:14:15.123Z","winlog.event_id":13,"winlog.record_id":"5","winlog.event_data.A":"b",)j"
       R"j("winlog.event_data":{"C":"d"},"winlog.keywords":["Audit Failure"],"host.name":"ws1"})j",
       "winlogbeat\nevent_id=13\nlevel=0\nkeywords=0x8010000000000000\ntime=2026-10-11T20:14:15.123000Z\nrecord_id=5\n"
       "computer=ws1\ndata.A=b\ndata.C=d\n"},
      {"6",
       R"j({"@timestamp":"2026-10-11T20:14:15.123Z","event_id":13,"record_number":"90123","log_name":"C","source_name":"P",)j"
       R"j("computer_name":"ws1","provider_guid":"{g}","process_id":2212,"thread_id":3340,"level":"Information","task":"t",)j"
       R"j("opcode":"Info","keywords":["Audit Success"],"user":{"identifier":"S-1-5-18"},"event_data":{"A":"b"},)j"
       R"j("user_data":{"C":"d"},"message":"m","type":"wineventlog","beat":{"name":"collector"}})j",
       "winlogbeat\nprovider=P\nprovider_guid={g}\nevent_id=13\nlevel=0\nkeywords=0x8020000000000000\n"
       "time=2026-10-11T20:14:15.123000Z\nrecord_id=90123\nexecution_process_id=2212\nexecution_thread_id=3340\n"
       "channel=C\ncomputer=ws1\nuser_sid=S-1-5-18\ndata.A=b\ndata.C=d\nmessage=m\n"},
      {"what the module of 7 moved; of both, event_data counts",
       R"j({"winlog":{"event_id":13,"provider_name":"Microsoft-Windows-Sysmon","event_data":{"ProcessId":"4321"}},"process":)j"
       R"j({"pid":9,"entity_id":"{g}","executable":"C:\\x.exe"},"rule":{"name":"r"},"registry":{"path":"HKLM\\A","data":)j"
       R"j({"type":"SZ_QWORD","strings":["4294967297"]}},"user":{"name":"admin","domain":"TILL-1"}})j",
       "winlogbeat\nprovider=Microsoft-Windows-Sysmon\nevent_id=13\ndata.ProcessId=4321\ndata.RuleName=r\n"
       "data.ProcessGuid={g}\ndata.Image=C:\\x.exe\ndata.TargetObject=HKLM\\A\n"
       "data.Details=QWORD (0x00000001-0x00000001)\ndata.User=TILL-1\\admin\n"},
      {"UserData", R"j({"winlog":{"event_id":"1","user_data":{"xml_name":"X","A":"b"}}})j",
       "winlogbeat\nevent_id=1\ndata.xml_name=X\ndata.A=b\n"},
      {"the XML where the fields are missing", R"j({"winlog":{"api":"x"},"event":{"original":")j" + kXmlEvent + "\"}}",
       "winlogbeat\nevent_id=1\ncomputer=ws1\n"},
      {"the XML is not used else", R"j({"winlog":{"event_id":2},"event":{"original":")j" + kXmlEvent + "\"}}",
       "winlogbeat\nevent_id=2\n"},
  });
}

TEST_CASE("JSON of Fluent Bit") {
  const std::string message =
      "Registry value set:\\r\\nEventType: SetValue\\r\\nUtcTime: x\\r\\nProcessGuid: {g}\\r\\nProcessId: 1\\r\\n"
      "Image: i\\r\\nTargetObject: HKLM\\\\A\\r\\nDetails: d";
  check_forms({
      {"values by position", "{" + kFluentBitSystem + R"j(,"Message":"m","StringInserts":)j" + kInserts + "}",
       kFluentBitSystemText + kValueSetData + "message=m\n"},
      {"values by name",
       "{" + kFluentBitSystem + R"j(,"EventData":{"EventType":"SetValue","ProcessId":4321,"x":null}})j",
       kFluentBitSystemText + "data.EventType=SetValue\ndata.ProcessId=4321\n"},
      {"a number of values that fits no version: the message",
       "{" + kFluentBitSystem + R"j(,"Message":")j" + message + R"j(","StringInserts":["-","SetValue"]})j",
       kFluentBitSystemText +
           "data.EventType=SetValue\ndata.UtcTime=x\ndata.ProcessGuid={g}\ndata.ProcessId=1\ndata.Image=i\n"
           "data.TargetObject=HKLM\\A\ndata.Details=d\nmessage=Registry value set:\r\nEventType: SetValue\r\nUtcTime: "
           "x\r\nProcessGuid: {g}\r\nProcessId: 1\r\nImage: i\r\nTargetObject: HKLM\\A\r\nDetails: d\n"},
      {"XML", R"j({"System":")j" + kXmlEvent + R"j(","Message":"m","StringInserts":["a"]})j",
       "fluent-bit\nevent_id=1\ncomputer=ws1\nmessage=m\n"},
      {"text",
       R"j({"log":"ProviderName=Microsoft-Windows-Sysmon\nEventID=13\nTimeCreated=2026-10-11 22:14:15 +0200\nUserID=\n)j"
       R"j(EventRecordID=5\nMessage=)j" +
           message + R"j("})j",
       "fluent-bit\nprovider=Microsoft-Windows-Sysmon\nevent_id=13\ntime=2026-10-11T20:14:15Z\nrecord_id=5\n"
       "data.EventType=SetValue\ndata.UtcTime=x\ndata.ProcessGuid={g}\ndata.ProcessId=1\ndata.Image=i\n"
       "data.TargetObject=HKLM\\A\ndata.Details=d\nmessage=Registry value set:\r\nEventType: SetValue\r\nUtcTime: "
       "x\r\nProcessGuid: {g}\r\nProcessId: 1\r\nImage: i\r\nTargetObject: HKLM\\A\r\nDetails: d\n"},
      {"the older winlog",
       R"j({"RecordNumber":5,"TimeGenerated":"2026-10-11 22:14:15 +0200","EventID":4688,"Qualifiers":0,"EventType":)j"
       R"j("SuccessAudit","EventCategory":13312,"Channel":"Security","SourceName":"Microsoft-Windows-Security-Auditing",)j"
       R"j("ComputerName":"ws1","Sid":"","StringInserts":["S-1-5-18","n","d","0x3e7","0x1a2c","C:\\reg.exe","%%1936","0x4d2"]})j",
       "fluent-bit\nprovider=Microsoft-Windows-Security-Auditing\nevent_id=4688\nlevel=0\ntask=13312\n"
       "keywords=0x8020000000000000\ntime=2026-10-11T20:14:15Z\nrecord_id=5\nchannel=Security\ncomputer=ws1\n"
       "data.SubjectUserSid=S-1-5-18\ndata.SubjectUserName=n\ndata.SubjectDomainName=d\ndata.SubjectLogonId=0x3e7\n"
       "data.NewProcessId=0x1a2c\ndata.NewProcessName=C:\\reg.exe\ndata.TokenElevationType=%%1936\n"
       "data.ProcessId=0x4d2\n"},
  });
}

TEST_CASE("JSON of Vector") {
  const std::string system =
      R"j({"timestamp":"2026-10-11T20:14:15.1234567Z","host":"collector","event_id":13,"record_id":90123,"level":"Information",)j"
      R"j("level_value":4,"channel":"Microsoft-Windows-Sysmon/Operational","provider_name":"Microsoft-Windows-Sysmon",)j"
      R"j("computer":"ws1","process_id":2212,"thread_id":3340,"task":13,"task_name":"t","opcode":0,"keywords":)j"
      R"j("0x8000000000000000","version":2,"user_id":"S-1-5-18","source_type":"windows_event_log")j";
  const std::string expected =
      "vector\nprovider=Microsoft-Windows-Sysmon\nevent_id=13\nversion=2\nlevel=4\ntask=13\nopcode=0\n"
      "keywords=0x8000000000000000\ntime=2026-10-11T20:14:15.123456Z\nrecord_id=90123\nexecution_process_id=2212\n"
      "execution_thread_id=3340\nchannel=Microsoft-Windows-Sysmon/Operational\ncomputer=ws1\nuser_sid=S-1-5-18\n";
  check_forms({
      {"by name", system + R"j(,"string_inserts":["x"],"event_data":{"A":"b"},"user_data":{}})j",
       expected + "data.A=b\n"},
      {"by position", system + R"j(,"event_data":{},"string_inserts":)j" + kInserts + "}", expected + kValueSetData},
      {"XML", system + R"j(,"event_data":{"A":"cut of"},"xml":")j" + kXmlEvent + "\"}",
       "vector\nevent_id=1\ncomputer=ws1\n"},
  });
}

TEST_CASE("JSON of the OpenTelemetry Collector") {
  const std::string data = "data.EventType=SetValue\ndata.TargetObject=HKLM\\A\n";
  check_forms({
      {"data as a map", otel(R"j("event_data":{"EventType":"SetValue","TargetObject":"HKLM\\A"})j"),
       kOtelSystemText + data},
      {"as a list",
       otel(
           R"j("event_data":{"data":[{"EventType":"SetValue"},{"TargetObject":"HKLM\\A"},{"":"u"}],"binary":"","name":""})j"),
       kOtelSystemText + data + "data.param1=u\n"},
      {"as a map with others beside",
       otel(R"j("event_data":{"EventType":"SetValue","TargetObject":"HKLM\\A","Data1":"u","binary":"","name":""})j"),
       kOtelSystemText + data + "data.Data1=u\n"},
      {"a Security message taken apart",
       R"j({"event_id":{"id":4688,"qualifiers":0},"provider":{"name":"Microsoft-Windows-Security-Auditing"},"channel":)j"
       R"j("Security","keywords":["Audit Success"],"message":"A new process has been created.","details":{"Subject":)j"
       R"j({"Security ID":"S-1-5-18","Account Name":"n"},"Target Subject":{"Account Name":"t"},"Process Information":)j"
       R"j({"New Process Name":"C:\\reg.exe","Creator Process ID":"0x4d2"},"Additional Context":["x"]}})j",
       "opentelemetry\nprovider=Microsoft-Windows-Security-Auditing\nevent_id=4688\nlevel=0\n"
       "keywords=0x8020000000000000\nchannel=Security\ndata.SubjectUserSid=S-1-5-18\ndata.SubjectUserName=n\n"
       "data.TargetUserName=t\ndata.NewProcessName=C:\\reg.exe\ndata.ProcessId=0x4d2\n"
       "message=A new process has been created.\n"},
      {"inside a record", R"j({"severityNumber":9,"body":)j" + otel(R"j("event_data":{"A":"b"})j") + "}",
       kOtelSystemText + "data.A=b\n"},
      {"a record with the XML", R"j({"body":")j" + kXmlEvent + "\"}", "xml\nevent_id=1\ncomputer=ws1\n"},
  });
}

TEST_CASE("JSON of the Wazuh manager") {
  const std::string system =
      R"j("system":{"providerName":"P","providerGuid":"{g}","eventID":"13","version":"2","level":"4","task":"13","opcode":"0",)j"
      R"j("keywords":"0x8000000000000000","systemTime":"2026-10-11T20:14:15.1234567Z","eventRecordID":"90123","processID":)j"
      R"j("2212","threadID":"3340","channel":"C","computer":"ws1","severityValue":"INFORMATION","message":"\"m\""})j";
  const std::string expected =
      "wazuh\nprovider=P\nprovider_guid={g}\nevent_id=13\nversion=2\nlevel=4\ntask=13\nopcode=0\n"
      "keywords=0x8000000000000000\ntime=2026-10-11T20:14:15.123456Z\nrecord_id=90123\nexecution_process_id=2212\n"
      "execution_thread_id=3340\nchannel=C\ncomputer=ws1\n";
  check_forms({
      {"an alert",
       R"j({"rule":{"id":"1"},"data":{"win":{)j" + system + R"j(,"eventdata":{"targetObject":"HKLM\\A"}}}})j",
       expected + "data.TargetObject=HKLM\\A\nmessage=m\n"},
      {"doubled backslashes",
       R"j({"win":{)j" + system + R"j(,"eventdata":{"image":"C:\\\\x.exe","commandLine":"\\\\\\\\srv\\\\s"}}})j",
       expected + "data.Image=C:\\x.exe\ndata.CommandLine=\\\\srv\\s\nmessage=m\n"},
      {"a server's name is no doubling",
       R"j({"win":{)j" + system + R"j(,"eventdata":{"image":"\\\\srv\\s","details":"\\\\"}}})j",
       expected + "data.Image=\\\\srv\\s\ndata.Details=\\\\\nmessage=m\n"},
      {"dotted", R"j({"data.win.system.eventID":13,"data.win.eventdata.a":"b"})j", "wazuh\nevent_id=13\ndata.A=b\n"},
      {"data of another kind is none", R"j({"data":{"sca":{"x":1}}})j",
       "error: no EventID: expected the fields of a Windows event\n"},
  });
}

TEST_CASE("an object that only wraps a payload is unwrapped once") {
  std::vector<FormCase> cases;
  for (const char* name : {"message", "MESSAGE", "Msg", "event", "log", "raw", "_raw", "Body", "SyslogMessage"}) {
    cases.push_back({name, R"j({"host":"h","x":{"y":[1]},")j" + std::string(name) + "\":\" " + kXmlEvent + "\"}",
                     "xml\nevent_id=1\ncomputer=ws1\n"});
  }
  const std::string wrapped = R"j({"log":)j" + as_json_text(kNxlogCe) + "}";
  cases.push_back({"JSON as text", wrapped, kNxlogCeEvent});
  cases.push_back({"JSON as an object", R"j({"time":1,"event":)j" + kWinlogbeat8 + "}", kWinlogbeat8Event});
  cases.push_back({"the XML that ECS keeps", R"j({"event":{"kind":"event","original":")j" + kXmlEvent + "\"}}",
                   "xml\nevent_id=1\ncomputer=ws1\n"});
  cases.push_back({"what is no payload is passed over",
                   R"j({"log":{"level":"x"},"msg":"hi","message":")j" + kXmlEvent + "\"}",
                   "xml\nevent_id=1\ncomputer=ws1\n"});
  cases.push_back({"an event's own message is no payload",
                   R"j({"EventID":7,"Computer":"ws2","Message":")j" + kXmlEvent + "\"}",
                   "json\nevent_id=7\ncomputer=ws2\nmessage=" + kXmlEvent + "\n"});
  cases.push_back({"twice is no event", R"j({"message":)j" + as_json_text(wrapped) + "}",
                   "error: no EventID: expected the fields of a Windows event\n"});
  cases.push_back({"several in one", R"j({"message":")j" + kXmlEvent + "<Event/>" + kXmlEvent + "\"}",
                   "xml\nevent_id=1\ncomputer=ws1\nerror: offset 76: <Event> without </Event>: the event is cut "
                   "off\nxml\nevent_id=1\ncomputer=ws1\n"});
  check_forms(cases);
}

TEST_CASE("a JSON array stands for its items") {
  check_forms({
      {"objects", R"j( [ {"EventID":1,"a":"],"} , {"win":{"system":{"eventID":"2"}}} ] )j",
       "json\nevent_id=1\ndata.a=],\nwazuh\nevent_id=2\n"},
      {"a faulty one does not spoil the others", R"j([{"EventID":1},{"EventID":tru},7,,{"EventID":2}])j",
       "json\nevent_id=1\nerror: not well-formed JSON: unknown literal\nerror: not a JSON object\n"
       "error: not well-formed JSON: Empty: no JSON found\njson\nevent_id=2\n"},
      {"without its end", R"j([{"EventID":1},{"EventID":2})j",
       "json\nevent_id=1\nerror: a JSON array without its end\n"},
      {"none", "[]", "error: a JSON array without items\n"},
  });
}

TEST_CASE("Log Analytics: EventData is the text of an object") {
  check_forms({
      {"an object",
       R"j({"TimeGenerated":"2026-10-11T20:14:20Z","Computer":"ws1","EventID":13,"EventData":)j"
       R"j("{\"UtcTime\":\"2026-10-11T20:14:15.1200000Z\",\"Image\":\"C:\\\\x.exe\"}"})j",
       "json\nevent_id=13\ntime=2026-10-11T20:14:15.120000Z\ncomputer=ws1\n"
       "data.UtcTime=2026-10-11T20:14:15.1200000Z\ndata.Image=C:\\x.exe\ndata.TimeGenerated=2026-10-11T20:14:20Z\n"},
      {"half an object stays text", R"j({"EventID":13,"EventData":"{\"A\":\"\\ud83d\",\"B\":"})j",
       "json\nevent_id=13\ndata.EventData={\"A\":\"\\ud83d\",\"B\":\n"},
  });
}

TEST_CASE("wrong types and values never do more than spoil their field") {
  const std::vector<std::string> forms = {
      kNxlogCe,
      kWinlogbeat8,
      R"j({"event_id":13,"log_name":"C","source_name":"P","record_number":"1","event_data":{"A":"b"},"user":{"identifier":"s"}})j",
      "{" + kFluentBitSystem + R"j(,"Message":"m","StringInserts":)j" + kInserts + "}",
      R"j({"System":"<Event/>","Message":"m"})j",
      R"j({"event_id":13,"provider_name":"P","record_id":1,"event_data":{"A":"b"},"keywords":"0x1","xml":"<Event>"})j",
      otel(R"j("event_data":{"data":[{"A":"b"}]},"details":{"Subject":{"Account Name":"n"}})j"),
      R"j({"data":{"win":{"system":{"eventID":"1","eventRecordID":"2","message":"m"},"eventdata":{"a":"b"}}}})j",
      R"j({"Event":{"System":{"EventID":1,"TimeCreated":{"SystemTime":"x"}},"EventData":{"Data":["a"]}}})j",
      R"j({"EventID":1,"EventData":"{}","UserData":{"a":{"b":1}}})j",
      R"j({"message":"<Event/>","log":{"a":1},"event":{"original":"x"}})j",
  };
  std::string deep(1000, '[');
  deep += std::string(1000, ']');
  const std::vector<std::string> values = {"null",
                                           "true",
                                           "0",
                                           "-1",
                                           "1e999",
                                           "99999999999999999999",
                                           "\"\"",
                                           "\"x\"",
                                           "[]",
                                           "[[]]",
                                           "[null]",
                                           "{}",
                                           R"j({"":{}})j",
                                           R"j({"id":{"id":[1]}})j",
                                           deep,
                                           R"j("\ud800")j",
                                           R"j("\u0000")j",
                                           R"j("<Event")j",
                                           R"j("{")j",
                                           R"j("{\"EventID\":1}")j"};
  std::size_t decoded = 0;
  for (const std::string& form : forms) {
    // Each member of the form, nested ones too, with each value in its place, and once more behind it.
    for (std::size_t colon = form.find("\":"); colon != std::string::npos; colon = form.find("\":", colon + 1)) {
      std::size_t end = colon + 2;
      int depth = 0;
      for (bool in_text = false; end < form.size(); ++end) {
        const char c = form[end];
        if (in_text && c == '\\') {
          ++end;
          continue;
        }
        if (c == '"') in_text = !in_text;
        if (in_text) continue;
        if (c == '{' || c == '[') ++depth;
        if (depth == 0 && (c == ',' || c == '}' || c == ']')) break;
        if (c == '}' || c == ']') --depth;
      }
      const std::size_t name = form.rfind('"', colon - 1);
      for (const std::string& value : values) {
        const std::string changed = form.substr(0, colon + 2) + value + form.substr(end);
        const std::string twice =
            form.substr(0, end) + "," + form.substr(name, colon + 2 - name) + value + form.substr(end);
        for (const std::string& json : {changed, twice}) {
          const std::string text = decode_json(json);
          ++decoded;
          if (text.empty() || text == "error: \n") FAIL_CHECK(json);
        }
      }
    }
  }
  CHECK(decoded > 4000);
}

TEST_CASE("JSON of forwarders with a fault") {
  std::string many = R"j({"winlog":{"event_id":1},"labels":{"a":1)j";
  for (int i = 0; i < 5000; ++i) many += ",\"f" + std::to_string(i) + "\":1";
  const std::string deep = R"j({"winlog":{"event_id":1},"x":)j" + std::string(1000, '[') + std::string(1000, ']') + "}";
  const std::string big(1'000'000, 'x');
  check_forms({
      {"no event id", R"j({"winlog":{"channel":"C"}})j",
       "error: no event id: expected 'winlog.event_id' of winlogbeat\n"},
      {"an event id that is null", R"j({"winlog":{"event_id":null}})j",
       "error: no event id: expected 'winlog.event_id' of winlogbeat\n"},
      {"an event id that is no number", R"j({"win":{"system":{"eventID":"13x"}}})j",
       "error: system.eventID: expected a number, got '13x'\n"},
      {"an event id that is true", R"j({"event_id":true,"provider_name":"P","record_id":1})j",
       "error: event_id: expected a number, got 'true'\n"},
      {"a record id that is no number", R"j({"event_id":{"id":1},"record_id":[1,"x"],"record_id":-5})j",
       "error: record_id: expected a number, got '-5'\n"},
      {"the first of repeated names", R"j({"winlog":{"event_id":1,"event_id":2},"winlog":{"event_id":3}})j",
       "winlogbeat\nevent_id=1\n"},
      {"data that is a text", R"j({"winlog":{"event_id":1,"event_data":"x"}})j", "winlogbeat\nevent_id=1\n"},
      {"XML that is none", R"j({"System":"<x"})j", "error: offset 0: expected <Event>, found '<x'\n"},
      {"too many values", many + "}}", "error: more than 4096 values in a JSON object\n"},
      {"too deep", deep, "error: nested deeper than 32 levels\n"},
      {"a long name", R"j({"winlog":{"event_id":1,"event_data":{")j" + std::string(2000, 'n') + "\":1}}}",
       "error: a name of more than 1024 bytes\n"},
      {"a long text", R"j({"winlog":{"event_id":1,"event_data":{"A":")j" + big + "\"}}}",
       "winlogbeat\nevent_id=1\ndata.A=" + big + "\n"},
      {"text behind", R"j({"winlog":{"event_id":1}}{"winlog":{"event_id":2}})j", "error: text after the JSON object\n"},
      {"malformed at the end", R"j({"winlog":{"event_id":1},"x":nul})j",
       "error: not well-formed JSON: unknown literal\n"},
      {"control characters and half a surrogate pair",
       R"j({"winlog":{"event_id":1,"event_data":{"A":"x\u0001\ud83dy"}}})j",
       "winlogbeat\nevent_id=1\ndata.A=x\xef\xbf\xbd\xef\xbf\xbdy\n"},
  });
}

}  // namespace rw::ingest
