#include "daemon/ingest/decode/event_xml.h"

#include <fmt/format.h>

#include "daemon/ingest/decode/simdjson.h"

#include <optional>
#include <string>
#include <utility>

#include "daemon/core/text.h"
#include "daemon/core/time.h"
#include "daemon/ingest/decode/control_characters.h"
#include "daemon/ingest/decode/event_limit.h"
#include "daemon/ingest/decode/event_scanner.h"
#include "daemon/ingest/decode/field_values.h"
#include "daemon/ingest/decode/nxlog_fields.h"
#include "daemon/ingest/decode/xml_reader.h"

namespace rw::ingest {
namespace {

// SystemTime is UTC by the schema; some evtx tools leave the Z out. One that cannot be read is a fault of the event,
// one that is not there is not.
core::Result<std::optional<core::Micros>> system_time(std::string_view text) {
  if (text.empty()) return std::optional<core::Micros>();
  const core::Result<core::Micros> zoned = core::parse_iso8601(text);
  if (zoned.ok()) return std::optional(*zoned);
  const core::Result<core::LocalTime> plain = core::parse_local_iso8601(text);
  if (plain.ok()) return std::optional(core::TimeZone().to_utc(*plain));
  return core::invalid_input(fmt::format("TimeCreated: {}", zoned.error().message));
}

// Depths of elements: Event is the first.
constexpr std::size_t kEventDepth = 1;
constexpr std::size_t kSectionDepth = 2;  // System, EventData, …
constexpr std::size_t kUserDataDepth = 3;

core::Result<void> read_system(XmlReader& reader, WindowsEvent& event) {
  bool has_id = false;
  while (reader.next_child(kSectionDepth)) {
    const std::string_view name = reader.name();
    if (name == "Provider") {
      event.provider = reader.attribute("Name");
      event.provider_guid = reader.attribute("Guid");
      event.event_source_name = reader.attribute("EventSourceName");
    } else if (name == "EventID") {
      event.qualifiers = reader.attribute("Qualifiers");
      RW_TRY(event.event_id, number_field<std::uint32_t>(name, core::trim(reader.text())));
      has_id = true;
    } else if (name == "Version") {
      event.version = core::trim(reader.text());
    } else if (name == "Level") {
      event.level = core::trim(reader.text());
    } else if (name == "Task") {
      event.task = core::trim(reader.text());
    } else if (name == "Opcode") {
      event.opcode = core::trim(reader.text());
    } else if (name == "Keywords") {
      event.keywords = core::trim(reader.text());
    } else if (name == "TimeCreated") {
      RW_TRY(event.time, system_time(core::trim(reader.attribute("SystemTime"))));
    } else if (name == "EventRecordID") {
      event.record_id.reset();
      if (const std::string_view text = core::trim(reader.text()); !text.empty()) {
        RW_TRY(event.record_id, number_field<std::uint64_t>(name, text));
      }
    } else if (name == "Correlation") {
      event.activity_id = reader.attribute("ActivityID");
      event.related_activity_id = reader.attribute("RelatedActivityID");
    } else if (name == "Execution") {
      event.execution_process_id = reader.attribute("ProcessID");
      event.execution_thread_id = reader.attribute("ThreadID");
    } else if (name == "Channel") {
      event.channel = core::trim(reader.text());
    } else if (name == "Computer") {
      event.computer = core::trim(reader.text());
    } else if (name == "Security") {
      event.user_sid = reader.attribute("UserID");
    }
  }
  if (!has_id) return core::invalid_input("System: no EventID");
  return {};
}

core::Result<void> read_event_data(XmlReader& reader, core::Arena& arena, WindowsEvent& event) {
  int unnamed = 0;
  while (reader.next_child(kSectionDepth)) {
    const std::string_view element = reader.name();
    std::string_view name = reader.attribute("Name");
    if (name.empty()) name = element == "Data" ? arena.copy(fmt::format("param{}", ++unnamed)) : element;
    if (!event.add(name, reader.text())) return too_many_fields();
  }
  return {};
}

// The provider's own element inside UserData: its leaf elements, one level down.
core::Result<void> read_user_data(XmlReader& reader, WindowsEvent& event) {
  while (reader.next_child(kSectionDepth)) {
    while (reader.next_child(kUserDataDepth)) {
      const std::string_view name = reader.name();
      if (!event.add(name, reader.text())) return too_many_fields();
    }
  }
  return {};
}

// What NXLog's to_xml() writes: it has no System, but its fields.
core::Result<void> read_nxlog_event(XmlReader& reader, const PayloadContext& context, core::Arena& arena,
                                    WindowsEvent& event) {
  NxlogFields fields(context, arena, event);
  reader.next_child(0);
  while (reader.next_child(kEventDepth)) {
    const std::string_view name = reader.name();
    RW_CHECK(fields.take(name, reader.text()));
  }
  RW_CHECK(fields.finish());
  event.format = PayloadFormat::kNxlogXml;
  return {};
}

enum class Schema { kWindows, kNxlog };

core::Result<Schema> read_event(XmlReader& reader, core::Arena& arena, WindowsEvent& event) {
  bool has_system = false;
  bool has_event_id = false;
  reader.next_child(0);
  while (reader.next_child(kEventDepth)) {
    const std::string_view name = reader.name();
    if (name == "System") {
      has_system = true;
      RW_CHECK(read_system(reader, event));
    } else if (name == "EventData" || name == "ProcessingErrorData") {
      RW_CHECK(read_event_data(reader, arena, event));
    } else if (name == "UserData") {
      RW_CHECK(read_user_data(reader, event));
    } else if (name == "RenderingInfo") {
      while (reader.next_child(kSectionDepth)) {
        if (reader.name() == "Message") event.message = reader.text();
      }
    } else if (core::equals_ascii_nocase(name, "EventID")) {
      has_event_id = true;
    }
  }
  if (has_system) return Schema::kWindows;
  if (has_event_id) return Schema::kNxlog;
  return core::invalid_input("Event: no System element");
}

core::Result<void> decode_one(std::string_view xml, const PayloadContext& context, core::Arena& arena,
                              WindowsEvent& event) {
  RW_CHECK(check_event_size(xml.size()));
  event.clear();
  xml = arena.copy(xml);
  XmlReader reader(xml, arena);
  const core::Result<Schema> schema = read_event(reader, arena, event);
  if (const auto& fault = reader.fault()) {
    return core::invalid_input(
        fmt::format("not well-formed XML at byte {} of the event: {}", fault->offset, fault->what));
  }
  if (!schema.ok()) return schema.error();
  if (*schema == Schema::kWindows) return {};
  XmlReader again(xml, arena);
  return read_nxlog_event(again, context, arena, event);
}

}  // namespace

bool looks_like_event_xml(std::string_view text) {
  text = skip_blank_and_bom(text);
  if (text.starts_with("<?xml") || text.starts_with("<!")) return true;
  const std::string_view name = local_name(tag_name(text));
  return name == "Event" || name == "Events";
}

std::string_view find_event_xml(std::string_view text) {
  for (std::size_t at = text.find('<'); at != std::string_view::npos; at = text.find('<', at + 1)) {
    const std::string_view name = local_name(tag_name(text.substr(at)));
    if (name == "Event" || name == "Events") return text.substr(at);
  }
  return {};
}

core::Result<std::size_t> decode_event_xml(std::string_view text, core::Arena& arena, WindowsEvent& event,
                                           const TakeEvent& take, const PayloadContext& context) {
  std::string clean;
  if (!simdjson::validate_utf8(text.data(), text.size())) {
    clean = core::to_valid_utf8(text);
    text = clean;
  }
  if (has_forbidden_control(text)) {  // Sysmon's values have them, and XML does not allow them
    clean = replace_forbidden_controls(text);
    text = clean;
  }
  EventScanner scanner(text, arena);
  std::size_t pieces = 0;
  while (std::optional<EventScanner::Piece> piece = scanner.next()) {
    ++pieces;
    core::Result<void> decoded = std::move(piece->fault);
    if (decoded.ok()) decoded = decode_one(piece->xml, context, arena, event);
    take(piece->xml, decoded);
  }
  if (pieces == 0) return core::invalid_input("no <Event> in the message");
  return pieces;
}

}  // namespace rw::ingest
