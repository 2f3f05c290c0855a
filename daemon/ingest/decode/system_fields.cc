#include "daemon/ingest/decode/system_fields.h"

#include <algorithm>
#include <optional>
#include <string>

#include "daemon/core/text.h"
#include "daemon/core/time.h"
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

constexpr std::size_t distinct_fields() {
  std::size_t fields = 1;
  for (std::size_t i = 1; i < std::size(kTextNames); ++i) {
    if (kTextNames[i].field != kTextNames[i - 1].field) ++fields;
  }
  return fields;
}
static_assert(distinct_fields() == SystemFields::kTexts);

constexpr std::string_view kEventIdNames[] = {"EventID", "EventCode"};
constexpr std::string_view kRecordIdNames[] = {"EventRecordID", "RecordNumber", "RecordID"};

// UtcTime, a field of Sysmon's data, stands between the event's own times and the forwarder's.
constexpr std::uint8_t kUtcTimeRank = 3;
constexpr struct {
  std::string_view name;
  std::uint8_t rank;
} kTimeNames[] = {
    {"TimeCreated.SystemTime", 0}, {"SystemTime", 0}, {"TimeCreated", 1}, {"EventTime", 2}, {"@timestamp", 4},
    {"TimeGenerated", 4}};

constexpr std::string_view kStructured[] = {"Provider",    "EventID",   "TimeCreated",
                                            "Correlation", "Execution", "Security"};

bool is_name(std::string_view given, std::string_view name) {
  if (name == "ProcessID") return given == name;
  return core::equals_ascii_nocase(given, name);
}

}  // namespace

bool SystemFields::is_structured(std::string_view name) {
  return std::any_of(std::begin(kStructured), std::end(kStructured),
                     [&](std::string_view known) { return core::equals_ascii_nocase(name, known); });
}

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
  std::size_t field = 0;
  for (std::size_t i = 0; i < std::size(kTextNames); ++i) {
    if (i > 0 && kTextNames[i].field != kTextNames[i - 1].field) ++field;
    if (!is_name(name, kTextNames[i].name)) continue;
    RW_CHECK(keep_better(texts_[field], {name, value, kTextNames[i].rank}));
    event_.*kTextNames[i].field = texts_[field].value;
    return true;
  }
  for (std::size_t i = 0; i < std::size(kEventIdNames); ++i) {
    if (!is_name(name, kEventIdNames[i])) continue;
    RW_CHECK(keep_better(event_id_, {name, value, static_cast<std::uint8_t>(i)}));
    return true;
  }
  for (std::size_t i = 0; i < std::size(kRecordIdNames); ++i) {
    if (!is_name(name, kRecordIdNames[i])) continue;
    RW_CHECK(keep_better(record_id_, {name, value, static_cast<std::uint8_t>(i)}));
    return true;
  }
  for (const auto& time : kTimeNames) {
    if (!is_name(name, time.name)) continue;
    if (times_.size() < std::size(kTimeNames)) times_.push_back({name, value, time.rank});
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
