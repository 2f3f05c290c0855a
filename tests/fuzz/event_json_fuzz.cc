// Any bytes: an event or an error, and no text that is not UTF-8 comes of it.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "daemon/core/result.h"
#include "daemon/core/text.h"
#include "daemon/ingest/decode/event_json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  rw::core::Arena arena;
  rw::ingest::WindowsEvent event;
  if (rw::ingest::decode_event_json(bytes, arena, event).ok()) {
    for (const rw::ingest::NamedValue& item : event.data) {
      RW_ASSERT(rw::core::is_valid_utf8(item.name) && rw::core::is_valid_utf8(item.value));
      RW_ASSERT(item.value.find('\0') == std::string_view::npos);
    }
  }
  return 0;
}
