#include "tests/bench/events.h"

#include <fmt/format.h>

#include <string_view>

#include "tests/bench/random.h"

namespace rw::bench {
namespace {

constexpr std::uint64_t kFirstSecond = 1'700'000'000;  // 2023-11-14T22:13:20Z
constexpr std::uint64_t kEventsPerSecond = 1000;

std::string details(std::uint64_t random) {
  const std::uint64_t kind = random % 100;
  const std::uint64_t value = mix(random);
  if (kind < 35) return fmt::format("DWORD (0x{:08x})", kind < 30 ? value % 16 : value & 0xffffffff);
  if (kind < 44) return fmt::format("QWORD (0x01d63ed1-0x{:08x})", kind < 40 ? value % 64 : value & 0xffffffff);
  if (kind < 73) return "Binary Data";
  if (kind < 77) return "(Empty)";
  return fmt::format(R"(C:\Program Files\Vendor {0}\Product {1}\bin\component_{1}.exe" /background /profile={2})",
                     value % 40, value % 900, kind < 95 ? 0 : value);
}

// What all forms of an event are written from.
struct Event {
  std::uint64_t record_id;
  std::string day;         // 2023-11-14
  std::string clock;       // 22:13:20
  std::uint64_t fraction;  // of the second, in 100 ns
  std::string computer;
  std::string process_guid;
  std::uint64_t process_id;
  std::string image;
  std::string target_object;
  std::string details;
  std::string user;

  std::uint64_t milliseconds() const { return fraction / 10'000; }
};

Event event_of(std::uint64_t number, Paths paths) {
  const std::uint64_t random = mix(number);
  const std::uint64_t process = hot(mix(random ^ 1), 4000);
  const std::uint64_t value = paths == Paths::kDistinct ? number : hot(mix(random ^ 2), 50'000);
  const std::uint64_t key = paths == Paths::kDistinct ? number : value % 16'000;
  const std::uint64_t second = kFirstSecond + number / kEventsPerSecond;
  const std::uint64_t day_second = second % 86'400;
  return {
      .record_id = number + 1,
      .day = fmt::format("2023-11-{:02}", 14 + (second - 1'699'920'000) / 86'400),
      .clock = fmt::format("{:02}:{:02}:{:02}", day_second / 3600, day_second / 60 % 60, day_second % 60),
      .fraction = number % kEventsPerSecond * 10'000 + random % 10'000,
      .computer = fmt::format("ws-{:02}.corp.example.test", process % 22),
      .process_guid = fmt::format("{{2f1c0a11-{:04x}-6523-{:04x}-000000001100}}", process, process * 7 % 65'536),
      .process_id = 1000 + process * 4,
      .image = fmt::format(R"(C:\Program Files\Vendor {0}\Suite\application_{0}.exe)", process % 250),
      .target_object =
          fmt::format(R"(HKU\S-1-5-21-1004336348-1177238915-682003330-{}\SOFTWARE\Microsoft\Windows\CurrentVersion\)"
                      R"(Vendor{}\Settings\Section {}\Value_{})",
                      1000 + key % 40, key % 100, key, value),
      .details = details(random),
      .user = fmt::format(R"(CORP\user{:03})", process % 60),
  };
}

std::string xml(const Event& event) {
  return fmt::format(
      "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider "
      "Name='Microsoft-Windows-Sysmon' Guid='{{5770385f-c22a-43e0-bf4c-06f5698ffbd9}}'/><EventID>13</EventID><Version>2"
      "</Version><Level>4</Level><Task>13</Task><Opcode>0</Opcode><Keywords>0x8000000000000000</Keywords><TimeCreated "
      "SystemTime='{0}T{1}.{2:07}Z'/><EventRecordID>{3}</EventRecordID><Correlation/><Execution "
      "ProcessID='2212' ThreadID='3340'/><Channel>Microsoft-Windows-Sysmon/Operational</Channel><Computer>"
      "{4}</Computer><Security UserID='S-1-5-18'/></System><EventData><Data Name='RuleName'>-"
      "</Data><Data Name='EventType'>SetValue</Data><Data Name='UtcTime'>{0} {1}.{5:03}</Data><Data "
      "Name='ProcessGuid'>{6}</Data><Data Name='ProcessId'>{7}</Data><Data Name='Image'>{8}</Data><Data "
      "Name='TargetObject'>{9}</Data><Data Name='Details'>{10}</Data><Data Name='User'>{11}</Data></EventData></Event>",
      event.day, event.clock, event.fraction, event.record_id, event.computer, event.milliseconds(), event.process_guid,
      event.process_id, event.image, event.target_object, event.details, event.user);
}

// Inside a JSON text; control characters are in none of ours but the message's line ends.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\r') {
      out += "\\r";
    } else if (c == '\n') {
      out += "\\n";
    } else {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
  }
  return out;
}

// What Windows renders of it.
std::string message(const Event& event, std::string_view line_end) {
  return fmt::format(
      "Registry value set:{0}RuleName: -{0}EventType: SetValue{0}UtcTime: {1} {2}.{3:03}{0}ProcessGuid: "
      "{4}{0}ProcessId: "
      "{5}{0}Image: {6}{0}TargetObject: {7}{0}Details: {8}{0}User: {9}",
      line_end, event.day, event.clock, event.milliseconds(), event.process_guid, event.process_id, event.image,
      event.target_object, event.details, event.user);
}

// Without EventType and ProcessId of the event's own: fields of NXLog's have these names.
std::string nxlog(const Event& event) {
  return fmt::format(
      R"j({{"EventTime":"{0} {1}","Hostname":"{2}","Keywords":-9223372036854775808,"EventType":"INFO",)j"
      R"j("SeverityValue":2,"Severity":"INFO","EventID":13,"SourceName":"Microsoft-Windows-Sysmon",)j"
      R"j("ProviderGuid":"{{5770385F-C22A-43E0-BF4C-06F5698FFBD9}}","Version":2,"Task":13,"OpcodeValue":0,)j"
      R"j("RecordNumber":{3},"ProcessID":2212,"ThreadID":3340,"Channel":"Microsoft-Windows-Sysmon/Operational",)j"
      R"j("Domain":"NT AUTHORITY","AccountName":"SYSTEM","UserID":"SYSTEM","AccountType":"User","Message":"{4}",)j"
      R"j("Category":"Registry value set (rule: RegistryEvent)","Opcode":"Info","RuleName":"-",)j"
      R"j("UtcTime":"{0} {1}.{5:03}","ProcessGuid":"{6}","Image":"{7}","TargetObject":"{8}","Details":"{9}",)j"
      R"j("User":"{10}","EventReceivedTime":"{0} {1}",)j"
      R"j("SourceModuleName":"windows","SourceModuleType":"im_msvistalog"}})j",
      event.day, event.clock, event.computer, event.record_id, escaped(message(event, "\r\n")), event.milliseconds(),
      event.process_guid, escaped(event.image), escaped(event.target_object), escaped(event.details),
      escaped(event.user));
}

std::string winlogbeat(const Event& event) {
  return fmt::format(
      R"j({{"@timestamp":"{0}T{1}.{2:03}Z","event":{{"code":"13","kind":"event",)j"
      R"j("provider":"Microsoft-Windows-Sysmon","action":"Registry value set )j"
      R"j((rule: RegistryEvent)","created":"{0}T{1}.{2:03}Z"}},"host":{{"name":"{3}"}},)j"
      R"j("log":{{"level":"information"}},"message":"{4}","winlog":{{"api":"wineventlog",)j"
      R"j("channel":"Microsoft-Windows-Sysmon/Operational","computer_name":"{3}","event_id":"13",)j"
      R"j("provider_name":"Microsoft-Windows-Sysmon","provider_guid":"{{5770385F-C22A-43E0-BF4C-06F5698FFBD9}}",)j"
      R"j("record_id":{5},"version":2,"task":"Registry value set (rule: RegistryEvent)","opcode":"Info",)j"
      R"j("process":{{"pid":2212,"thread":{{"id":3340}}}},"event_data":{{"EventType":"SetValue",)j"
      R"j("UtcTime":"{0} {1}.{2:03}","ProcessGuid":"{6}","ProcessId":"{7}","Image":"{8}","TargetObject":"{9}",)j"
      R"j("Details":"{10}","User":"{11}"}},"user":{{"identifier":"S-1-5-18","name":"SYSTEM","domain":"NT AUTHORITY",)j"
      R"j("type":"User"}}}},"agent":{{"type":"winlogbeat","version":"8.17.0"}},"ecs":{{"version":"8.0.0"}}}})j",
      event.day, event.clock, event.milliseconds(), event.computer, escaped(message(event, "\n")), event.record_id,
      event.process_guid, event.process_id, escaped(event.image), escaped(event.target_object), escaped(event.details),
      escaped(event.user));
}

}  // namespace

std::string event_text(std::uint64_t number, Form form, Paths paths) {
  const Event event = event_of(number, paths);
  if (form == Form::kNxlog) return nxlog(event);
  return form == Form::kWinlogbeat ? winlogbeat(event) : xml(event);
}

std::string event_on_the_wire(std::uint64_t number, Form form, Paths paths) {
  const std::string text = event_text(number, form, paths);
  if (form == Form::kWinlogbeat) return "{\"create\":{\"_index\":\"winlogbeat\"}}\n" + text + "\n";
  const std::string_view header =
      form == Form::kNxlog
          ? "<14>Nov 14 22:13:20 ws-01.corp.example.test Microsoft-Windows-Sysmon[2212]: "
          : "<14>1 2023-11-14T22:13:20.000000Z ws-01.corp.example.test Microsoft-Windows-Sysmon 2212 - - ";
  return fmt::format("{} {}{}", header.size() + text.size(), header, text);
}

}  // namespace rw::bench
