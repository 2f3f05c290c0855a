#include "daemon/ingest/decode/json_form.h"

#include <cstdint>
#include <string_view>

#include "daemon/core/text.h"
#include "daemon/ingest/decode/json_reader.h"

namespace rw::ingest {
namespace {

using Marks = std::uint32_t;
enum Mark : Marks {
  kEventId = 1U << 0,
  kNxlogOwn = 1U << 1,
  kEventTimeName = 1U << 2,
  kRecordNumber = 1U << 3,
  kHostname = 1U << 4,
  kSourceOrChannel = 1U << 5,
  kNotNxlog = 1U << 6,
  kProviderName = 1U << 7,
  kEventRecordId = 1U << 8,
  kStringInserts = 1U << 9,
  kQualifiers = 1U << 10,
  kTimeCreatedName = 1U << 11,
  kTimeGenerated = 1U << 12,
  kSystem = 1U << 13,
  kEventName = 1U << 14,
  kWinlog = 1U << 15,
  kSnakeEventId = 1U << 16,
  kLogName = 1U << 17,
  kSourceNameSnake = 1U << 18,
  kProviderNameSnake = 1U << 19,
  kVectorOwn = 1U << 20,
  kDataName = 1U << 21,
  kWin = 1U << 22,
  kEventIdObject = 1U << 23,
  kSystemXml = 1U << 24,
  kSystemObject = 1U << 25,
  kLogText = 1U << 26,
};

constexpr struct {
  std::string_view name;
  Marks marks;
} kMarkedNames[] = {
    {"EventID", kEventId},
    {"EventCode", kEventId},
    {"SourceModuleType", kNxlogOwn},
    {"SourceModuleName", kNxlogOwn},
    {"EventReceivedTime", kNxlogOwn},
    {"EventTime", kEventTimeName},
    {"RecordNumber", kRecordNumber},
    {"Hostname", kHostname},
    {"SourceName", kSourceOrChannel},
    {"Channel", kSourceOrChannel},
    {"TimeCreated", kNotNxlog | kTimeCreatedName},
    {"SystemTime", kNotNxlog},
    {"Computer", kNotNxlog},
    {"ComputerName", kNotNxlog},
    {"ProviderName", kNotNxlog | kProviderName},
    {"System", kNotNxlog | kSystem},
    {"Event", kEventName},
    {"EventRecordID", kEventRecordId},
    {"StringInserts", kStringInserts},
    {"Qualifiers", kQualifiers},
    {"TimeGenerated", kTimeGenerated},
    {"TimeWritten", kTimeGenerated},
    {"log", kLogText},
    {"winlog", kWinlog},
    {"event_id", kSnakeEventId},
    {"log_name", kLogName},
    {"source_name", kSourceNameSnake},
    {"provider_name", kProviderNameSnake},
    {"record_id", kVectorOwn},
    {"event_data", kVectorOwn},
    {"string_inserts", kVectorOwn},
    {"source_type", kVectorOwn},
    {"data", kDataName},
    {"win", kWin},
};

constexpr struct {
  std::string_view prefix;
  Marks marks;
} kMarkedPrefixes[] = {
    {"winlog.", kWinlog},        {"win.", kWin}, {"data.win.", kWin}, {"event_id.", kEventIdObject},
    {"event_data.", kVectorOwn},
};

Marks marks_of(std::string_view name) {
  for (const auto& known : kMarkedNames) {
    if (known.name.size() == name.size() && core::equals_ascii_nocase(known.name, name)) return known.marks;
  }
  if (name.find('.') == std::string_view::npos) return 0;
  for (const auto& known : kMarkedPrefixes) {
    if (name.starts_with(known.prefix)) return known.marks;
  }
  return 0;
}

// What only the value tells.
core::Result<Marks> marks_of_value(Marks marks, JsonReader::Value& value) {
  using json_type = JsonReader::json_type;
  RW_TRY(const json_type type, JsonReader::type_of(value));
  if (type == json_type::string) {
    if ((marks & (kSystem | kLogText)) == 0) return marks & ~Marks{kEventName};
    RW_TRY(std::string_view text, JsonReader::scalar(value, type));
    text = core::trim(text);
    if ((marks & kSystem) != 0) return text.starts_with('<') ? Marks{kSystemXml} : Marks{kNotNxlog};
    const bool is_fluent_bit = text.starts_with("ProviderName=") && text.find("\nEventID=") != std::string_view::npos;
    return is_fluent_bit ? Marks{kLogText} : Marks{0};
  }
  marks &= ~Marks{kLogText};
  if (type != json_type::object) return marks & ~Marks{kSystem | kEventName | kDataName};
  if ((marks & kSystem) != 0) return Marks{kSystemObject | kNotNxlog};
  if ((marks & kSnakeEventId) != 0) return Marks{kEventIdObject};
  if ((marks & (kDataName | kEventName)) == 0) return marks;
  Marks found = 0;
  RW_TRY(JsonReader::Object object, JsonReader::object_of(value));
  RW_CHECK(JsonReader::each_member(object, [&](std::string_view name, JsonReader::Value&) -> core::Result<void> {
    if ((marks & kDataName) != 0 && (name == "win" || name.starts_with("win."))) found |= kWin;
    if ((marks & kEventName) != 0 && core::equals_ascii_nocase(name, "System")) found |= kSystemObject;
    if ((marks & kEventName) != 0 && core::equals_ascii_nocase(name, "EventID")) found |= kSystemObject;
    return {};
  }));
  return found;
}

JsonForm form_of_marks(Marks marks) {
  const auto has = [&](Marks all) { return (marks & all) == all; };
  if (has(kWinlog)) return JsonForm::kWinlogbeat;
  if (has(kWin)) return JsonForm::kWazuh;
  if (has(kEventIdObject)) return JsonForm::kOpenTelemetry;
  if (has(kSnakeEventId | kLogName | kSourceNameSnake)) return JsonForm::kWinlogbeat;
  if (has(kSnakeEventId | kProviderNameSnake | kVectorOwn)) return JsonForm::kVector;
  if (has(kSystemXml) || has(kLogText)) return JsonForm::kFluentBit;
  if (has(kEventId)) {
    if (has(kNxlogOwn) || has(kEventTimeName | kRecordNumber)) return JsonForm::kNxlog;
    if (has(kProviderName | kEventRecordId | kStringInserts)) return JsonForm::kFluentBit;
    if (has(kProviderName | kEventRecordId | kQualifiers | kTimeCreatedName)) return JsonForm::kFluentBit;
    if (has(kStringInserts | kTimeGenerated | kSourceOrChannel)) return JsonForm::kFluentBit;
    if (has(kHostname | kSourceOrChannel) && !has(kNotNxlog)) return JsonForm::kNxlog;
  }
  return (marks & (kEventId | kSystemObject)) != 0 ? JsonForm::kGeneric : JsonForm::kNone;
}

}  // namespace

core::Result<JsonForm> json_form_of(simdjson::ondemand::document& document) {
  RW_TRY(JsonReader::Object object, JsonReader::root_object(document));
  // Names whose value says more.
  constexpr Marks kAskValue = kSystem | kEventName | kSnakeEventId | kDataName | kLogText;
  Marks marks = 0;
  RW_CHECK(JsonReader::each_member(object, [&](std::string_view name, JsonReader::Value& value) -> core::Result<void> {
    Marks found = marks_of(name);
    if ((found & kAskValue) != 0) {
      RW_TRY(found, marks_of_value(found, value));
    }
    marks |= found;
    return {};
  }));
  return form_of_marks(marks);
}

}  // namespace rw::ingest
