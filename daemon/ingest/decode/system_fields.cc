#include "daemon/ingest/decode/system_fields.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "daemon/core/text.h"
#include "daemon/core/time.h"
#include "daemon/core/word_index.h"
#include "daemon/ingest/decode/field_values.h"

namespace rw::ingest {
namespace {

struct TextName {
  std::string_view name;
  std::string_view WindowsEvent::*field;
  std::uint8_t rank;
};

// The fields in the order of texts_; names of one field stand together, the best first.
constexpr TextName kTextNames[] = {
    {"Provider", &WindowsEvent::provider, 0},
    {"Provider.Name", &WindowsEvent::provider, 0},
    {"ProviderName", &WindowsEvent::provider, 1},
    {"SourceName", &WindowsEvent::provider, 2},
    {"Provider.Guid", &WindowsEvent::provider_guid, 0},
    {"ProviderGuid", &WindowsEvent::provider_guid, 1},
    {"Provider.EventSourceName", &WindowsEvent::event_source_name, 0},
    {"EventSourceName", &WindowsEvent::event_source_name, 1},
    {"EventID.Qualifiers", &WindowsEvent::qualifiers, 0},
    {"Qualifiers", &WindowsEvent::qualifiers, 1},
    {"Version", &WindowsEvent::version, 0},
    {"Level", &WindowsEvent::level, 0},
    {"Task", &WindowsEvent::task, 0},
    {"Opcode", &WindowsEvent::opcode, 0},
    {"Keywords", &WindowsEvent::keywords, 0},
    {"Correlation.ActivityID", &WindowsEvent::activity_id, 0},
    {"ActivityID", &WindowsEvent::activity_id, 1},
    {"Correlation.RelatedActivityID", &WindowsEvent::related_activity_id, 0},
    {"RelatedActivityID", &WindowsEvent::related_activity_id, 1},
    {"Execution.ProcessID", &WindowsEvent::execution_process_id, 0},
    {"ExecutionProcessID", &WindowsEvent::execution_process_id, 1},
    {"ProcessID", &WindowsEvent::execution_process_id, 2},
    {"Execution.ThreadID", &WindowsEvent::execution_thread_id, 0},
    {"ExecutionThreadID", &WindowsEvent::execution_thread_id, 1},
    {"ThreadID", &WindowsEvent::execution_thread_id, 2},
    {"Channel", &WindowsEvent::channel, 0},
    {"LogName", &WindowsEvent::channel, 1},
    {"Computer", &WindowsEvent::computer, 0},
    {"ComputerName", &WindowsEvent::computer, 1},
    {"Hostname", &WindowsEvent::computer, 2},
    {"Security.UserID", &WindowsEvent::user_sid, 0},
    {"UserID", &WindowsEvent::user_sid, 1},
    {"Message", &WindowsEvent::message, 0},
};

constexpr core::WordIndex kTextIndex(kTextNames, &TextName::name);

// Which of texts_ each name stands for.
constexpr auto kTextOfName = core::groups_of(kTextNames, &TextName::field);
static_assert(kTextOfName.back() + 1 == SystemFields::kTexts);

constexpr std::string_view kEventIdNames[] = {"EventID", "EventCode"};
constexpr core::WordIndex kEventIdIndex(kEventIdNames);
constexpr std::string_view kRecordIdNames[] = {"EventRecordID", "RecordNumber", "RecordID"};
constexpr core::WordIndex kRecordIdIndex(kRecordIdNames);

// UtcTime, a field of Sysmon's data, stands between the event's own times and the forwarder's.
constexpr std::uint8_t kUtcTimeRank = 3;
struct TimeName {
  std::string_view name;
  std::uint8_t rank;
};
constexpr TimeName kTimeNames[] = {
    {"TimeCreated.SystemTime", 0}, {"SystemTime", 0}, {"TimeCreated", 1}, {"EventTime", 2}, {"@timestamp", 4},
    {"TimeGenerated", 4}};
constexpr core::WordIndex kTimeIndex(kTimeNames, &TimeName::name);

constexpr std::string_view kStructured[] = {"Provider",    "EventID",   "TimeCreated",
                                            "Correlation", "Execution", "Security"};
constexpr core::WordIndex kStructuredIndex(kStructured);

}  // namespace

bool SystemFields::is_structured(std::string_view name) { return kStructuredIndex.has(name); }

core::Result<void> SystemFields::keep_as_data(const Given& given) { return add_field(given.name, given.value, event_); }

core::Result<void> SystemFields::keep_better(Given& current, const Given& given) {
  if (given.value.empty()) return {};
  if (current.value.empty()) {
    current = given;
    return {};
  }
  const bool better = given.rank < current.rank;
  const bool differs = given.value != current.value;
  const Given worse = better ? current : given;
  if (better) current = given;
  return differs ? keep_as_data(worse) : core::Result<void>();
}

core::Result<bool> SystemFields::take(std::string_view name, std::string_view value) {
  if (core::equals_ascii_nocase(name, "ProcessID") && name != "ProcessID") return false;
  if (const std::size_t place = kTextIndex.find(name); place != kTextIndex.kNone) {
    Given& text = texts_[kTextOfName[place]];
    RW_CHECK(keep_better(text, {name, value, kTextNames[place].rank}));
    event_.*kTextNames[place].field = text.value;
    return true;
  }
  if (const std::size_t place = kEventIdIndex.find(name); place != kEventIdIndex.kNone) {
    RW_CHECK(keep_better(event_id_, {name, value, static_cast<std::uint8_t>(place)}));
    return true;
  }
  if (const std::size_t place = kRecordIdIndex.find(name); place != kRecordIdIndex.kNone) {
    RW_CHECK(keep_better(record_id_, {name, value, static_cast<std::uint8_t>(place)}));
    return true;
  }
  if (const std::size_t place = kTimeIndex.find(name); place != kTimeIndex.kNone) {
    if (times_.size() < std::size(kTimeNames)) times_.push_back({name, value, kTimeNames[place].rank});
    return true;
  }
  return false;
}

core::Result<void> SystemFields::finish() {
  if (event_id_.value.empty()) return core::invalid_input("no EventID: expected the fields of a Windows event");
  RW_TRY(event_.event_id, number_field<std::uint32_t>("EventID", event_id_.value));
  if (!record_id_.value.empty()) {
    RW_TRY(event_.record_id, number_field<std::uint64_t>("EventRecordID", record_id_.value));
  }

  std::optional<core::Micros> utc = utc_time(event_.get("UtcTime"));
  if (!utc) utc = zoned_time(event_.get("UtcTime"));  // Log Analytics
  std::uint8_t best = utc ? kUtcTimeRank : 0xff;
  event_.time = utc;
  std::stable_sort(times_.begin(), times_.end(), [](const Given& a, const Given& b) { return a.rank < b.rank; });
  for (const Given& given : times_) {
    const std::optional<core::Micros> time = zoned_time(given.value);
    if (time && given.rank < best) {
      best = given.rank;
      event_.time = time;
    } else if (!given.value.empty() && (!time || time != event_.time)) {
      RW_CHECK(keep_as_data(given));
    }
  }
  return {};
}

}  // namespace rw::ingest
