// winevtlog writes the System fields under names close to Windows' own, and the data without names (StringInserts), as
// a map (EventData), as the event's XML (System), or all of it as lines of text (log). The older winlog, which reads
// the classic logs only, has other names. "date" is the time of reading, no time of the event.
#include <algorithm>

#include "daemon/core/text.h"
#include "daemon/ingest/decode/field_values.h"
#include "daemon/ingest/decode/json_forms.h"
#include "daemon/ingest/decode/json_shape.h"
#include "daemon/ingest/decode/message_text.h"
#include "daemon/ingest/decode/text_event.h"

namespace rw::ingest {
namespace {

constexpr JsonPath kFluentBitSystem[] = {
    {"ProviderName", &WindowsEvent::provider},
    {"SourceName", &WindowsEvent::provider},
    {"ProviderGuid", &WindowsEvent::provider_guid},
    {"Qualifiers", &WindowsEvent::qualifiers},
    {"Version", &WindowsEvent::version},
    {"Level", &WindowsEvent::level},
    {"Task", &WindowsEvent::task},
    {"EventCategory", &WindowsEvent::task},
    {"Opcode", &WindowsEvent::opcode},
    {"Keywords", &WindowsEvent::keywords},
    {"ActivityID", &WindowsEvent::activity_id},
    {"RelatedActivityID", &WindowsEvent::related_activity_id},
    {"ProcessID", &WindowsEvent::execution_process_id},
    {"ThreadID", &WindowsEvent::execution_thread_id},
    {"Channel", &WindowsEvent::channel},
    {"Computer", &WindowsEvent::computer},
    {"ComputerName", &WindowsEvent::computer},
    {"UserID", &WindowsEvent::user_sid},
    {"Sid", &WindowsEvent::user_sid},
    {"Message", &WindowsEvent::message},
};
constexpr std::string_view kFluentBitId[] = {"EventID"};
constexpr std::string_view kFluentBitRecord[] = {"EventRecordID", "RecordNumber"};
constexpr std::string_view kFluentBitTime[] = {"TimeCreated", "TimeGenerated", "TimeWritten"};
constexpr std::string_view kFluentBitData[] = {"EventData."};
constexpr JsonShape kFluentBitShape = {
    .format = PayloadFormat::kFluentBit,
    .system = kFluentBitSystem,
    .event_id = kFluentBitId,
    .record_id = kFluentBitRecord,
    .time = kFluentBitTime,
    .data = kFluentBitData,
    .keyword_words = {},
};

// "ProviderName=…\nEventID=…\n…\nMessage=…", where the message goes on to the end.
core::Result<void> decode_log_text(std::string_view text, const PayloadContext& context, core::Arena& arena,
                                   WindowsEvent& event) {
  event.clear();
  event.format = PayloadFormat::kFluentBit;
  bool has_id = false;
  std::string_view time;
  while (!text.empty()) {
    const std::size_t equals = std::min(text.find('='), text.size());
    const std::string_view name = core::trim(text.substr(0, equals));
    const std::size_t end = name == "Message" ? text.size() : std::min(text.find('\n'), text.size());
    if (equals >= end) {  // a line without "=" is none of a field
      text.remove_prefix(std::min(end + 1, text.size()));
      continue;
    }
    const std::string_view value = core::trim(text.substr(equals + 1, end - equals - 1));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (name == "EventID") {
      RW_TRY(event.event_id, number_field<std::uint32_t>(name, value));
      has_id = true;
    } else if (name == "EventRecordID" && !value.empty()) {
      RW_TRY(event.record_id, number_field<std::uint64_t>(name, value));
    } else if (name == "TimeCreated") {
      time = value;
    } else {
      for (const JsonPath& known : kFluentBitSystem) {
        if (known.path == name && (event.*known.field).empty()) event.*known.field = value;
      }
    }
  }
  if (!has_id) return core::invalid_input("no EventID: expected 'EventID=…' in the text of fluent-bit");
  add_message_fields(arena, event);
  event.time = zoned_time(time);
  if (!event.time) event.time = utc_time(event.get("UtcTime"));
  if (!event.time) event.time = local_time(time, context.zone);
  return {};
}

}  // namespace

core::Result<void> decode_fluent_bit(const JsonFields& fields, const PayloadContext& context, core::Arena& arena,
                                     WindowsEvent& event) {
  if (const std::string_view xml = fields.get("System"); !xml.empty()) {
    RW_CHECK(decode_embedded_xml(xml, PayloadFormat::kFluentBit, context, arena, event));
    if (event.message.empty()) event.message = fields.get("Message");
    return {};
  }
  if (const std::string_view text = fields.get("log"); !text.empty() && fields.get("EventID").empty()) {
    return decode_log_text(text, context, arena, event);
  }
  RW_CHECK(read_shape(kFluentBitShape, fields, arena, event));
  const std::string_view type = fields.get("EventType");  // winlog's
  set_level(type == "SuccessAudit" ? "Audit Success" : type == "FailureAudit" ? "Audit Failure" : type, event);
  add_inserts_at("StringInserts[]", fields, event);
  finish_json_event(kFluentBitShape, fields, context, arena, event);
  return {};
}

}  // namespace rw::ingest
