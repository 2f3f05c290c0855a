#include "daemon/ingest/decode/json_form.h"

#include <cstdint>
#include <string_view>

#include "daemon/core/text.h"
#include "daemon/ingest/decode/json_reader.h"

namespace rw::ingest {
namespace {

using JsonMarks = std::uint32_t;
enum JsonMark : JsonMarks {
  kHasEventId = 1U << 0,
  kHasNxlogOwn = 1U << 1,
  kHasEventTimeName = 1U << 2,
  kHasRecordNumber = 1U << 3,
  kHasHostname = 1U << 4,
  kHasSourceOrChannel = 1U << 5,
  kHasNotNxlog = 1U << 6,
  kHasProviderName = 1U << 7,
  kHasEventRecordId = 1U << 8,
  kHasStringInserts = 1U << 9,
  kHasQualifiers = 1U << 10,
  kHasTimeCreatedName = 1U << 11,
  kHasTimeGenerated = 1U << 12,
  kHasSystem = 1U << 13,
  kHasEventName = 1U << 14,
  kHasWinlog = 1U << 15,
  kHasSnakeEventId = 1U << 16,
  kHasLogName = 1U << 17,
  kHasSourceNameSnake = 1U << 18,
  kHasProviderNameSnake = 1U << 19,
  kHasVectorOwn = 1U << 20,
  kHasDataName = 1U << 21,
  kHasWin = 1U << 22,
  kHasEventIdObject = 1U << 23,
  kHasSystemXml = 1U << 24,
  kHasSystemObject = 1U << 25,
  kHasLogText = 1U << 26,
};

constexpr struct {
  std::string_view name;
  JsonMarks marks;
} kMarkedNames[] = {
    {"EventID", kHasEventId},
    {"EventCode", kHasEventId},
    {"SourceModuleType", kHasNxlogOwn},
    {"SourceModuleName", kHasNxlogOwn},
    {"EventReceivedTime", kHasNxlogOwn},
    {"EventTime", kHasEventTimeName},
    {"RecordNumber", kHasRecordNumber},
    {"Hostname", kHasHostname},
    {"SourceName", kHasSourceOrChannel},
    {"Channel", kHasSourceOrChannel},
    {"TimeCreated", kHasNotNxlog | kHasTimeCreatedName},
    {"SystemTime", kHasNotNxlog},
    {"Computer", kHasNotNxlog},
    {"ComputerName", kHasNotNxlog},
    {"ProviderName", kHasNotNxlog | kHasProviderName},
    {"System", kHasNotNxlog | kHasSystem},
    {"Event", kHasEventName},
    {"EventRecordID", kHasEventRecordId},
    {"StringInserts", kHasStringInserts},
    {"Qualifiers", kHasQualifiers},
    {"TimeGenerated", kHasTimeGenerated},
    {"TimeWritten", kHasTimeGenerated},
    {"log", kHasLogText},
    {"winlog", kHasWinlog},
    {"event_id", kHasSnakeEventId},
    {"log_name", kHasLogName},
    {"source_name", kHasSourceNameSnake},
    {"provider_name", kHasProviderNameSnake},
    {"record_id", kHasVectorOwn},
    {"event_data", kHasVectorOwn},
    {"string_inserts", kHasVectorOwn},
    {"source_type", kHasVectorOwn},
    {"data", kHasDataName},
    {"win", kHasWin},
};

constexpr struct {
  std::string_view prefix;
  JsonMarks marks;
} kMarkedPrefixes[] = {
    {"winlog.", kHasWinlog},        {"win.", kHasWin}, {"data.win.", kHasWin}, {"event_id.", kHasEventIdObject},
    {"event_data.", kHasVectorOwn},
};

JsonMarks json_marks_of(std::string_view name) {
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
core::Result<JsonMarks> json_marks_of_value(JsonMarks marks, JsonReader::Value& value) {
  using json_type = JsonReader::json_type;
  RW_TRY(const json_type type, JsonReader::type_of(value));
  if (type == json_type::string) {
    if ((marks & (kHasSystem | kHasLogText)) == 0) return marks & ~JsonMarks{kHasEventName};
    RW_TRY(std::string_view text, JsonReader::scalar(value, type));
    text = core::trim(text);
    if ((marks & kHasSystem) != 0) return text.starts_with('<') ? JsonMarks{kHasSystemXml} : JsonMarks{kHasNotNxlog};
    const bool is_fluent_bit = text.starts_with("ProviderName=") && text.find("\nEventID=") != std::string_view::npos;
    return is_fluent_bit ? JsonMarks{kHasLogText} : JsonMarks{0};
  }
  marks &= ~JsonMarks{kHasLogText};
  if (type != json_type::object) return marks & ~JsonMarks{kHasSystem | kHasEventName | kHasDataName};
  if ((marks & kHasSystem) != 0) return JsonMarks{kHasSystemObject | kHasNotNxlog};
  if ((marks & kHasSnakeEventId) != 0) return JsonMarks{kHasEventIdObject};
  if ((marks & (kHasDataName | kHasEventName)) == 0) return marks;
  JsonMarks found = 0;
  RW_TRY(JsonReader::Object object, JsonReader::object_of(value));
  RW_CHECK(JsonReader::each_member(object, [&](std::string_view name, JsonReader::Value&) -> core::Result<void> {
    if ((marks & kHasDataName) != 0 && (name == "win" || name.starts_with("win."))) found |= kHasWin;
    if ((marks & kHasEventName) != 0 && core::equals_ascii_nocase(name, "System")) found |= kHasSystemObject;
    if ((marks & kHasEventName) != 0 && core::equals_ascii_nocase(name, "EventID")) found |= kHasSystemObject;
    return {};
  }));
  return found;
}

JsonForm json_form_of_marks(JsonMarks marks) {
  const auto has = [&](JsonMarks all) { return (marks & all) == all; };
  if (has(kHasWinlog)) return JsonForm::kWinlogbeat;
  if (has(kHasWin)) return JsonForm::kWazuh;
  if (has(kHasEventIdObject)) return JsonForm::kOpenTelemetry;
  if (has(kHasSnakeEventId | kHasLogName | kHasSourceNameSnake)) return JsonForm::kWinlogbeat;
  if (has(kHasSnakeEventId | kHasProviderNameSnake | kHasVectorOwn)) return JsonForm::kVector;
  if (has(kHasSystemXml) || has(kHasLogText)) return JsonForm::kFluentBit;
  if (has(kHasEventId)) {
    if (has(kHasNxlogOwn) || has(kHasEventTimeName | kHasRecordNumber)) return JsonForm::kNxlog;
    if (has(kHasProviderName | kHasEventRecordId | kHasStringInserts)) return JsonForm::kFluentBit;
    if (has(kHasProviderName | kHasEventRecordId | kHasQualifiers | kHasTimeCreatedName)) return JsonForm::kFluentBit;
    if (has(kHasStringInserts | kHasTimeGenerated | kHasSourceOrChannel)) return JsonForm::kFluentBit;
    if (has(kHasHostname | kHasSourceOrChannel) && !has(kHasNotNxlog)) return JsonForm::kNxlog;
  }
  return (marks & (kHasEventId | kHasSystemObject)) != 0 ? JsonForm::kGeneric : JsonForm::kNone;
}

}  // namespace

core::Result<JsonForm> json_form_of(simdjson::ondemand::document& document) {
  RW_TRY(JsonReader::Object object, JsonReader::root_object(document));
  // Names whose value says more.
  constexpr JsonMarks kAskValue = kHasSystem | kHasEventName | kHasSnakeEventId | kHasDataName | kHasLogText;
  JsonMarks marks = 0;
  RW_CHECK(JsonReader::each_member(object, [&](std::string_view name, JsonReader::Value& value) -> core::Result<void> {
    JsonMarks found = json_marks_of(name);
    if ((found & kAskValue) != 0) {
      RW_TRY(found, json_marks_of_value(found, value));
    }
    marks |= found;
    return {};
  }));
  return json_form_of_marks(marks);
}

}  // namespace rw::ingest
