#include "daemon/ingest/decode/json_form.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "daemon/core/text.h"
#include "daemon/core/word_index.h"
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

struct MarkedName {
  std::string_view name;
  JsonMarks marks;
};
constexpr MarkedName kMarkedNames[] = {
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
constexpr core::WordIndex kMarkedIndex(kMarkedNames, &MarkedName::name);

constexpr struct {
  std::string_view prefix;
  JsonMarks marks;
} kMarkedPrefixes[] = {
    {"winlog.", kHasWinlog},        {"win.", kHasWin}, {"data.win.", kHasWin}, {"event_id.", kHasEventIdObject},
    {"event_data.", kHasVectorOwn},
};

JsonMarks json_marks_of(std::string_view name) {
  if (const std::size_t known = kMarkedIndex.find(name); known != kMarkedIndex.kNone) return kMarkedNames[known].marks;
  if (name.find('.') == std::string_view::npos) return 0;
  for (const auto& known : kMarkedPrefixes) {
    if (name.starts_with(known.prefix)) return known.marks;
  }
  return 0;
}

bool is_fluent_bit_text(std::string_view text) {
  return text.starts_with("ProviderName=") && text.find("\nEventID=") != std::string_view::npos;
}

}  // namespace

bool JsonFormFinder::member(std::string_view name, json_type type) {
  // Names whose value says more.
  constexpr JsonMarks kAskValue = kHasSystem | kHasEventName | kHasSnakeEventId | kHasDataName | kHasLogText;
  JsonMarks found = json_marks_of(name);
  bool asks = false;
  if ((found & kAskValue) == 0) {
    // The name is enough.
  } else if (type == json_type::string) {
    asks = (found & (kHasSystem | kHasLogText)) != 0;
    found &= ~JsonMarks{kHasEventName};
  } else if (type == json_type::object) {
    found &= ~JsonMarks{kHasLogText};
    if ((found & kHasSystem) != 0) found = kHasSystemObject | kHasNotNxlog;
    if ((found & kHasSnakeEventId) != 0) found = kHasEventIdObject;
    asks = (found & (kHasDataName | kHasEventName)) != 0;
  } else {
    found &= ~JsonMarks{kHasLogText | kHasSystem | kHasEventName | kHasDataName};
  }
  asked_ = asks ? found : 0;
  if (!asks) marks_ |= found;
  return asks;
}

void JsonFormFinder::text(std::string_view value) {
  value = core::trim(value);
  if ((asked_ & kHasSystem) != 0) {
    marks_ |= value.starts_with('<') ? JsonMarks{kHasSystemXml} : JsonMarks{kHasNotNxlog};
  } else if (is_fluent_bit_text(value)) {
    marks_ |= kHasLogText;
  }
}

void JsonFormFinder::inner(std::string_view name) {
  if ((asked_ & kHasDataName) != 0 && (name == "win" || name.starts_with("win."))) marks_ |= kHasWin;
  if ((asked_ & kHasEventName) == 0) return;
  if (core::equals_ascii_nocase(name, "System") || core::equals_ascii_nocase(name, "EventID")) {
    marks_ |= kHasSystemObject;
  }
}

JsonForm JsonFormFinder::form() const {
  const auto has = [&](JsonMarks all) { return (marks_ & all) == all; };
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
  return (marks_ & (kHasEventId | kHasSystemObject)) != 0 ? JsonForm::kGeneric : JsonForm::kNone;
}

core::Result<JsonForm> json_form_of(simdjson::ondemand::document& document) {
  RW_TRY(JsonReader::Object object, JsonReader::root_object(document));
  JsonFormFinder finder;
  RW_CHECK(JsonReader::each_member(object, [&](std::string_view name, JsonReader::Value& value) -> core::Result<void> {
    RW_TRY(const JsonReader::json_type type, JsonReader::type_of(value));
    if (!finder.member(name, type)) return {};
    if (type == JsonReader::json_type::string) {
      RW_TRY(const std::string_view text, JsonReader::scalar(value, type));
      finder.text(text);
      return {};
    }
    RW_TRY(JsonReader::Object inner, JsonReader::object_of(value));
    return JsonReader::each_member(inner, [&](std::string_view inner_name, JsonReader::Value&) -> core::Result<void> {
      finder.inner(inner_name);
      return {};
    });
  }));
  return finder.form();
}

}  // namespace rw::ingest
