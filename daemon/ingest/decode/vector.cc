#include "daemon/ingest/decode/event_xml.h"
#include "daemon/ingest/decode/json_forms.h"
#include "daemon/ingest/decode/json_shape.h"

namespace rw::ingest {
namespace {

constexpr JsonPath kVectorSystem[] = {
    {"provider_name", &WindowsEvent::provider},
    {"provider_guid", &WindowsEvent::provider_guid},
    {"qualifiers", &WindowsEvent::qualifiers},
    {"version", &WindowsEvent::version},
    {"level_value", &WindowsEvent::level},
    {"level", &WindowsEvent::level},
    {"task", &WindowsEvent::task},
    {"opcode", &WindowsEvent::opcode},
    {"keywords", &WindowsEvent::keywords},
    {"activity_id", &WindowsEvent::activity_id},
    {"related_activity_id", &WindowsEvent::related_activity_id},
    {"process_id", &WindowsEvent::execution_process_id},
    {"thread_id", &WindowsEvent::execution_thread_id},
    {"channel", &WindowsEvent::channel},
    {"computer", &WindowsEvent::computer},
    {"host", &WindowsEvent::computer},
    {"user_id", &WindowsEvent::user_sid},
    {"message", &WindowsEvent::message},
};
constexpr std::string_view kVectorId[] = {"event_id"};
constexpr std::string_view kVectorRecord[] = {"record_id"};
constexpr std::string_view kVectorTime[] = {"timestamp", "time_created"};
constexpr std::string_view kVectorData[] = {"event_data.", "user_data."};
constexpr JsonShape kVectorShape = {
    .format = PayloadFormat::kVector,
    .system = kVectorSystem,
    .event_id = kVectorId,
    .record_id = kVectorRecord,
    .time = kVectorTime,
    .data = kVectorData,
    .keyword_words = "keyword_names[]",
};

}  // namespace

core::Result<void> decode_vector(const JsonFields& fields, const PayloadContext& context, core::Arena& arena,
                                 WindowsEvent& event) {
  // The values of event_data may have been cut (max_event_data_length).
  const std::string_view xml = fields.get("xml");
  if (looks_like_event_xml(xml) && decode_embedded_xml(xml, PayloadFormat::kVector, context, arena, event).ok()) {
    if (event.message.empty()) event.message = fields.get("message");
    return {};
  }
  RW_CHECK(read_shape(kVectorShape, fields, arena, event));
  add_inserts_at("string_inserts[]", fields, event);
  finish_json_event(kVectorShape, fields, context, arena, event);
  return {};
}

}  // namespace rw::ingest
