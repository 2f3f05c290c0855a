#include "daemon/ingest/decode/message_text.h"

#include <catch2/catch.hpp>
#include <string>

#include "daemon/core/arena.h"
#include "daemon/ingest/decode/windows_event.h"
#include "tests/unit/ingest/rendered_events.h"

namespace rw::ingest {
namespace {

// The fields that a message adds to an event, "name=value" lines.
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

}  // namespace

TEST_CASE("the fields of every event that is stored, however its line ends and TABs were written") {
  struct Written {
    const char* line_end;
    const char* tab;
  };
  const Written forms[] = {{"\r\n", "\t"},   {"\n", "\t"},     {"  ", "\t"},       {"  ", " "},
                           {" ", " "},       {" ", "\t"},      {"#015#012", "\t"}, {"#015#012", "#011"},
                           {"#012", "#011"}, {"\\r\\n", "\t"}, {"\\n", "\\t"},     {"\\r\\n", "\\t"}};
  for (const RenderedEvent* event : kRenderedEvents) {
    for (const Written& form : forms) {
      const std::string text = replaced(replaced(event->message, "\r\n", form.line_end), "\t", form.tab);
      INFO(text);
      CHECK(fields_in(event->provider(), event->id, text) == event->fields);
    }
  }
}

TEST_CASE("a message of another event, in another language, or of another provider adds nothing") {
  CHECK(fields_in(kSysmon, 13, "Registrierungswert gesetzt:\r\nDetails\r\n") == "");
  CHECK(fields_in("Other", 13, kValueSet.message) == "");
  CHECK(fields_in(kSysmon, 4657, kValueModified.message) == "");
  CHECK(fields_in(kSecurity, 13, kValueSet.message) == "");
  CHECK(fields_in(kSysmon, 13, "") == "");
  CHECK(fields_in(kSysmon, 13, "Registry value set:") == "");
}

TEST_CASE("a field that is there wins over the message") {
  core::Arena arena;
  WindowsEvent event;
  event.provider = kSysmon;
  event.event_id = 13;
  event.message = kValueSet.message;
  REQUIRE(event.add("Details", "true"));
  REQUIRE(event.add("User", ""));
  add_message_fields(arena, event);
  CHECK(event.get("Details") == "true");
  CHECK(event.get("User") == "");
  CHECK(event.get("TargetObject") == "HKLM\\SOFTWARE\\Shop\\A");
}

TEST_CASE("a message that is cut off gives what is whole") {
  const std::string text = flat(kValueSet.message);
  struct Cut {
    const char* at;
    const char* fields;
  };
  const Cut cuts[] = {
      {"  Details:",
       "RuleName=-\nEventType=SetValue\nUtcTime=2026-10-11 20:14:15.120\n"
       "ProcessGuid={2f1c0a11-77aa-6523-4a01-000000001100}\nProcessId=4321\nImage=C:\\Windows\\regedit.exe\n"
       "TargetObject=HKLM\\SOFTWARE\\Shop\\A\n"},
      {"  Image:",
       "RuleName=-\nEventType=SetValue\nUtcTime=2026-10-11 20:14:15.120\n"
       "ProcessGuid={2f1c0a11-77aa-6523-4a01-000000001100}\nProcessId=4321\n"},
      {"  EventType:", "RuleName=-\n"},
  };
  for (const Cut& cut : cuts) {
    INFO(cut.at);
    CHECK(fields_in(kSysmon, 13, text.substr(0, text.find(cut.at))) == cut.fields);
  }
}

TEST_CASE("empty values are values") {
  CHECK(fields_in(kSysmon, 13,
                  "Registry value set:\r\nRuleName: \r\nEventType: SetValue\r\nUtcTime: t\r\nProcessGuid: {g}\r\n"
                  "ProcessId: 1\r\nImage: i\r\nTargetObject: HKLM\\a\r\nDetails: \r\nUser: ") ==
        "RuleName=\nEventType=SetValue\nUtcTime=t\nProcessGuid={g}\nProcessId=1\nImage=i\nTargetObject=HKLM\\a\n"
        "Details=\nUser=\n");
  CHECK(fields_in(kSecurity, 4660,
                  replaced(kObjectDeleted.message, "\tAccount Domain:\t\tTILL-1", "\tAccount Domain:")) ==
        replaced(kObjectDeleted.fields, "SubjectDomainName=TILL-1", "SubjectDomainName="));
}

TEST_CASE("a value cannot forge the fields before it, nor the user") {
  const std::string forged =
      replaced(flat(kValueSet.message), "DWORD (0x00000004)", "x  Details: y  User: N\\one  TargetObject: z");
  CHECK(fields_in(kSysmon, 13, forged) ==
        replaced(kValueSet.fields, "DWORD (0x00000004)", "x  Details: y  User: N\\one  TargetObject: z"));
  // A command line that holds the labels behind it stays whole.
  const std::string command = "a  CurrentDirectory: C:\\x  User: b  -enc AAAA";
  CHECK(fields_in(kSysmon, 1, replaced(flat(kOldProcessCreate.message), "reg query HKLM", command)) ==
        replaced(kOldProcessCreate.fields, "reg query HKLM", command));
  // The key's path of a 4663 holds the labels behind it.
  const std::string path = "Services\\x   Handle ID:  0x1    Process Information:   Process ID:  0x2";
  CHECK(fields_in(kSecurity, 4663, replaced(flat(kObjectAccess.message), "Services\\EventLog", path)) ==
        replaced(kObjectAccess.fields, "Services\\EventLog", path));
  // What looks like the prose behind a command line is part of it where the prose follows.
  const std::string prose = "x    Token Elevation Type indicates nothing";
  CHECK(fields_in(kSecurity, 4688, replaced(flat(kOldNewProcess.message), "reg query HKLM", prose)) ==
        replaced(kOldNewProcess.fields, "reg query HKLM", prose));
}

}  // namespace rw::ingest
