// The text formats but Snare: every event that is stored, field by field, and what senders do to them.
#include "daemon/ingest/decode/event_text.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "daemon/core/text.h"
#include "daemon/ingest/syslog/structured_data.h"
#include "tests/unit/ingest/decoded_line.h"

namespace rw::ingest {
namespace {

const std::string kHeader = "<14>Oct 11 22:14:15 till-1.shop.lan ";

std::string trimmed(const std::string& text) { return std::string(core::trim(text)); }

struct Row {
  const char* what;
  std::string line;
  std::string expected;
};

void check(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    INFO(row.what);
    INFO(row.line);
    CHECK(decode_line(row.line) == row.expected);
  }
}

std::string error(const std::string& message) { return "error: " + message + "\n"; }

// --- EventReporter ---------------------------------------------------------------------------------------------------

std::string event_reporter_line(const RenderedEvent& event) {
  return "EvntSLog: [" + std::string(event.sysmon() ? "INF" : "AUS") + "] Sun Oct 11 22:14:15 2026: till-1.shop.lan/" +
         (event.sysmon() ? event.provider() : "Security") + " (" + std::to_string(event.id) + ") - \"" +
         flat(event.message) + "\"";
}

TextEvent event_reporter_event(const RenderedEvent& event) {
  return {.event = event,
          .format = "eventreporter",
          .level = event.sysmon() ? kInformation : kAuditSuccess,
          .time = {},
          .message = trimmed(flat(event.message))};
}

// --- syslog-ng Agent -------------------------------------------------------------------------------------------------

std::string agent_line(const RenderedEvent& event, const std::string& user) {
  return user + ": " + event.channel() + " " +
         (event.sysmon() ? event.provider() : "Microsoft Windows security auditing.") + ": [" +
         (event.sysmon() ? "Information" : "Audit Success") + "] " + flat(event.message) + " (EventID " +
         std::to_string(event.id) + ")";
}

TextEvent agent_event(const RenderedEvent& event, const std::string& user) {
  return {.event = event,
          .format = "syslog-ng-agent",
          .level = event.sysmon() ? kInformation : kAuditSuccess,
          .time = {},
          .data = user.empty() ? "" : "data.AccountName=" + user + "\n",
          .message = trimmed(flat(event.message))};
}

// --- Splunk ----------------------------------------------------------------------------------------------------------

std::string splunk_text(const RenderedEvent& event) {
  const bool sysmon = event.sysmon();
  return "10/11/2026 10:14:15 PM\nLogName=" + event.channel() +
         "\nSourceName=" + (sysmon ? event.provider() : "Microsoft Windows security auditing.") +
         "\nEventCode=" + std::to_string(event.id) + "\nEventType=" + (sysmon ? "4" : "0") +
         "\nType=Information\nComputerName=till-1.shop.lan\n" +
         (sysmon ? "User=NOT_TRANSLATED\nSid=S-1-5-18\nSidType=0\n" : "") +
         "TaskCategory=Registry\nOpCode=Info\nRecordNumber=90123\nKeywords=" + (sysmon ? "None" : "Audit Success") +
         "\nMessage=" + replaced(event.message, "\r\n", "\n");
}

TextEvent splunk_event(const RenderedEvent& event) {
  return {.event = event,
          .format = "splunk-text",
          .level = event.sysmon() ? kInformation : kAuditSuccess,
          .time = {},
          .record_id = true,
          .user_sid = event.sysmon() ? "S-1-5-18" : "",
          .data = "data.Category=Registry\n",
          .message = trimmed(replaced(event.message, "\r\n", "\n"))};
}

// --- CEF and LEEF ----------------------------------------------------------------------------------------------------

std::string cef_escaped(const std::string& value) {
  return replaced(replaced(replaced(replaced(value, "\\", "\\\\"), "=", "\\="), "\r", "\\r"), "\n", "\\n");
}

std::string cef_header(const RenderedEvent& event) {
  return "CEF:0|Microsoft|Microsoft Windows||" + event.provider() + ":" + std::to_string(event.id) + "|A name|Low|";
}

std::string cef_line(const RenderedEvent& event) {
  return cef_header(event) + "rt=1791749655123 dvchost=till-1.shop.lan cat=" + event.channel() +
         " externalId=" + std::to_string(event.id) + " msg=" + cef_escaped(event.message);
}

TextEvent cef_event(const RenderedEvent& event) {
  return {.event = event,
          .format = "cef",
          .level = {},
          .time = "2026-10-11T20:14:15.123000Z",
          .message = trimmed(event.message)};
}

std::string leef_pairs_of(const RenderedEvent& event, const std::string& delimiter = "\t") {
  return "devTime=2026-10-11T20:14:15.123+00:00" + delimiter + "Channel=" + event.channel() + delimiter +
         "Source=" + event.provider() + delimiter + "Computer=till-1.shop.lan" + delimiter + "RecordNumber=90123" +
         delimiter + "Keywords=" + (event.sysmon() ? "Information" : "Audit Success") + delimiter +
         "Message=" + flat(event.message);
}

std::string leef_line(const RenderedEvent& event) {
  return "LEEF:1.0|Microsoft|Windows|10|" + std::to_string(event.id) + "|" + leef_pairs_of(event);
}

TextEvent leef_event(const RenderedEvent& event) {
  return {.event = event,
          .format = "leef",
          .level = event.sysmon() ? kInformation : kAuditSuccess,
          .time = "2026-10-11T20:14:15.123000Z",
          .record_id = true,
          .message = trimmed(flat(event.message))};
}

std::string wincollect_line(const RenderedEvent& event, const std::string& message) {
  return "AgentDevice=WindowsLog\tAgentLogFile=" + event.channel() +
         "\tPluginVersion=7.3.1.43\tSource=" + event.provider() +
         "\tComputer=till-1.shop.lan\tOriginatingComputer=10.0.0.7\tUser=SYSTEM\tDomain=NT "
         "AUTHORITY\tEventID=" +
         std::to_string(event.id) + "\tEventIDCode=" + std::to_string(event.id) +
         "\tEventType=8\tEventCategory=12801\tRecordNumber=90123\tTimeGenerated=1791749655\tTimeWritten=1791749655\t"
         "Level=Log Always\tKeywords=" +
         (event.sysmon() ? "Information" : "Audit Success") + "\tTask=Registry\tOpcode=Info\tMessage=" + message;
}

TextEvent wincollect_event(const RenderedEvent& event) {
  TextEvent expected = leef_event(event);
  expected.time = "2026-10-11T20:14:15Z";
  expected.data =
      "data.AgentDevice=WindowsLog\ndata.PluginVersion=7.3.1.43\ndata.OriginatingComputer=10.0.0.7\n"
      "data.AccountName=SYSTEM\ndata.AccountDomain=NT AUTHORITY\ndata.EventCategory=12801\n"
      "data.TimeWritten=1791749655\ndata.Level=Log Always\ndata.Task=Registry\ndata.Opcode=Info\n";
  return expected;
}

}  // namespace

TEST_CASE("EventReporter and rsyslog Windows Agent: every event that is stored") {
  for (const RenderedEvent* event : kRenderedEvents) {
    CHECK(decode_line(kHeader + event_reporter_line(*event)) == event_reporter_event(*event).text());
    CHECK(decode_line(event_reporter_line(*event)) == event_reporter_event(*event).text());
  }
}

TEST_CASE("EventReporter: variants and faults") {
  const std::string form = " (EvntSLog: [TYPE] DATE: HOST/SOURCE (ID) - \"MESSAGE\")";
  const std::string line = event_reporter_line(kValueSet);
  const TextEvent plain = event_reporter_event(kValueSet);
  TextEvent failure = event_reporter_event(kValueModified);
  failure.level = kAuditFailure;
  TextEvent unknown = plain;
  unknown.level = {};
  RenderedEvent quoted = kValueSet;
  quoted.message = replaced(quoted.message, "TILL-1\\admin", "\"");
  quoted.fields = replaced(quoted.fields, "TILL-1\\admin", "\"");
  check({
      {"a channel for a source", replaced(line, "Sysmon (13)", "Sysmon/Operational (13)"), plain.text()},
      {"an audit that failed", replaced(event_reporter_line(kValueModified), "[AUS]", "[AUF]"), failure.text()},
      {"a type that is not known", replaced(line, "[INF]", "[NEW]"), unknown.text()},
      {"no closing quote: cut off", line.substr(0, line.size() - 1), plain.text()},
      {"a quote at the end of the message", event_reporter_line(quoted), event_reporter_event(quoted).text()},
      {"no type", "EvntSLog: Sun Oct 11 22:14:15 2026: a/b (1)", error("EvntSLog: expected '[TYPE]'" + form)},
      {"a type that is not closed", "EvntSLog: [INF", error("EvntSLog: expected '[TYPE]'" + form)},
      {"no date", "EvntSLog: [INF] a/b (1) - x",
       error("EvntSLog: expected a date like 'Sun Oct 11 22:14:15 2026:'" + form)},
      {"no source", "EvntSLog: [INF] Sun Oct 11 22:14:15 2026: host", error("EvntSLog: expected 'HOST/SOURCE'" + form)},
      {"a host with a blank", "EvntSLog: [INF] Sun Oct 11 22:14:15 2026: a b/c (1) - x",
       error("EvntSLog: expected 'HOST/SOURCE'" + form)},
      {"no id", "EvntSLog: [INF] Sun Oct 11 22:14:15 2026: a/b - x", error("EvntSLog: expected '(ID)'" + form)},
      {"an id that is no number", "EvntSLog: [INF] Sun Oct 11 22:14:15 2026: a/b (x) - x",
       error("event id: expected a number, got 'x'")},
  });
}

TEST_CASE("syslog-ng Agent: every event that is stored") {
  for (const RenderedEvent* event : kRenderedEvents) {
    // Its time is the header's, which counts where the event has none.
    const auto without_time = [&](const std::string& text) {
      return event->sysmon() ? text : replaced(text, "time=2026-10-11T20:14:15Z\n", "");
    };
    CHECK(decode_line(kHeader + agent_line(*event, "SYSTEM")) == without_time(agent_event(*event, "SYSTEM").text()));
    CHECK(decode_line(kHeader + agent_line(*event, "N/A")) == without_time(agent_event(*event, "").text()));
    CHECK(decode_line(kHeader + agent_line(*event, "NT AUTHORITY\\SYSTEM")) ==
          without_time(agent_event(*event, "NT AUTHORITY\\SYSTEM").text()));
  }
}

TEST_CASE("syslog-ng Agent: faults") {
  check({
      {"a header that is not UTF-8",
       "<14>1 2026-10-11T22:14:15Z h\xe9 u\xe9 1 - - Security Microsoft-Windows-Security-Auditing: [x] m (EventID 1)",
       "syslog-ng-agent\nprovider=Microsoft-Windows-Security-Auditing\nevent_id=1\nchannel=Security\n"
       "computer=h\xef\xbf\xbd\ndata.AccountName=u\xef\xbf\xbd\nmessage=m\n"},
      {"no source", kHeader + "u: Security: [x] m (EventID 1)",
       error("syslog-ng Agent: expected a channel and a source before '[TYPE]'")},
      {"a type that is not closed", kHeader + "u: Security a: [x m (EventID 1)",
       error("syslog-ng Agent: expected 'CHANNEL SOURCE: [TYPE] MESSAGE (EventID N)'")},
      {"an id that is no number", kHeader + "u: Security a: [x] m (EventID 1x)",
       error("event id: expected a number, got '1x'")},
      {"a mark that is not at the end", kHeader + "u: Security a: [x] m (EventID 1) y",
       error("not a Windows event: expected Windows Event XML, JSON, or the text of a Windows log forwarder")},
  });
}

TEST_CASE("Splunk's text: every event that is stored") {
  for (const RenderedEvent* event : kRenderedEvents) {
    const std::string expected = splunk_event(*event).text();
    CHECK(decode_line(splunk_text(*event)) == expected);
    CHECK(decode_line(replaced(splunk_text(*event), "\n", "#012")) == expected);
    CHECK(decode_line(replaced(splunk_text(*event), "\n", "\r\n")) ==
          replaced(expected, trimmed(replaced(event->message, "\r\n", "\n")), trimmed(event->message)));
  }
}

TEST_CASE("Splunk's text: times, audits and faults") {
  const std::string text = splunk_text(kValueModified);
  const TextEvent plain = splunk_event(kValueModified);
  const auto at = [&](const std::string& line, const std::string& time) {
    TextEvent expected = plain;
    expected.time = time;
    return Row{"a time", replaced(text, "10/11/2026 10:14:15 PM", line), expected.text()};
  };
  const std::string without_time = replaced(plain.text(), "time=2026-10-11T20:14:15Z\n", "");
  TextEvent failure = plain;
  failure.level = kAuditFailure;
  TextEvent user = plain;
  user.data = "data.AccountName=admin\n" + user.data;
  check({
      at("10/11/2026 10:14:15.123 PM", "2026-10-11T20:14:15.123000Z"),
      at("10/11/2026 22:14:15", "2026-10-11T20:14:15Z"),
      at("10/11/2026 12:14:15 AM", "2026-10-10T22:14:15Z"),
      at("10/11/2026 12:14:15 PM", "2026-10-11T10:14:15Z"),
      {"an hour that there is not", replaced(text, "10:14:15 PM", "13:14:15 PM"), without_time},
      {"no line with a time", text.substr(text.find('\n') + 1), without_time},
      {"an audit that failed", replaced(text, "Audit Success", "Audit Failure"), failure.text()},
      {"a user", replaced(text, "\nTaskCategory", "\nUser=admin\nTaskCategory"), user.text()},
      {"no id", replaced(text, "\nEventCode=4657", ""), error("WinEventLog: no EventCode")},
      {"an id that is no number", replaced(text, "EventCode=4657", "EventCode=x"),
       error("event id: expected a number, got 'x'")},
      {"a record number that is none", replaced(text, "RecordNumber=90123", "RecordNumber=-1"),
       error("RecordNumber: expected a number, got '-1'")},
  });
}

TEST_CASE("CEF: every event that is stored") {
  for (const RenderedEvent* event : kRenderedEvents) {
    CHECK(decode_line(kHeader + cef_line(*event)) == cef_event(*event).text());
    CHECK(decode_line(cef_line(*event)) == cef_event(*event).text());
  }
}

TEST_CASE("CEF: keys, labels, escapes, times and faults") {
  const RenderedEvent& modified = kValueModified;
  const std::string header = cef_header(modified);
  const std::string system = "cef\nprovider=Microsoft-Windows-Security-Auditing\nevent_id=4657\nchannel=Security\n";
  const auto timed = [&](const std::string& time, const std::string& expected) {
    return Row{"a time", header + "cat=Security rt=" + time,
               "cef\nprovider=Microsoft-Windows-Security-Auditing\nevent_id=4657\n" +
                   (expected.empty() ? "" : "time=" + expected + "\n") + "channel=Security\n"};
  };
  RenderedEvent raw = kValueSet;
  raw.message = flat(replaced(raw.message, "Shop\\A", "Shop\\new\\run"));
  raw.fields = replaced(raw.fields, "Shop\\A", "Shop\\new\\run");
  TextEvent unescaped = cef_event(raw);
  unescaped.time = {};
  check({
      {"the event's own names", header + "ObjectName=\\\\REGISTRY\\\\MACHINE\\\\a b NewValue=1\\=2 \\| 3 cat=Security",
       system + "data.ObjectName=\\REGISTRY\\MACHINE\\a b\ndata.NewValue=1=2 | 3\n"},
      {"custom strings with labels", header + "cs1Label=ObjectValueName cs1=Start cn1=4 cn1Label=NewValue cat=Security",
       system + "data.ObjectValueName=Start\ndata.NewValue=4\n"},
      {"a key of nobody's", header + "suser=admin deviceSeverity=x cat=Security",
       system + "data.suser=admin\ndata.deviceSeverity=x\n"},
      {"a sender that does not escape backslashes",
       cef_header(raw) + "dvchost=till-1.shop.lan cat=" + raw.channel() + " msg=" + raw.message, unescaped.text()},
      {"a class that is only an id", "CEF:0|V|P||4657|n|1|Source=Microsoft-Windows-Security-Auditing", system},
      {"an id in the extension alone",
       "CEF:0|V|P||audit|n|1|Source=Microsoft-Windows-Security-Auditing externalId=4657", system},
      timed("1791749655", "2026-10-11T20:14:15Z"),
      timed("1791749655123", "2026-10-11T20:14:15.123000Z"),
      timed("2026-10-11T22:14:15+02:00", "2026-10-11T20:14:15Z"),
      timed("Oct 11 2026 22:14:15", "2026-10-11T20:14:15Z"),
      timed("Oct 11 2026 22:14:15.123", "2026-10-11T20:14:15.123000Z"),
      timed("Oct 11 2026 20:14:15 UTC", "2026-10-11T20:14:15Z"),
      timed("Oct 11 2026 20:14:15.123 GMT", "2026-10-11T20:14:15.123000Z"),
      timed("Oct 11 2026 20:14:15 PST", ""),
      timed("yesterday", ""),
      {"a header that is cut off", "CEF:0|V|P||4657|n", error("CEF: expected 7 header fields, each ended by '|'")},
      {"no key", header + "text",
       "cef\nprovider=Microsoft-Windows-Security-Auditing\nevent_id=4657\nchannel=Security\n"},
      {"no key before '='", header + "= x", error("CEF: expected key=value after the header")},
      {"no id", "CEF:0|V|P||audit|n|1|a=b", error("event id: expected a number, got ''")},
      {"a record number that is none", header + "RecordNumber=x", error("RecordNumber: expected a number, got 'x'")},
  });
}

TEST_CASE("LEEF and WinCollect: every event that is stored") {
  for (const RenderedEvent* event : kRenderedEvents) {
    CHECK(decode_line(kHeader + leef_line(*event)) == leef_event(*event).text());
    CHECK(decode_line(kHeader + replaced(leef_line(*event), "\t", "#011")) == leef_event(*event).text());
    CHECK(decode_line(kHeader + wincollect_line(*event, flat(event->message))) == wincollect_event(*event).text());
    // A message with its TABs.
    const std::string with_tabs = replaced(event->message, "\r\n", "  ");
    CHECK(decode_line(wincollect_line(*event, with_tabs)) ==
          replaced(wincollect_event(*event).text(), trimmed(flat(event->message)), trimmed(with_tabs)));
  }
}

TEST_CASE("LEEF: delimiters, TABs in values and faults") {
  const std::string id = std::to_string(kValueSet.id);
  const auto with = [&](const std::string& field, const std::string& delimiter) {
    return "LEEF:2.0|Microsoft|Windows|10|" + id + "|" + field + "|" + leef_pairs_of(kValueSet, delimiter);
  };
  const std::string expected = leef_event(kValueSet).text();
  RenderedEvent forged = kValueSet;
  forged.message = replaced(forged.message, "DWORD (0x00000004)", "x\tTargetObject=HKLM\\y\tComputer=other");
  forged.fields = replaced(forged.fields, "DWORD (0x00000004)", "x\tTargetObject=HKLM\\y\tComputer=other");
  TextEvent forged_event = wincollect_event(forged);
  forged_event.message = replaced(forged.message, "\r\n", "  ");
  check({
      {"a character", with("^", "^"), expected},
      {"its code", with("x5E", "^"), expected},
      {"its code, as in C", with("0x5e", "^"), expected},
      {"none is a TAB", with("", "\t"), expected},
      {"WinCollect's message is the last value", wincollect_line(forged, forged_event.message), forged_event.text()},
      {"a code that is none", with("xyz", "^"),
       error("LEEF: 2.0 expected a delimiter such as 'x09' after the event id")},
      {"a header that is cut off", "LEEF:1.0|Microsoft|Windows",
       error("LEEF: expected 5 header fields, each ended by '|'")},
      {"no key", "LEEF:1.0|Microsoft|Windows|10|13|text", error("LEEF: expected key=value, got 'text'")},
      {"no id", "LEEF:1.0|Microsoft|Windows|10||a=b", error("event id: expected a number, got ''")},
  });
}

TEST_CASE("NXLog: structured data and XML, every event that is stored") {
  for (const RenderedEvent* event : kRenderedEvents) {
    // What NXLog CE keeps of the data, the rest is in the message: names that it has itself are lost.
    const std::string kept = event->sysmon() ? "RuleName" : "SubjectUserSid";
    const std::size_t at = event->fields.find(kept + "=");
    const std::string line = at == std::string::npos ? "" : event->fields.substr(at, event->fields.find('\n', at) - at);
    const std::string value = line.substr(std::min(line.size(), kept.size() + 1));
    const std::string common = "\nprovider=" + event->provider() + "\nevent_id=" + std::to_string(event->id) +
                               "\nversion=2\nkeywords=0x8020000000000000\n" + "time=";
    const std::string rest =
        "record_id=90123\nexecution_process_id=2212\nexecution_thread_id=3340\nchannel=" + event->channel() +
        "\ncomputer=till-1.shop.lan\n";
    std::string data = "data." + replaced(event->fields, "\n", "\ndata.");
    data.resize(data.size() - std::string_view("data.").size());

    const std::string message = replaced(event->message, "\r\n", "  ");
    CHECK(decode_line("<14>1 2026-10-11T22:14:15.000000+02:00 till-1.shop.lan " + event->provider() +
                      " 2212 - [NXLOG@14506 Keywords=\"-9214364837600034816\" EventType=\"AUDIT_SUCCESS\" EventID=\"" +
                      std::to_string(event->id) +
                      "\" Version=\"2\" RecordNumber=\"90123\" ThreadID=\"3340\" Channel=\"" + event->channel() +
                      "\" Category=\"Registry\" " + kept + "=\"" + value +
                      "\" EventReceivedTime=\"2026-10-11 22:14:16\" SourceModuleName=\"in\"] " + message) ==
          "nxlog-ietf" + common + "2026-10-11T20:14:15Z\n" + rest + data + "message=" + message + "\n");

    const std::string escaped = replaced(replaced(event->message, "&", "&amp;"), "\"", "&quot;");
    CHECK(decode_line("<Event><EventTime>2026-10-11 22:14:15</EventTime><Hostname>till-1.shop.lan</Hostname>"
                      "<Keywords>-9214364837600034816</Keywords><EventType>AUDIT_SUCCESS</EventType><EventID>" +
                      std::to_string(event->id) + "</EventID><SourceName>" + event->provider() +
                      "</SourceName><Version>2</Version><RecordNumber>90123</RecordNumber><ProcessID>2212</ProcessID>"
                      "<ThreadID>3340</ThreadID><Channel>" +
                      event->channel() + "</Channel><" + kept + ">" + value + "</" + kept + "><Message>" + escaped +
                      "</Message></Event>") ==
          "nxlog-xml" + common + (event->sysmon() ? "2026-10-11T20:14:15.120000Z\n" : "2026-10-11T20:14:15Z\n") + rest +
              data + "message=" + event->message + "\n");
  }
}

TEST_CASE("NXLog: structured data with escapes and faults") {
  const std::string header = "<14>1 2026-10-11T22:14:15+02:00 h Microsoft-Windows-Sysmon 1 - ";
  const std::string system =
      "nxlog-ietf\nprovider=Microsoft-Windows-Sysmon\nevent_id=13\ntime=2026-10-11T20:14:15Z\n"
      "execution_process_id=1\n";
  check({
      {"escapes of structured data, and of CE's XML",
       header + "[NXLOG@14506 EventID=\"13\" ThreadID=\"2\" Details=\"\\\"C:\\\\a\\\" \\] &lt;1&gt;\"] -",
       system + "execution_thread_id=2\ncomputer=h\ndata.Details=\"C:\\a\" ] <1>\nmessage=-\n"},
      {"EE has no XML escapes", header + "[NXLOG@14506 EventID=\"13\" Details=\"&lt;1&gt;\"]",
       system + "computer=h\ndata.Details=&lt;1&gt;\n"},
      {"a backslash before another character stays", header + "[NXLOG@1 EventID=\"13\" Image=\"C:\\Windows\"]",
       system + "computer=h\ndata.Image=C:\\Windows\n"},
      {"an element before it", header + "[timeQuality tzKnown=\"1\"][NXLOG@14506 EventID=\"13\"]",
       system + "computer=h\n"},
      {"the message itself is the event",
       "<14>1 - h a 1 - [NXLOG@14506 EventID=\"13\"] <Event><System><EventID>7</EventID></System></Event>",
       "xml\nevent_id=7\n"},
      {"no id", header + "[NXLOG@14506 Channel=\"Security\"] x",
       error("no EventID: expected the fields of a Windows event")},
      {"an id that is no number", header + "[NXLOG@14506 EventID=\"x\"] x",
       error("EventID: expected a number, got 'x'")},
  });
}

TEST_CASE("structured data") {
  core::Arena arena;
  SdElements elements("[a@1 p=\"C:\\Windows\" q=\"\\\"x\\]\\\\\"][b]");
  const auto first = elements.next();
  REQUIRE((first.ok() && *first));
  CHECK((*first)->sd_id == "a@1");
  SdParams params((*first)->params);
  CHECK(sd_value((*params.next())->value, arena) == "C:\\Windows");
  CHECK(sd_value((*params.next())->value, arena) == "\"x]\\");
  CHECK_FALSE(params.next().value());
  CHECK((*elements.next())->sd_id == "b");
  CHECK_FALSE(elements.next().value());
  CHECK(SdElements("[a x=\"y").next().error().message == "structured data, byte 0: the element has no closing ']'");
}

}  // namespace rw::ingest
