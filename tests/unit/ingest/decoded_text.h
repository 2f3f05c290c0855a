// A decoded event as one text, so that a test is a pair of texts: "name=value" lines, System fields first (in schema
// order, absent ones left out), then data in order.
#pragma once

#include <string>
#include <string_view>

#include "daemon/core/time.h"
#include "daemon/ingest/decode/windows_event.h"

namespace rw::ingest {

inline std::string text_of(const WindowsEvent& event) {
  std::string text;
  const auto line = [&](std::string_view name, std::string_view value) {
    if (value.empty()) return;
    text += name;
    text += '=';
    text += value;
    text += '\n';
  };
  line("provider", event.provider);
  line("provider_guid", event.provider_guid);
  line("event_source_name", event.event_source_name);
  line("event_id", std::to_string(event.event_id));
  line("qualifiers", event.qualifiers);
  line("version", event.version);
  line("level", event.level);
  line("task", event.task);
  line("opcode", event.opcode);
  line("keywords", event.keywords);
  if (event.time) line("time", core::format_rfc3339(*event.time));
  if (event.record_id) line("record_id", std::to_string(*event.record_id));
  line("activity_id", event.activity_id);
  line("related_activity_id", event.related_activity_id);
  line("execution_process_id", event.execution_process_id);
  line("execution_thread_id", event.execution_thread_id);
  line("channel", event.channel);
  line("computer", event.computer);
  line("user_sid", event.user_sid);
  for (const NamedValue& item : event.data) {
    text += "data.";
    text += item.name;
    text += '=';
    text += item.value;
    text += '\n';
  }
  line("message", event.message);
  return text;
}

}  // namespace rw::ingest
