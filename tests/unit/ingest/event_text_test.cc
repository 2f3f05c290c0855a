#include "daemon/ingest/decode/event_text.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "daemon/core/utf16.h"
#include "daemon/ingest/decode/message_text.h"
#include "daemon/ingest/decode/string_inserts.h"
#include "daemon/ingest/syslog/structured_data.h"
#include "tests/unit/ingest/decoded_text.h"

namespace rw::ingest {
namespace {

// A payload as it comes by syslog, decoded; local times are two hours ahead of UTC.
std::string decode_line(std::string_view line) {
  const core::Result<core::TimeZone> zone = core::TimeZone::find("Europe/Berlin");
  REQUIRE(zone.ok());
  const SyslogMessage header = parse_syslog(line, core::from_us(1'791'749'655'000'000), *zone);
  core::Arena arena;
  WindowsEvent event;
  std::string text;
  const auto pieces = decode_payload(header.msg, {.header = &header, .zone = &*zone}, arena, event,
                                     [&](std::string_view, const core::Result<void>& decoded) {
                                       text += decoded.ok() ? std::string(name_of(event.format)) + "\n" + text_of(event)
                                                            : "error: " + decoded.error().message + "\n";
                                     });
  return pieces.ok() ? text : "error: " + pieces.error().message + "\n";
}

// The fields that a message of Sysmon 13 or another event adds, "name=value" lines.
std::string fields_in(std::string_view provider, std::uint32_t id, std::string_view message) {
  core::Arena arena;
  WindowsEvent event;
  event.provider = provider;
  event.channel = provider.ends_with("Sysmon") ? "" : "Security";
  event.event_id = id;
  event.message = message;
  add_message_fields(arena, event);
  std::string text;
  for (const NamedValue& item : event.data) text += std::string(item.name) + "=" + std::string(item.value) + "\n";
  return text;
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
  return text;
}

constexpr const char* kSysmon = "Microsoft-Windows-Sysmon";
constexpr const char* kSecurity = "Microsoft-Windows-Security-Auditing";

const std::string kValueSetText =
    "Registry value set:\r\nRuleName: -\r\nEventType: SetValue\r\nUtcTime: 2026-10-11 20:14:15.120\r\nProcessGuid: "
    "{2f1c0a11-77aa-6523-4a01-000000001100}\r\nProcessId: 4321\r\nImage: C:\\Windows\\regedit.exe\r\nTargetObject: "
    "HKLM\\SOFTWARE\\Shop\\A\r\nDetails: DWORD (0x00000004)\r\nUser: TILL-1\\admin";

const std::string kValueSetFields =
    "RuleName=-\nEventType=SetValue\nUtcTime=2026-10-11 20:14:15.120\nProcessGuid="
    "{2f1c0a11-77aa-6523-4a01-000000001100}\nProcessId=4321\nImage=C:\\Windows\\regedit.exe\nTargetObject="
    "HKLM\\SOFTWARE\\Shop\\A\nDetails=DWORD (0x00000004)\nUser=TILL-1\\admin\n";

const std::string kNewProcessText =
    "A new process has been created.\r\n\r\nCreator Subject:\r\n\tSecurity ID:\t\tS-1-5-18\r\n\tAccount "
    "Name:\t\tTILL-1$\r\n\tAccount Domain:\t\tSHOP\r\n\tLogon ID:\t\t0x3E7\r\n\r\nTarget Subject:\r\n\tSecurity "
    "ID:\t\tS-1-0-0\r\n\tAccount Name:\t\t-\r\n\tAccount Domain:\t\t-\r\n\tLogon ID:\t\t0x0\r\n\r\nProcess "
    "Information:\r\n\tNew Process ID:\t\t0x1a2c\r\n\tNew Process Name:\tC:\\Windows\\System32\\reg.exe\r\n\tToken "
    "Elevation Type:\t%%1936\r\n\tMandatory Label:\t\tS-1-16-16384\r\n\tCreator Process ID:\t0x4d2\r\n\tCreator "
    "Process Name:\tC:\\Windows\\System32\\cmd.exe\r\n\tProcess Command Line:\treg add HKLM\\SOFTWARE\\Shop /v "
    "A\r\n\r\n"
    "Token Elevation Type indicates the type of token.\r\n\r\nType 1 is a full token.";

const std::string kNewProcessFields =
    "SubjectUserSid=S-1-5-18\nSubjectUserName=TILL-1$\nSubjectDomainName=SHOP\nSubjectLogonId=0x3E7\n"
    "TargetUserSid=S-1-0-0\nTargetUserName=-\nTargetDomainName=-\nTargetLogonId=0x0\nNewProcessId=0x1a2c\n"
    "NewProcessName=C:\\Windows\\System32\\reg.exe\nTokenElevationType=%%1936\nMandatoryLabel=S-1-16-16384\n"
    "ProcessId=0x4d2\nParentProcessName=C:\\Windows\\System32\\cmd.exe\nCommandLine=reg add HKLM\\SOFTWARE\\Shop /v "
    "A\n";

std::string snare(const std::string& delimiter) {
  const std::string columns =
      "MSWinEventLog|1|Microsoft-Windows-Sysmon/Operational|77|Sun Oct 11 22:14:15 2026|13|Microsoft-Windows-Sysmon|"
      "SYSTEM|User|Information|till-1.shop.lan|Registry value set (rule: RegistryEvent)||";
  return replaced(columns, "|", delimiter) + replaced(kValueSetText, "\r\n", "  ") + delimiter + "90123";
}

std::string snare_event(const std::string& format = "snare") {
  return format +
         "\nprovider=Microsoft-Windows-Sysmon\nevent_id=13\nlevel=4\ntime=2026-10-11T20:14:15.120000Z\n"
         "record_id=90123\nchannel=Microsoft-Windows-Sysmon/Operational\ncomputer=till-1.shop.lan\n"
         "data.AccountName=SYSTEM\ndata.AccountType=User\ndata.Category=Registry value set (rule: RegistryEvent)\n" +
         "data." + replaced(kValueSetFields.substr(0, kValueSetFields.size() - 1), "\n", "\ndata.") +
         "\nmessage=" + replaced(kValueSetText, "\r\n", "  ") + "\n";
}

}  // namespace

TEST_CASE("fields of a message, however its line ends were flattened") {
  for (const char* line_end : {"\r\n", "\n", "  ", " ", "#015#012", "\\r\\n"}) {
    INFO(line_end);
    CHECK(fields_in(kSysmon, 13, replaced(kValueSetText, "\r\n", line_end)) == kValueSetFields);
    std::string security = replaced(kNewProcessText, "\r\n", line_end);
    CHECK(fields_in(kSecurity, 4688, security) == kNewProcessFields);
    if (line_end[0] == ' ') security = replaced(security, "\t", " ");
    if (line_end[0] == '#') security = replaced(security, "\t", "#011");
    CHECK(fields_in(kSecurity, 4688, security) == kNewProcessFields);
  }
  CHECK(fields_in(kSysmon, 13, "Registrierungswert gesetzt") == "");
  CHECK(fields_in("Other", 13, kValueSetText) == "");
}

TEST_CASE("a value cannot forge the fields before it, nor the user") {
  const std::string flat = replaced(kValueSetText, "\r\n", "  ");
  const std::string forged = replaced(flat, "DWORD (0x00000004)", "x  Details: y  User: N\\one  TargetObject: z");
  CHECK(fields_in(kSysmon, 13, forged) ==
        replaced(kValueSetFields, "DWORD (0x00000004)", "x  Details: y  User: N\\one  TargetObject: z"));
  // A command line that holds the labels behind it stays whole.
  const std::string process =
      "Process Create:  RuleName: -  UtcTime: 2026-10-11 20:14:15.120  ProcessGuid: {a}  ProcessId: 1  Image: C:\\a.exe"
      "  CommandLine: a  CurrentDirectory: C:\\x  User: b  -enc AAAA  CurrentDirectory: C:\\  User: T\\u  LogonGuid: "
      "{b}"
      "  LogonId: 0x1  TerminalSessionId: 1  IntegrityLevel: High  Hashes: MD5=0  ParentProcessGuid: {c}"
      "  ParentProcessId: 2  ParentImage: C:\\p.exe  ParentCommandLine: p  ParentUser: T\\p";
  CHECK(fields_in(kSysmon, 1, process) ==
        "RuleName=-\nUtcTime=2026-10-11 20:14:15.120\nProcessGuid={a}\nProcessId=1\nImage=C:\\a.exe\n"
        "CommandLine=a  CurrentDirectory: C:\\x  User: b  -enc AAAA\nCurrentDirectory=C:\\\nUser=T\\u\nLogonGuid={b}\n"
        "LogonId=0x1\nTerminalSessionId=1\nIntegrityLevel=High\nHashes=MD5=0\nParentProcessGuid={c}\n"
        "ParentProcessId=2\nParentImage=C:\\p.exe\nParentCommandLine=p\nParentUser=T\\p\n");
}

TEST_CASE("Snare") {
  const std::string expected = snare_event();
  const std::string header = "<14>Oct 11 22:14:15 till-1.shop.lan ";
  for (const char* delimiter : {"\t", "#011", ",", "|", ";"}) {
    INFO(delimiter);
    CHECK(decode_line(header + snare(delimiter)) == expected);
  }
  CHECK(decode_line("till-1.shop.lan\t" + snare("\t")) == expected);
  CHECK(decode_line("<14>till-1.shop.lan\t" + snare("\t")) == expected);
  CHECK(decode_line("<14>1 2026-10-11T22:14:15Z relay " + replaced(snare("#011"), "#011Sun ", "#011Sun - - - ")) ==
        expected);
  CHECK(decode_line("MSWinEventLog\t1\tx\n") == "error: Snare: expected a column like 'Sun Oct 11 22:14:15 2026'\n");
}

TEST_CASE("EventReporter, Splunk, syslog-ng Agent, CEF and LEEF") {
  const std::string flat = replaced(kValueSetText, "\r\n", "  ");
  const auto has_all = [&](const std::string& text, const char* format) {
    CHECK(text.starts_with(std::string(format) + "\nprovider=Microsoft-Windows-Sysmon\nevent_id=13\n"));
    CHECK(text.find("channel=Microsoft-Windows-Sysmon/Operational\ncomputer=till-1\n") != std::string::npos);
    CHECK(text.find("data.TargetObject=HKLM\\SOFTWARE\\Shop\\A\ndata.Details=DWORD (0x00000004)\n") !=
          std::string::npos);
    CHECK(text.find("time=2026-10-11T20:14:15.120000Z\n") != std::string::npos);
  };
  has_all(decode_line("<14>Oct 11 22:14:15 till-1 EvntSLog: [INF] Sun Oct 11 22:14:15 2026: "
                      "till-1/Microsoft-Windows-Sysmon (13) - \"" +
                      flat + "\""),
          "eventreporter");
  has_all(
      decode_line("10/11/2026 10:14:15 PM\nLogName=Microsoft-Windows-Sysmon/Operational\nEventCode=13\nEventType=4\n"
                  "ComputerName=till-1\nSourceName=Microsoft-Windows-Sysmon\nMessage=" +
                  kValueSetText),
      "splunk-text");
  has_all(
      decode_line("<14>Oct 11 22:14:15 till-1 SYSTEM: Microsoft-Windows-Sysmon/Operational Microsoft-Windows-Sysmon: "
                  "[Information] " +
                  flat + " (EventID 13)"),
      "syslog-ng-agent");
  has_all(
      decode_line("<14>Oct 11 22:14:15 relay CEF:0|Microsoft|Microsoft Windows||Microsoft-Windows-Sysmon:13|set|Low|"
                  "dvchost=till-1 msg=" +
                  flat),
      "cef");
  has_all(
      decode_line("LEEF:1.0|Microsoft|Windows|10|13|Source=Microsoft-Windows-Sysmon\tComputer=till-1\tMessage=" + flat),
      "leef");
}

TEST_CASE("NXLog: structured data and XML") {
  const std::string flat = replaced(kValueSetText, "\r\n", "  ");
  const auto check = [&](const std::string& text, const char* format) {
    INFO(text);
    CHECK(text.starts_with(std::string(format) + "\nprovider=Microsoft-Windows-Sysmon\n"));
    for (const char* line :
         {"\nevent_id=13\n", "\nrecord_id=90123\n", "\ncomputer=till-1\n", "\nexecution_process_id=2212\n",
          "\nchannel=Microsoft-Windows-Sysmon/Operational\n", "\ndata.EventType=SetValue\n", "\ndata.ProcessId=4321\n",
          "\ndata.TargetObject=HKLM\\SOFTWARE\\Shop\\B\n", "\ndata.Details=\"C:\\a.exe\" <1>\n"}) {
      INFO(line);
      CHECK(text.find(line) != std::string::npos);
    }
  };
  check(decode_line("<14>1 2026-10-11T22:14:15.000000+02:00 till-1 Microsoft-Windows-Sysmon 2212 - [NXLOG@14506 "
                    "EventType=\"INFO\" EventID=\"13\" RecordNumber=\"90123\" ThreadID=\"3340\" "
                    "Channel=\"Microsoft-Windows-Sysmon/Operational\" TargetObject=\"HKLM\\\\SOFTWARE\\\\Shop\\\\B\" "
                    "Details=\"\\\"C:\\\\a.exe\\\" &lt;1&gt;\"] " +
                    flat),
        "nxlog-ietf");
  check(decode_line(
            "<Event><EventTime>2026-10-11 22:14:15</EventTime><Hostname>till-1</Hostname><EventType>INFO</EventType>"
            "<EventID>13</EventID><SourceName>Microsoft-Windows-Sysmon</SourceName><RecordNumber>90123</RecordNumber>"
            "<ProcessID>2212</ProcessID><ThreadID>3340</ThreadID>"
            "<Channel>Microsoft-Windows-Sysmon/Operational</Channel>"
            "<TargetObject>HKLM\\SOFTWARE\\Shop\\B</TargetObject><Details>\"C:\\a.exe\" &amp;lt;1&amp;gt;</Details>"
            "<Message>" +
            flat + "</Message></Event>"),
        "nxlog-xml");
  // The message itself may be the event.
  CHECK(decode_line(
            "<14>1 - h a 1 - [NXLOG@14506 EventID=\"13\"] <Event><System><EventID>7</EventID></System></Event>") ==
        "xml\nevent_id=7\n");
}

TEST_CASE("values by position") {
  const auto names = [](std::uint32_t id, const std::vector<std::string_view>& values) {
    WindowsEvent event;
    event.provider = kSysmon;
    event.event_id = id;
    std::string text = add_string_inserts(values, event) ? "" : "no";
    for (const NamedValue& item : event.data) text += std::string(item.name) + "=" + std::string(item.value) + " ";
    return text;
  };
  const std::string_view time = "2026-10-11 20:14:15.120";
  CHECK(names(12, {"-", "CreateKey", time, "{g}", "4", "i", "t", "u"}) ==
        "RuleName=- EventType=CreateKey UtcTime=2026-10-11 20:14:15.120 ProcessGuid={g} ProcessId=4 Image=i "
        "TargetObject=t User=u ");
  CHECK(names(12, {"CreateKey", time, "{g}", "4", "i", "t"}) ==
        "EventType=CreateKey UtcTime=2026-10-11 20:14:15.120 ProcessGuid={g} ProcessId=4 Image=i TargetObject=t ");
  CHECK(names(12, {"-", "CreateKey", time}) == "no");
  CHECK(names(13, {"-", "a", "b", "c", "d", "e", "f", "g", "h"}) == "no");
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

TEST_CASE("UTF-16") {
  using namespace std::string_view_literals;
  CHECK(core::utf16_to_utf8("\xff\xfe<\0\xe9\0=\xd8\x00\xde"sv, core::ByteOrder::kLittle) ==
        "<\xc3\xa9\xf0\x9f\x98\x80");
  CHECK(core::utf16_to_utf8("\0a\xd8=\0b"sv, core::ByteOrder::kBig) ==
        "a\xef\xbf\xbd"
        "b");
  CHECK(core::utf16_to_utf8("a\0>"sv, core::ByteOrder::kLittle) == "a>");
}

}  // namespace rw::ingest
