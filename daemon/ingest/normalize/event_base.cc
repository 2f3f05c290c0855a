#include "daemon/ingest/normalize/event_base.h"

#include <algorithm>
#include <optional>

#include "daemon/core/json_text.h"
#include "daemon/core/text.h"
#include "daemon/core/time.h"
#include "daemon/ingest/decode/provider.h"
#include "daemon/ingest/normalize/security_key.h"

namespace rw::ingest {
namespace {

bool is_sysmon(EventKind kind) { return kind == EventKind::kRegistry || kind == EventKind::kProcess; }

// "YYYY-MM-DD hh:mm:ss.mmm" and nothing else, so that the text can be made again from the time.
std::optional<core::Micros> parse_utc_time(std::string_view text) {
  if (text.size() != 23 || text[10] != ' ' || text[19] != '.') return std::nullopt;
  char iso[24];
  std::copy(text.begin(), text.end(), iso);
  iso[10] = 'T';
  iso[23] = 'Z';
  const core::Result<core::Micros> time = core::parse_iso8601({iso, sizeof iso});
  if (!time.ok() || !core::is_plausible(*time)) return std::nullopt;
  return *time;
}

}  // namespace

EventKind kind_of(const WindowsEvent& event) {
  switch (event.event_id) {
    case 1:
      return is_sysmon(event) ? EventKind::kProcess : EventKind::kOther;
    case 12:
    case 13:
    case 14:
      return is_sysmon(event) ? EventKind::kRegistry : EventKind::kOther;
    case 4657:
      return is_security(event) ? EventKind::kSecurityValue : EventKind::kOther;
    case 4663:
      return is_security(event) && is_key_change_access(event) ? EventKind::kSecurityKey : EventKind::kOther;
    case 4660:
      return is_security(event) ? EventKind::kSecurityKey : EventKind::kOther;
    case 4688:
      return is_security(event) ? EventKind::kSecurityProcess : EventKind::kOther;
    default:
      return EventKind::kOther;
  }
}

void fill_base(const WindowsEvent& event, EventKind kind, core::Micros time, core::Micros received,
               std::string_view computer, core::Arena& arena, std::string& scratch, cim::EventBase& base) {
  base.time = time;
  base.received = received;
  base.record_id = event.record_id;
  base.utc_time = parse_utc_time(event.get("UtcTime"));

  core::JsonObjectText envelope(scratch);
  envelope.member("ProviderGuid", event.provider_guid);
  envelope.member("EventSourceName", event.event_source_name);
  envelope.member("Qualifiers", event.qualifiers);
  envelope.member("Version", event.version);
  envelope.member("Level", event.level);
  envelope.member("Task", event.task);
  envelope.member("Opcode", event.opcode);
  envelope.member("Keywords", event.keywords);
  envelope.member("ExecutionProcessID", event.execution_process_id);
  envelope.member("ExecutionThreadID", event.execution_thread_id);
  envelope.member("UserID", event.user_sid);
  envelope.member("RuleName", event.get("RuleName"));
  base.source = {
      .computer = computer,
      .channel = event.channel,
      .provider = !event.provider.empty() ? event.provider
                  : is_sysmon(kind)       ? kSysmonProvider
                                          : kSecurityProvider,
      .event_id = event.event_id,
      .event_type = {},
      .envelope = arena.copy(envelope.finish()),
  };
}

std::string_view extra_of(const WindowsEvent& event, std::initializer_list<std::string_view> known, bool keep_utc_time,
                          core::Arena& arena, std::string& scratch) {
  core::JsonObjectText extra(scratch);
  for (const NamedValue& item : event.data) {
    if (item.name == "RuleName") continue;
    if (item.name == "UtcTime" && !keep_utc_time) continue;
    if (std::find(known.begin(), known.end(), item.name) != known.end()) continue;
    extra.member(item.name, item.value);
  }
  extra.member("ActivityID", event.activity_id);
  extra.member("RelatedActivityID", event.related_activity_id);
  return arena.copy(extra.finish());
}

std::string_view fields_json(const WindowsEvent& event, std::initializer_list<std::string_view> names,
                             core::Arena& arena, std::string& scratch) {
  core::JsonObjectText object(scratch);
  for (const std::string_view name : names) object.member(name, event.get(name));
  return arena.copy(object.finish());
}

}  // namespace rw::ingest
