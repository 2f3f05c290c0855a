// The receiver's versions write event_data in three shapes: a map; {"data":[{"name":"value"},…],"binary":"","name":""};
// a map again, with "binary" and "name" beside. Those that take Security messages apart have no event_data for them but
// "details", a map of sections.
#include <algorithm>
#include <string>
#include <vector>

#include "daemon/ingest/decode/event_fields.h"
#include "daemon/ingest/decode/field_values.h"
#include "daemon/ingest/decode/json_forms.h"
#include "daemon/ingest/decode/json_shape.h"

namespace rw::ingest {
namespace {

constexpr JsonPath kOtelSystem[] = {
    {"provider.name", &WindowsEvent::provider},
    {"provider.guid", &WindowsEvent::provider_guid},
    {"provider.event_source", &WindowsEvent::event_source_name},
    {"event_id.qualifiers", &WindowsEvent::qualifiers},
    {"version", &WindowsEvent::version},
    {"level", &WindowsEvent::level},
    {"task", &WindowsEvent::task},
    {"opcode", &WindowsEvent::opcode},
    {"keywords", &WindowsEvent::keywords},
    {"correlation.activity_id", &WindowsEvent::activity_id},
    {"correlation.related_activity_id", &WindowsEvent::related_activity_id},
    {"execution.process_id", &WindowsEvent::execution_process_id},
    {"execution.thread_id", &WindowsEvent::execution_thread_id},
    {"channel", &WindowsEvent::channel},
    {"computer", &WindowsEvent::computer},
    {"security.user_id", &WindowsEvent::user_sid},
    {"message", &WindowsEvent::message},
};
constexpr std::string_view kOtelId[] = {"event_id.id"};
constexpr std::string_view kOtelRecord[] = {"record_id"};
constexpr std::string_view kOtelTime[] = {"system_time"};
constexpr std::string_view kOtelData[] = {"event_data.data[].", "event_data.data[]", "event_data.", "user_data."};
constexpr JsonShape kOtelShape = {
    .format = PayloadFormat::kOpenTelemetry,
    .system = kOtelSystem,
    .event_id = kOtelId,
    .record_id = kOtelRecord,
    .time = kOtelTime,
    .data = kOtelData,
    .keyword_words = "keywords[]",
};

// Of <EventData> itself, not of its values.
bool is_beside_data(const NamedValue& item) { return item.name == "binary" || item.name == "name"; }

// "details.Subject.Account Name" → SubjectUserName: a section and a label, as in the message.
core::Result<void> add_details(const JsonFields& fields, WindowsEvent& event) {
  const EventFields* const known = fields_of(event);
  if (known == nullptr) return {};
  std::vector<std::string_view> sections;  // more than one where they stand for each other
  bool after_heading = false;
  for (const MessageLabel& label : known->labels) {
    if (label.field.empty()) {
      if (!after_heading) sections.clear();
      sections.push_back(label.label);
      after_heading = true;
      continue;
    }
    after_heading = false;
    for (const std::string_view section : sections) {
      const std::string_view value = fields.get("details." + std::string(section) + "." + std::string(label.label));
      if (value.empty()) continue;
      RW_CHECK(add_field(label.field, value, event));
      break;
    }
  }
  return {};
}

}  // namespace

core::Result<void> decode_opentelemetry(const JsonFields& fields, const PayloadContext& context, core::Arena& arena,
                                        WindowsEvent& event) {
  RW_CHECK(read_shape(kOtelShape, fields, arena, event));
  std::erase_if(event.data, is_beside_data);
  if (event.data.empty()) RW_CHECK(add_details(fields, event));
  finish_json_event(kOtelShape, fields, context, arena, event);
  return {};
}

}  // namespace rw::ingest
