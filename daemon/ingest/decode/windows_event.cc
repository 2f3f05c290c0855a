#include "daemon/ingest/decode/windows_event.h"

namespace rw::ingest {

std::size_t WindowsEvent::text_bytes() const {
  std::size_t bytes = message.size();
  for (const std::string_view text :
       {provider, provider_guid, event_source_name, qualifiers, version, level, task, opcode, keywords, activity_id,
        related_activity_id, execution_process_id, execution_thread_id, channel, computer, user_sid}) {
    bytes += text.size();
  }
  for (const NamedValue& item : data) bytes += item.name.size() + item.value.size();
  return bytes;
}

}  // namespace rw::ingest
