// {"data":{"win":{"system":{…},"eventdata":{…}}}}, or from "win" on. All names begin with a lower-case letter, and on
// some ways the backslashes of all values are doubled.
#include <algorithm>
#include <string>

#include "daemon/ingest/decode/field_values.h"
#include "daemon/ingest/decode/json_forms.h"
#include "daemon/ingest/decode/json_shape.h"

namespace rw::ingest {
namespace {

constexpr std::string_view kWazuhData = "eventdata.";

constexpr JsonPath kWazuhSystem[] = {
    {"system.providerName", &WindowsEvent::provider},
    {"system.providerGuid", &WindowsEvent::provider_guid},
    {"system.eventSourceName", &WindowsEvent::event_source_name},
    {"system.qualifiers", &WindowsEvent::qualifiers},
    {"system.version", &WindowsEvent::version},
    {"system.level", &WindowsEvent::level},
    {"system.task", &WindowsEvent::task},
    {"system.opcode", &WindowsEvent::opcode},
    {"system.keywords", &WindowsEvent::keywords},
    {"system.activityID", &WindowsEvent::activity_id},
    {"system.processID", &WindowsEvent::execution_process_id},
    {"system.threadID", &WindowsEvent::execution_thread_id},
    {"system.channel", &WindowsEvent::channel},
    {"system.computer", &WindowsEvent::computer},
    {"system.securityUserID", &WindowsEvent::user_sid},
    {"system.userID", &WindowsEvent::user_sid},
    {"system.message", &WindowsEvent::message},
};
constexpr std::string_view kWazuhId[] = {"system.eventID"};
constexpr std::string_view kWazuhRecord[] = {"system.eventRecordID"};
constexpr std::string_view kWazuhTime[] = {"system.systemTime"};
constexpr JsonShape kWazuhShape = {
    .format = PayloadFormat::kWazuh,
    .system = kWazuhSystem,
    .event_id = kWazuhId,
    .record_id = kWazuhRecord,
    .time = kWazuhTime,
    .data = {},
    .keyword_words = {},
};

// Windows writes pairs only in front of a server's name; where all are pairs, they were doubled on the way.
bool has_single_backslash(std::string_view text) {
  for (std::size_t at = text.find('\\'); at != std::string_view::npos; at = text.find('\\', at)) {
    const std::size_t end = std::min(text.find_first_not_of('\\', at), text.size());
    if ((end - at) % 2 != 0) return true;
    at = end;
  }
  return false;
}

std::string_view without_doubling(std::string_view text, core::Arena& arena) {
  if (text.find('\\') == std::string_view::npos) return text;
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    plain += text[i];
    if (text[i] == '\\') ++i;
  }
  return arena.copy(plain);
}

std::string_view windows_name(std::string_view name, core::Arena& arena) {
  std::string upper(name);
  if (!upper.empty() && upper[0] >= 'a' && upper[0] <= 'z') upper[0] = static_cast<char>(upper[0] - 'a' + 'A');
  return arena.copy(upper);
}

}  // namespace

core::Result<void> decode_wazuh(const JsonFields& fields, const PayloadContext& context, core::Arena& arena,
                                WindowsEvent& event) {
  JsonFields win = fields.under("data.win.");
  if (win.all().empty()) win = fields.under("win.");
  RW_CHECK(read_shape(kWazuhShape, win, arena, event));
  if (event.message.size() > 1 && event.message.starts_with('"') && event.message.ends_with('"')) {
    event.message = event.message.substr(1, event.message.size() - 2);
  }
  const bool doubled = std::none_of(win.all().begin(), win.all().end(), [](const JsonField& field) {
    return field.path.starts_with(kWazuhData) && has_single_backslash(field.value);
  });
  for (const JsonField& field : win.all()) {
    if (field.is_null || !field.path.starts_with(kWazuhData)) continue;
    const std::string_view value = doubled ? without_doubling(field.value, arena) : field.value;
    RW_CHECK(add_field(windows_name(field.path.substr(kWazuhData.size()), arena), value, event));
  }
  finish_json_event(kWazuhShape, win, context, arena, event);
  return {};
}

}  // namespace rw::ingest
