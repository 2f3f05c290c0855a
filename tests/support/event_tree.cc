#include "tests/support/event_tree.h"

#include <fmt/format.h>

#include <cstring>
#include <optional>
#include <pugixml.hpp>
#include <string>
#include <utility>

#include "daemon/core/text.h"
#include "daemon/core/time.h"
#include "daemon/ingest/decode/control_characters.h"
#include "daemon/ingest/decode/event_limit.h"
#include "daemon/ingest/decode/event_scanner.h"
#include "daemon/ingest/decode/field_values.h"
#include "daemon/ingest/decode/nxlog_fields.h"

namespace rw::test {
namespace {

using namespace ingest;

std::string_view attribute(const pugi::xml_node& node, std::string_view name) {
  for (const pugi::xml_attribute& item : node.attributes()) {
    if (local_name(item.name()) == name) return item.value();
  }
  return {};
}

// Gathers the text below an element, without recursion: the depth is the sender's choice.
struct TextGatherer : pugi::xml_tree_walker {
  std::string text;
  bool for_each(pugi::xml_node& node) override {
    text += node.value();
    return true;
  }
};

// The element's text. A comment or a CDATA section in it makes several pieces of it, and ComplexData has elements.
std::string_view text_of(pugi::xml_node node, core::Arena& arena) {
  const pugi::xml_node first = node.first_child();
  if (!first.next_sibling() && first.type() != pugi::node_element) return first.value();
  TextGatherer gatherer;
  node.traverse(gatherer);
  return arena.copy(gatherer.text);
}

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

core::Result<void> read_system(const pugi::xml_node& system, core::Arena& arena, WindowsEvent& event) {
  bool has_id = false;
  for (const pugi::xml_node& node : system.children()) {
    const std::string_view name = local_name(node.name());
    const std::string_view text = core::trim(text_of(node, arena));
    if (name == "Provider") {
      event.provider = attribute(node, "Name");
      event.provider_guid = attribute(node, "Guid");
      event.event_source_name = attribute(node, "EventSourceName");
    } else if (name == "EventID") {
      RW_TRY(event.event_id, number_field<std::uint32_t>(name, text));
      event.qualifiers = attribute(node, "Qualifiers");
      has_id = true;
    } else if (name == "Version") {
      event.version = text;
    } else if (name == "Level") {
      event.level = text;
    } else if (name == "Task") {
      event.task = text;
    } else if (name == "Opcode") {
      event.opcode = text;
    } else if (name == "Keywords") {
      event.keywords = text;
    } else if (name == "TimeCreated") {
      RW_TRY(event.time, system_time(core::trim(attribute(node, "SystemTime"))));
    } else if (name == "EventRecordID") {
      event.record_id.reset();
      if (!text.empty()) {
        RW_TRY(event.record_id, number_field<std::uint64_t>(name, text));
      }
    } else if (name == "Correlation") {
      event.activity_id = attribute(node, "ActivityID");
      event.related_activity_id = attribute(node, "RelatedActivityID");
    } else if (name == "Execution") {
      event.execution_process_id = attribute(node, "ProcessID");
      event.execution_thread_id = attribute(node, "ThreadID");
    } else if (name == "Channel") {
      event.channel = text;
    } else if (name == "Computer") {
      event.computer = text;
    } else if (name == "Security") {
      event.user_sid = attribute(node, "UserID");
    }
  }
  if (!has_id) return core::invalid_input("System: no EventID");
  return {};
}

core::Result<void> read_event_data(const pugi::xml_node& data, core::Arena& arena, WindowsEvent& event) {
  int unnamed = 0;
  for (const pugi::xml_node& node : data.children()) {
    if (node.type() != pugi::node_element) continue;
    const std::string_view element = local_name(node.name());
    std::string_view name = attribute(node, "Name");
    if (name.empty()) name = element == "Data" ? arena.copy(fmt::format("param{}", ++unnamed)) : element;
    RW_CHECK(add_field(name, text_of(node, arena), event));
  }
  return {};
}

// The provider's own element inside UserData: its leaf elements, one level down.
core::Result<void> read_user_data(const pugi::xml_node& data, core::Arena& arena, WindowsEvent& event) {
  for (const pugi::xml_node& outer : data.children()) {
    for (const pugi::xml_node& node : outer.children()) {
      if (node.type() != pugi::node_element) continue;
      RW_CHECK(add_field(local_name(node.name()), text_of(node, arena), event));
    }
  }
  return {};
}

// NXLog's to_xml() has no System, but its fields.
bool is_nxlog_event(const pugi::xml_node& root) {
  for (const pugi::xml_node& node : root.children()) {
    if (core::equals_ascii_nocase(local_name(node.name()), "EventID")) return true;
  }
  return false;
}

core::Result<void> read_nxlog_event(const pugi::xml_node& root, core::Arena& arena, WindowsEvent& event) {
  const PayloadContext context;
  NxlogFields fields(context, arena, event);
  for (const pugi::xml_node& node : root.children()) {
    if (node.type() != pugi::node_element) continue;
    RW_CHECK(fields.take(local_name(node.name()), text_of(node, arena)));
  }
  RW_CHECK(fields.finish());
  event.format = PayloadFormat::kNxlogXml;
  return {};
}

core::Result<void> read_event(const pugi::xml_node& root, core::Arena& arena, WindowsEvent& event) {
  bool has_system = false;
  for (const pugi::xml_node& node : root.children()) {
    const std::string_view name = local_name(node.name());
    if (name == "System") {
      has_system = true;
      RW_CHECK(read_system(node, arena, event));
    } else if (name == "EventData" || name == "ProcessingErrorData") {
      RW_CHECK(read_event_data(node, arena, event));
    } else if (name == "UserData") {
      RW_CHECK(read_user_data(node, arena, event));
    } else if (name == "RenderingInfo") {
      for (const pugi::xml_node& child : node.children()) {
        if (local_name(child.name()) == "Message") event.message = text_of(child, arena);
      }
    }
  }
  if (!has_system && is_nxlog_event(root)) return read_nxlog_event(root, arena, event);
  if (!has_system) return core::invalid_input("Event: no System element");
  return {};
}

core::Result<void> decode_one(std::string_view xml, core::Arena& arena, WindowsEvent& event) {
  RW_CHECK(check_event_size(xml.size()));
  char* buffer = arena.allocate(xml.size());
  std::memcpy(buffer, xml.data(), xml.size());
  // Texts are taken as written: line ends stay CR LF where Windows wrote them, blanks are values.
  constexpr unsigned kOptions = pugi::parse_escapes | pugi::parse_cdata | pugi::parse_ws_pcdata_single;
  pugi::xml_document document;  // may go first: its names and values stand in the buffer
  const pugi::xml_parse_result parsed = document.load_buffer_inplace(buffer, xml.size(), kOptions, pugi::encoding_utf8);
  event.clear();
  if (!parsed) {
    return core::invalid_input(
        fmt::format("not well-formed XML at byte {} of the event: {}", parsed.offset, parsed.description()));
  }
  return read_event(document.document_element(), arena, event);
}

}  // namespace

core::Result<std::size_t> decode_event_tree(std::string_view text, core::Arena& arena, WindowsEvent& event,
                                            const TakeEvent& take) {
  std::string clean;
  if (!core::is_valid_utf8(text)) {
    clean = core::to_valid_utf8(text);
    text = clean;
  }
  if (has_forbidden_control(text)) {
    clean = replace_forbidden_controls(text);
    text = clean;
  }
  EventScanner scanner(text, arena);
  std::size_t pieces = 0;
  while (std::optional<EventScanner::Piece> piece = scanner.next()) {
    ++pieces;
    core::Result<void> decoded = std::move(piece->fault);
    if (decoded.ok()) decoded = decode_one(piece->xml, arena, event);
    take(piece->xml, decoded);
  }
  if (pieces == 0) return core::invalid_input("no <Event> in the message");
  return pieces;
}

}  // namespace rw::test
