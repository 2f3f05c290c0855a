// From version 7 on the event stands in "winlog", with words of ECS beside it; in 6 its names are at the top level. The
// module for Sysmon and Security of 7 moved part of the data to names of ECS, on the agent; of what it left in
// event_data, that counts.
#include <fmt/format.h>

#include <string>

#include "daemon/core/text.h"
#include "daemon/ingest/decode/event_xml.h"
#include "daemon/ingest/decode/field_values.h"
#include "daemon/ingest/decode/json_forms.h"
#include "daemon/ingest/decode/json_shape.h"
#include "daemon/ingest/decode/provider.h"

namespace rw::ingest {
namespace {

constexpr JsonPath kWinlogSystem[] = {
    {"winlog.provider_name", &WindowsEvent::provider},
    {"event.provider", &WindowsEvent::provider},
    {"winlog.provider_guid", &WindowsEvent::provider_guid},
    {"winlog.version", &WindowsEvent::version},
    {"log.level", &WindowsEvent::level},
    {"winlog.task", &WindowsEvent::task},
    {"winlog.opcode", &WindowsEvent::opcode},
    {"winlog.keywords", &WindowsEvent::keywords},
    {"winlog.activity_id", &WindowsEvent::activity_id},
    {"winlog.related_activity_id", &WindowsEvent::related_activity_id},
    {"winlog.process.pid", &WindowsEvent::execution_process_id},
    {"winlog.process.thread.id", &WindowsEvent::execution_thread_id},
    {"winlog.channel", &WindowsEvent::channel},
    {"winlog.computer_name", &WindowsEvent::computer},
    {"host.name", &WindowsEvent::computer},
    {"winlog.user.identifier", &WindowsEvent::user_sid},
    {"message", &WindowsEvent::message},
};
constexpr std::string_view kWinlogId[] = {"winlog.event_id", "event.code"};
constexpr std::string_view kWinlogRecord[] = {"winlog.record_id"};
constexpr std::string_view kBeatTime[] = {"@timestamp"};
constexpr std::string_view kWinlogData[] = {"winlog.event_data.", "winlog.user_data."};
constexpr JsonShape kWinlogShape = {
    .format = PayloadFormat::kWinlogbeat,
    .system = kWinlogSystem,
    .event_id = kWinlogId,
    .record_id = kWinlogRecord,
    .time = kBeatTime,
    .data = kWinlogData,
    .keyword_words = "winlog.keywords[]",
};

constexpr JsonPath kBeat6System[] = {
    {"source_name", &WindowsEvent::provider},
    {"provider_guid", &WindowsEvent::provider_guid},
    {"version", &WindowsEvent::version},
    {"level", &WindowsEvent::level},
    {"task", &WindowsEvent::task},
    {"opcode", &WindowsEvent::opcode},
    {"keywords", &WindowsEvent::keywords},
    {"activity_id", &WindowsEvent::activity_id},
    {"related_activity_id", &WindowsEvent::related_activity_id},
    {"process_id", &WindowsEvent::execution_process_id},
    {"thread_id", &WindowsEvent::execution_thread_id},
    {"log_name", &WindowsEvent::channel},
    {"computer_name", &WindowsEvent::computer},
    {"user.identifier", &WindowsEvent::user_sid},
    {"message", &WindowsEvent::message},
};
constexpr std::string_view kBeat6Id[] = {"event_id"};
constexpr std::string_view kBeat6Record[] = {"record_number"};
constexpr std::string_view kBeat6Data[] = {"event_data.", "user_data."};
constexpr JsonShape kBeat6Shape = {
    .format = PayloadFormat::kWinlogbeat,
    .system = kBeat6System,
    .event_id = kBeat6Id,
    .record_id = kBeat6Record,
    .time = kBeatTime,
    .data = kBeat6Data,
    .keyword_words = "keywords[]",
};

struct MovedName {
  std::string_view path;
  std::string_view name;
};

constexpr MovedName kMovedSysmon[] = {
    {"rule.name", "RuleName"},
    {"process.entity_id", "ProcessGuid"},
    {"process.pid", "ProcessId"},
    {"process.executable", "Image"},
    {"process.pe.file_version", "FileVersion"},
    {"process.pe.description", "Description"},
    {"process.pe.product", "Product"},
    {"process.pe.company", "Company"},
    {"process.pe.original_file_name", "OriginalFileName"},
    {"process.command_line", "CommandLine"},
    {"process.working_directory", "CurrentDirectory"},
    {"registry.path", "TargetObject"},
    {"process.parent.entity_id", "ParentProcessGuid"},
    {"process.parent.pid", "ParentProcessId"},
    {"process.parent.executable", "ParentImage"},
    {"process.parent.command_line", "ParentCommandLine"},
};
constexpr MovedName kMovedNewProcess[] = {
    {"process.pid", "NewProcessId"},         {"process.executable", "NewProcessName"},
    {"process.parent.pid", "ProcessId"},     {"process.parent.executable", "ParentProcessName"},
    {"process.command_line", "CommandLine"},
};
constexpr MovedName kMovedSecurity[] = {{"process.pid", "ProcessId"}, {"process.executable", "ProcessName"}};

constexpr MovedName kMovedHashes[] = {{"process.hash.sha1", "SHA1"},
                                      {"process.hash.md5", "MD5"},
                                      {"process.hash.sha256", "SHA256"},
                                      {"process.pe.imphash", "IMPHASH"}};

std::span<const MovedName> moved_names(const WindowsEvent& event) {
  if (is_sysmon(event)) return kMovedSysmon;
  if (!is_security(event)) return {};
  return event.event_id == 4688 ? std::span<const MovedName>(kMovedNewProcess) : kMovedSecurity;
}

// As Sysmon writes a number; the module has it in decimal or in hexadecimal digits.
std::string_view details_of(std::string_view type, std::string_view value, core::Arena& arena) {
  const bool hex = value.starts_with("0x");
  const auto number = core::parse_integer<std::uint64_t>(value.substr(hex ? 2 : 0), hex ? 16 : 10);
  if (!number) return value;
  if (type.ends_with("DWORD")) return arena.copy(fmt::format("DWORD (0x{:08x})", *number));
  if (type.ends_with("QWORD")) {
    return arena.copy(fmt::format("QWORD (0x{:08x}-0x{:08x})", *number >> 32, *number & 0xffffffff));
  }
  return value;
}

core::Result<void> add_moved(const JsonFields& fields, core::Arena& arena, WindowsEvent& event) {
  const auto add = [&](std::string_view name, std::string_view value) -> core::Result<void> {
    return value.empty() ? core::Result<void>() : add_field(name, value, event);
  };
  for (const MovedName& moved : moved_names(event)) RW_CHECK(add(moved.name, fields.get(moved.path)));
  if (!is_sysmon(event)) return {};
  if (event.event_id == 13 && event.get("Details").empty()) {
    const std::string_view value = fields.get("registry.data.strings[]");
    RW_CHECK(add("Details", details_of(fields.get("registry.data.type"), value, arena)));
  }
  const std::string_view user = fields.get("user.name");
  if (!user.empty() && event.get("User").empty()) {
    const std::string_view domain = fields.get("user.domain");
    RW_CHECK(add("User", domain.empty() ? user : arena.copy(fmt::format("{}\\{}", domain, user))));
  }
  if (event.get("Hashes").empty()) {
    std::string hashes;
    for (const MovedName& hash : kMovedHashes) {
      const std::string_view value = fields.get(hash.path);
      if (!value.empty()) hashes += fmt::format("{}{}={}", hashes.empty() ? "" : ",", hash.name, value);
    }
    RW_CHECK(add("Hashes", arena.copy(hashes)));
  }
  return {};
}

}  // namespace

core::Result<void> decode_winlogbeat(const JsonFields& fields, const PayloadContext& context, core::Arena& arena,
                                     WindowsEvent& event) {
  if (!fields.get("log_name").empty() && !fields.get("event_id").empty()) {
    RW_CHECK(read_shape(kBeat6Shape, fields, arena, event));
    finish_json_event(kBeat6Shape, fields, context, arena, event);
    return {};
  }
  if (fields.get("winlog.event_id").empty()) {
    const std::string_view xml = fields.get("event.original");
    if (looks_like_event_xml(xml)) {
      return decode_embedded_xml(xml, PayloadFormat::kWinlogbeat, context, arena, event);
    }
  }
  RW_CHECK(read_shape(kWinlogShape, fields, arena, event));
  RW_CHECK(add_moved(fields, arena, event));
  finish_json_event(kWinlogShape, fields, context, arena, event);
  return {};
}

}  // namespace rw::ingest
