#include "daemon/ingest/decode/syslog_ng_agent.h"

#include <cstddef>

#include "daemon/core/text.h"
#include "daemon/ingest/decode/provider.h"
#include "daemon/ingest/decode/text_event.h"

namespace rw::ingest {
namespace {

constexpr std::string_view kEventIdMark = "(EventID ";
constexpr std::size_t kMaxHeadBytes = 1024;  // of what stands before the message

}  // namespace

bool is_syslog_ng_agent(std::string_view text) {
  text = core::trim(text);
  if (!text.ends_with(')')) return false;
  const std::size_t mark = text.rfind('(');
  if (mark == std::string_view::npos || !text.substr(mark).starts_with(kEventIdMark)) return false;
  return text.substr(0, kMaxHeadBytes).find(": [") != std::string_view::npos;
}

core::Result<void> decode_syslog_ng_agent(std::string_view text, const PayloadContext& context, core::Arena& arena,
                                          WindowsEvent& event) {
  event.clear();
  event.format = PayloadFormat::kSyslogNgAgent;
  std::string_view rest = core::trim(keep_text(text, arena));
  const std::size_t mark = rest.rfind('(');
  RW_TRY(event.event_id,
         parse_event_id(rest.substr(mark + kEventIdMark.size(), rest.size() - 1 - (mark + kEventIdMark.size()))));
  rest = rest.substr(0, mark);

  const std::size_t type = rest.find(": [");
  const std::size_t type_end = rest.find("] ", type);
  if (type_end == std::string_view::npos) {
    return core::invalid_input("syslog-ng Agent: expected 'CHANNEL SOURCE: [TYPE] MESSAGE (EventID N)'");
  }
  std::string_view head = rest.substr(0, type);
  set_level(rest.substr(type + 3, type_end - type - 3), event);
  event.message = core::trim(rest.substr(type_end + 2));
  if (const std::size_t user = head.rfind(": "); user != std::string_view::npos) {
    add_present("AccountName", head.substr(0, user), event);
    head.remove_prefix(user + 2);
  } else if (context.header != nullptr) {
    add_present("AccountName", keep_text(context.header->app_name, arena), event);
  }
  // Names of channels that we know have no blank in them.
  const std::size_t blank = head.find(' ');
  if (blank == std::string_view::npos) {
    return core::invalid_input("syslog-ng Agent: expected a channel and a source before '[TYPE]'");
  }
  event.channel = head.substr(0, blank);
  set_source(head.substr(blank + 1), event);
  if (context.header != nullptr) event.computer = keep_text(context.header->hostname, arena);
  finish_text_event({}, context, arena, event);
  return {};
}

}  // namespace rw::ingest
