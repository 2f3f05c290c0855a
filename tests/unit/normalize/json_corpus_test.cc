// Recorded events in JSON: a line is stored, or counted as one of a kind that is not stored, or found to be no event of
// Windows; none is rejected. Here, where sanitizers look on, it is one line of ten; tests/e2e/test_cli.py imports all.
#include <cstdio>

#include "daemon/ingest/decode/payload.h"
#include "daemon/ingest/normalize/event_base.h"
#include "daemon/ingest/normalize/process.h"
#include "daemon/ingest/normalize/registry.h"
#include "daemon/ingest/normalize/security_key.h"
#include "daemon/ingest/normalize/security_process.h"
#include "daemon/ingest/normalize/security_value.h"
#include "tests/unit/normalize/corpus.h"

namespace rw::ingest {
namespace {

struct LineCounts {
  std::size_t lines = 0;
  std::size_t registry = 0;
  std::size_t processes = 0;
  std::size_t other = 0;                              // of kinds that are not stored
  std::map<std::uint32_t, std::size_t> unknown_kind;  // by event id: of registry, what says nowhere what was done
  std::vector<std::string> faults;
};

class LineCounter {
 public:
  explicit LineCounter(const core::TimeZone& zone) : zone_(zone), empty_(arena_.mark()) {}

  void count(std::string_view line, LineCounts& counts) {
    ++counts.lines;
    arena_.rewind(empty_);
    const auto take = [&](std::string_view, const core::Result<void>& decoded) {
      const core::Result<void> done = decoded.ok() ? normalize(counts) : decoded;
      if (!done.ok()) counts.faults.push_back(done.error().message);
    };
    const auto pieces = decode_payload(line, {.zone = &zone_}, arena_, event_, take);
    if (!pieces.ok()) counts.faults.push_back(pieces.error().message);
  }

 private:
  core::Result<void> normalize(LineCounts& counts) {
    const EventKind kind = kind_of(event_);
    if (kind == EventKind::kOther) {
      ++counts.other;
      return {};
    }
    const core::Micros received = core::from_us(1'791'749'700'000'000);
    if (kind == EventKind::kProcess || kind == EventKind::kSecurityProcess) {
      ++counts.processes;
      cim::ProcessRecord record;
      fill_base(event_, kind, received, received, event_.computer, arena_, scratch_, record);
      return kind == EventKind::kProcess ? normalize_process(event_, arena_, scratch_, record)
                                         : normalize_security_process(event_, arena_, scratch_, record);
    }
    cim::RegistryRecord record;
    fill_base(event_, kind, received, received, event_.computer, arena_, scratch_, record);
    if (kind == EventKind::kSecurityKey) {
      RW_TRY(const bool known, normalize_security_key(event_, key_deletions_, arena_, scratch_, record));
      ++(known ? counts.registry : counts.other);
      return {};
    }
    ++counts.registry;
    RW_CHECK(kind == EventKind::kRegistry ? normalize_registry(event_, arena_, scratch_, record)
                                          : normalize_security_value(event_, arena_, scratch_, record));
    const std::string_view action = cim::action_name(record.action);
    if (action.empty() || action == "unknown") ++counts.unknown_kind[event_.event_id];
    return {};
  }

  const core::TimeZone& zone_;
  core::Arena arena_;
  const core::Arena::Mark empty_;
  WindowsEvent event_;
  std::string scratch_;
  KeyDeletions key_deletions_;
};

}  // namespace

TEST_CASE("corpus: a line of JSON is stored or counted") {
  constexpr std::size_t kOneOf = 10;
  const core::Result<core::TimeZone> zone = core::TimeZone::find("America/New_York");
  REQUIRE(zone.ok());
  std::map<std::string, LineCounts> by_form;
  for (const auto& entry : std::filesystem::directory_iterator(REGWARDEN_SHARED_DIR "/corpus/nxlog-json")) {
    const std::string name = entry.path().filename().string();
    LineCounts& counts = by_form[name.substr(0, name.find('.'))];
    LineCounter counter(*zone);
    const std::vector<std::string> lines = lines_of(read(entry.path().string()));
    for (std::size_t i = 0; i < lines.size(); ++i) {
      // Small recordings whole: the line that is cut off is in one.
      if (i % kOneOf == 0 || lines.size() < 200) counter.count(lines[i], counts);
    }
  }
  std::vector<std::string> shown;
  for (const auto& [form, counts] : by_form) {
    CHECK(counts.registry + counts.processes + counts.other + counts.faults.size() == counts.lines);
    std::string text = form + ": " + std::to_string(counts.lines) + " lines, " + std::to_string(counts.registry) +
                       " registry, " + std::to_string(counts.processes) + " processes";
    for (const auto& [id, count] : counts.unknown_kind) {
      text += ", " + std::to_string(count) + " of " + std::to_string(id) + " unknown";
    }
    for (const std::string& fault : counts.faults) text += "; " + fault;
    shown.push_back(text);
  }
  // NXLog lost the EventType of most Sysmon 12, and those recordings have no message.
  CHECK(shown == std::vector<std::string>{
                     "azure: 34 lines, 28 registry, 0 processes",
                     "azure-syslog: 93 lines, 0 registry, 0 processes; offset 0: <Event> without </Event>: the event "
                     "is cut off",
                     "flat: 10080 lines, 8024 registry, 219 processes",
                     "flat-nots: 404 lines, 169 registry, 17 processes",
                     "nxlog: 10254 lines, 8207 registry, 169 processes, 2745 of 12 unknown",
                     "winlogbeat6: 800 lines, 675 registry, 14 processes",
                 });
}

}  // namespace rw::ingest
