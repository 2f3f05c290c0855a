// Any bytes: events and errors, at most as many as there are bytes, and no text that is not UTF-8 comes of it.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "daemon/core/result.h"
#include "daemon/core/text.h"
#include "daemon/ingest/decode/event_xml.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  rw::core::Arena arena;
  rw::ingest::WindowsEvent event;
  const auto pieces =
      rw::ingest::decode_event_xml(bytes, arena, event, [&](std::string_view, const rw::core::Result<void>& decoded) {
        if (!decoded.ok()) return;
        for (const rw::ingest::NamedValue& item : event.data) {
          RW_ASSERT(rw::core::is_valid_utf8(item.name) && rw::core::is_valid_utf8(item.value));
          RW_ASSERT(item.value.find('\0') == std::string_view::npos);
        }
      });
  RW_ASSERT(!pieces.ok() || *pieces <= size);
  return 0;
}
