#include "daemon/ingest/decode/string_inserts.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "daemon/ingest/decode/windows_event.h"
#include "tests/unit/ingest/rendered_events.h"

namespace rw::ingest {
namespace {

using Values = std::vector<std::string_view>;

// "name=value" of each field, one blank between them; "none" where the values fit no version of the event.
std::string named(std::uint32_t id, const Values& values) {
  WindowsEvent event;
  event.provider = id < 100 ? kSysmon : kSecurity;
  event.channel = id < 100 ? "" : "Security";
  event.event_id = id;
  const bool fits = add_string_inserts(values, event);
  CHECK(fits == !event.data.empty());
  if (!fits) return "none";
  std::string text;
  for (const NamedValue& item : event.data) {
    text += (text.empty() ? "" : " ") + std::string(item.name) + "=" + std::string(item.value);
  }
  return text;
}

constexpr std::string_view kTime = "2026-10-11 20:14:15.120";

struct Row {
  const char* what;
  std::uint32_t id;
  Values values;
  const char* expected;
};

}  // namespace

TEST_CASE("values of Sysmon's events by position, in each version") {
  const Row rows[] = {
      {"12",
       12,
       {"-", "CreateKey", kTime, "{g}", "4", "i", "t", "u"},
       "RuleName=- EventType=CreateKey UtcTime=2026-10-11 20:14:15.120 ProcessGuid={g} ProcessId=4 Image=i "
       "TargetObject=t User=u"},
      {"12 before 13.30: no User",
       12,
       {"-", "DeleteValue", kTime, "{g}", "4", "i", "t"},
       "RuleName=- EventType=DeleteValue UtcTime=2026-10-11 20:14:15.120 ProcessGuid={g} ProcessId=4 Image=i "
       "TargetObject=t"},
      {"12 before 8: no RuleName either",
       12,
       {"CreateKey", kTime, "{g}", "4", "i", "t"},
       "EventType=CreateKey UtcTime=2026-10-11 20:14:15.120 ProcessGuid={g} ProcessId=4 Image=i TargetObject=t"},
      {"12 with User but no RuleName",
       12,
       {"CreateKey", kTime, "{g}", "4", "i", "t", "u"},
       "EventType=CreateKey UtcTime=2026-10-11 20:14:15.120 ProcessGuid={g} ProcessId=4 Image=i TargetObject=t User=u"},
      {"13",
       13,
       {"", "SetValue", kTime, "{g}", "4", "i", "t", "d", "u"},
       "RuleName= EventType=SetValue UtcTime=2026-10-11 20:14:15.120 ProcessGuid={g} ProcessId=4 Image=i "
       "TargetObject=t Details=d User=u"},
      {"13, old",
       13,
       {"SetValue", kTime, "{g}", "4", "i", "t", "d"},
       "EventType=SetValue UtcTime=2026-10-11 20:14:15.120 ProcessGuid={g} ProcessId=4 Image=i TargetObject=t "
       "Details=d"},
      {"14",
       14,
       {"-", "RenameKey", kTime, "{g}", "4", "i", "t", "n", "u"},
       "RuleName=- EventType=RenameKey UtcTime=2026-10-11 20:14:15.120 ProcessGuid={g} ProcessId=4 Image=i "
       "TargetObject=t NewName=n User=u"},
      {"14 of a rule named like an event type is taken for an old one, and does not fit",
       14,
       {"RenameKey", "RenameKey", kTime, "{g}", "4", "i", "t", "n", "u"},
       "none"},
      {"1",
       1,
       {"-", kTime,  "{g}",   "4", "i",    "v", "d",    "p", "c",  "o",  "l", "cd",
        "u", "{lg}", "0x3e7", "1", "High", "h", "{pg}", "5", "pi", "pc", "pu"},
       "RuleName=- UtcTime=2026-10-11 20:14:15.120 ProcessGuid={g} ProcessId=4 Image=i FileVersion=v Description=d "
       "Product=p Company=c OriginalFileName=o CommandLine=l CurrentDirectory=cd User=u LogonGuid={lg} LogonId=0x3e7 "
       "TerminalSessionId=1 IntegrityLevel=High Hashes=h ParentProcessGuid={pg} ParentProcessId=5 ParentImage=pi "
       "ParentCommandLine=pc ParentUser=pu"},
      {"1 before 13.30: no ParentUser",
       1,
       {"-",  kTime, "{g}",  "4",     "i", "v",    "d", "p",    "c", "o",  "l",
        "cd", "u",   "{lg}", "0x3e7", "1", "High", "h", "{pg}", "5", "pi", "pc"},
       "RuleName=- UtcTime=2026-10-11 20:14:15.120 ProcessGuid={g} ProcessId=4 Image=i FileVersion=v Description=d "
       "Product=p Company=c OriginalFileName=o CommandLine=l CurrentDirectory=cd User=u LogonGuid={lg} LogonId=0x3e7 "
       "TerminalSessionId=1 IntegrityLevel=High Hashes=h ParentProcessGuid={pg} ParentProcessId=5 ParentImage=pi "
       "ParentCommandLine=pc"},
      {"1 before 10: no OriginalFileName",
       1,
       {"-", kTime,  "{g}",   "4", "i",    "v", "d",    "p", "c",  "l", "cd",
        "u", "{lg}", "0x3e7", "1", "High", "h", "{pg}", "5", "pi", "pc"},
       "RuleName=- UtcTime=2026-10-11 20:14:15.120 ProcessGuid={g} ProcessId=4 Image=i FileVersion=v Description=d "
       "Product=p Company=c CommandLine=l CurrentDirectory=cd User=u LogonGuid={lg} LogonId=0x3e7 TerminalSessionId=1 "
       "IntegrityLevel=High Hashes=h ParentProcessGuid={pg} ParentProcessId=5 ParentImage=pi ParentCommandLine=pc"},
      {"1 before 7: no version resource and no RuleName",
       1,
       {kTime, "{g}", "4", "i", "l", "cd", "u", "{lg}", "0x3e7", "1", "High", "h", "{pg}", "5", "pi", "pc"},
       "UtcTime=2026-10-11 20:14:15.120 ProcessGuid={g} ProcessId=4 Image=i CommandLine=l CurrentDirectory=cd User=u "
       "LogonGuid={lg} LogonId=0x3e7 TerminalSessionId=1 IntegrityLevel=High Hashes=h ParentProcessGuid={pg} "
       "ParentProcessId=5 ParentImage=pi ParentCommandLine=pc"},
      {"too few", 12, {"-", "CreateKey", kTime}, "none"},
      {"too many", 12, {"-", "CreateKey", kTime, "{g}", "4", "i", "t", "u", "x"}, "none"},
      {"no time where it should be", 13, {"-", "a", "b", "c", "d", "e", "f", "g", "h"}, "none"},
      {"none at all", 13, {}, "none"},
      {"an event whose names are not known", 3, {"-", kTime}, "none"},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    CHECK(named(row.id, row.values) == row.expected);
  }
}

TEST_CASE("values of the Security log by position, in each version") {
  const Row rows[] = {
      {"4657",
       4657,
       {"s", "n", "d", "l", "o", "v", "h", "%%1905", "%%1876", "2", "%%1876", "4", "0x1", "p"},
       "SubjectUserSid=s SubjectUserName=n SubjectDomainName=d SubjectLogonId=l ObjectName=o ObjectValueName=v "
       "HandleId=h OperationType=%%1905 OldValueType=%%1876 OldValue=2 NewValueType=%%1876 NewValue=4 ProcessId=0x1 "
       "ProcessName=p"},
      {"4657 with one missing",
       4657,
       {"s", "n", "d", "l", "o", "v", "h", "%%1905", "%%1876", "2", "%%1876", "4", "p"},
       "none"},
      {"4660",
       4660,
       {"s", "n", "d", "l", "Security", "h", "0x1", "p", "{t}"},
       "SubjectUserSid=s SubjectUserName=n SubjectDomainName=d SubjectLogonId=l ObjectServer=Security HandleId=h "
       "ProcessId=0x1 ProcessName=p TransactionId={t}"},
      {"4660 without TransactionId",
       4660,
       {"s", "n", "d", "l", "Security", "h", "0x1", "p"},
       "SubjectUserSid=s SubjectUserName=n SubjectDomainName=d SubjectLogonId=l ObjectServer=Security HandleId=h "
       "ProcessId=0x1 ProcessName=p"},
      {"4663",
       4663,
       {"s", "n", "d", "l", "Security", "Key", "o", "h", "%%4433", "0x2", "0x1", "p", "-"},
       "SubjectUserSid=s SubjectUserName=n SubjectDomainName=d SubjectLogonId=l ObjectServer=Security ObjectType=Key "
       "ObjectName=o HandleId=h AccessList=%%4433 AccessMask=0x2 ProcessId=0x1 ProcessName=p ResourceAttributes=-"},
      {"4663 before Windows 8",
       4663,
       {"s", "n", "d", "l", "Security", "Key", "o", "h", "%%4433", "0x2", "0x1", "p"},
       "SubjectUserSid=s SubjectUserName=n SubjectDomainName=d SubjectLogonId=l ObjectServer=Security ObjectType=Key "
       "ObjectName=o HandleId=h AccessList=%%4433 AccessMask=0x2 ProcessId=0x1 ProcessName=p"},
      {"4688 of Vista",
       4688,
       {"s", "n", "d", "l", "0x2", "i", "%%1936", "0x1"},
       "SubjectUserSid=s SubjectUserName=n SubjectDomainName=d SubjectLogonId=l NewProcessId=0x2 NewProcessName=i "
       "TokenElevationType=%%1936 ProcessId=0x1"},
      {"4688 of 8.1",
       4688,
       {"s", "n", "d", "l", "0x2", "i", "%%1936", "0x1", "c"},
       "SubjectUserSid=s SubjectUserName=n SubjectDomainName=d SubjectLogonId=l NewProcessId=0x2 NewProcessName=i "
       "TokenElevationType=%%1936 ProcessId=0x1 CommandLine=c"},
      {"4688 of the first 10",
       4688,
       {"s", "n", "d", "l", "0x2", "i", "%%1936", "0x1", "c", "ts", "tn", "td", "tl"},
       "SubjectUserSid=s SubjectUserName=n SubjectDomainName=d SubjectLogonId=l NewProcessId=0x2 NewProcessName=i "
       "TokenElevationType=%%1936 ProcessId=0x1 CommandLine=c TargetUserSid=ts TargetUserName=tn TargetDomainName=td "
       "TargetLogonId=tl"},
      {"4688",
       4688,
       {"s", "n", "d", "l", "0x2", "i", "%%1936", "0x1", "c", "ts", "tn", "td", "tl", "pp", "m"},
       "SubjectUserSid=s SubjectUserName=n SubjectDomainName=d SubjectLogonId=l NewProcessId=0x2 NewProcessName=i "
       "TokenElevationType=%%1936 ProcessId=0x1 CommandLine=c TargetUserSid=ts TargetUserName=tn TargetDomainName=td "
       "TargetLogonId=tl ParentProcessName=pp MandatoryLabel=m"},
      {"4688 of no version", 4688, {"s", "n", "d", "l", "0x2", "i", "%%1936", "0x1", "c", "ts"}, "none"},
      {"none at all", 4688, {}, "none"},
      {"an event whose names are not known", 4624, {"s", "n"}, "none"},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    CHECK(named(row.id, row.values) == row.expected);
  }
}

TEST_CASE("a name that is there already keeps its value") {
  WindowsEvent event;
  event.provider = kSysmon;
  event.event_id = 12;
  REQUIRE(event.add("TargetObject", "first"));
  CHECK(add_string_inserts(Values{"CreateKey", kTime, "{g}", "4", "i", "t"}, event));
  CHECK(event.get("TargetObject") == "first");
  CHECK(event.get("Image") == "i");
}

}  // namespace rw::ingest
