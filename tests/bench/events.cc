#include "tests/bench/events.h"

#include <fmt/format.h>

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

}  // namespace

std::string event_xml(std::uint64_t number, Paths paths) {
  const std::uint64_t random = mix(number);
  const std::uint64_t process = hot(mix(random ^ 1), 4000);
  const std::uint64_t host = process % 22;
  const std::uint64_t value = paths == Paths::kDistinct ? number : hot(mix(random ^ 2), 50'000);
  const std::uint64_t key = paths == Paths::kDistinct ? number : value % 16'000;
  const std::uint64_t second = kFirstSecond + number / kEventsPerSecond;
  const std::uint64_t day_second = second % 86'400;
  const std::string clock = fmt::format("{:02}:{:02}:{:02}", day_second / 3600, day_second / 60 % 60, day_second % 60);
  const std::uint64_t fraction = number % kEventsPerSecond * 10'000 + random % 10'000;
  return fmt::format(
      "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider "
      "Name='Microsoft-Windows-Sysmon' Guid='{{5770385f-c22a-43e0-bf4c-06f5698ffbd9}}'/><EventID>13</EventID><Version>2"
      "</Version><Level>4</Level><Task>13</Task><Opcode>0</Opcode><Keywords>0x8000000000000000</Keywords><TimeCreated "
      "SystemTime='2023-11-{0:02}T{1}.{2:07}Z'/><EventRecordID>{3}</EventRecordID><Correlation/><Execution "
      "ProcessID='2212' ThreadID='3340'/><Channel>Microsoft-Windows-Sysmon/Operational</Channel><Computer>"
      "ws-{4:02}.corp.example.test</Computer><Security UserID='S-1-5-18'/></System><EventData><Data Name='RuleName'>-"
      "</Data><Data Name='EventType'>SetValue</Data><Data Name='UtcTime'>2023-11-{0:02} {1}.{5:03}</Data><Data "
      "Name='ProcessGuid'>{{2f1c0a11-{6:04x}-6523-{7:04x}-000000001100}}</Data><Data Name='ProcessId'>{8}</Data><Data "
      "Name='Image'>C:\\Program Files\\Vendor {9}\\Suite\\application_{9}.exe</Data><Data Name='TargetObject'>"
      "HKU\\S-1-5-21-1004336348-1177238915-682003330-{10}\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Vendor{11}\\"
      "Settings\\Section {12}\\Value_{13}</Data><Data Name='Details'>{14}</Data><Data Name='User'>CORP\\user{15:03}"
      "</Data></EventData></Event>",
      14 + (second - 1'699'920'000) / 86'400, clock, fraction, number + 1, host, fraction / 10'000, process,
      process * 7 % 65'536, 1000 + process * 4, process % 250, 1000 + key % 40, key % 100, key, value, details(random),
      process % 60);
}

std::string event_frame(std::uint64_t number, Paths paths) {
  const std::string message =
      "<14>1 2023-11-14T22:13:20.000000Z ws-01.corp.example.test Microsoft-Windows-Sysmon 2212 - - " +
      event_xml(number, paths);
  return fmt::format("{} {}", message.size(), message);
}

}  // namespace rw::bench
