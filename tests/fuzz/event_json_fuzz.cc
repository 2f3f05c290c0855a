// Any bytes, as a whole payload and as JSON: events or errors, and no text that is not UTF-8 comes of it.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "daemon/core/result.h"
#include "daemon/core/text.h"
#include "daemon/ingest/decode/event_json.h"
#include "daemon/ingest/decode/payload.h"

namespace {

bool is_clean(std::string_view text) {
  return rw::core::is_valid_utf8(text) && text.find('\0') == std::string_view::npos;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const rw::core::TimeZone zone;
  const rw::ingest::PayloadContext context{.zone = &zone};
  rw::core::Arena arena;
  rw::ingest::WindowsEvent event;
  const rw::core::Arena::Mark mark = arena.mark();
  const auto take = [&](std::string_view, const rw::core::Result<void>& decoded) {
    if (!decoded.ok()) {
      arena.rewind(mark);  // as the pipeline does
      return;
    }
    RW_ASSERT(is_clean(event.provider) && is_clean(event.channel) && is_clean(event.computer));
    RW_ASSERT(is_clean(event.message) && is_clean(event.user_sid));
    for (const rw::ingest::NamedValue& item : event.data) RW_ASSERT(is_clean(item.name) && is_clean(item.value));
  };
  const auto whole = rw::ingest::decode_payload(bytes, context, arena, event, take);
  const auto json = rw::ingest::decode_event_json(bytes, context, arena, event, take);
  RW_ASSERT(!whole.ok() || *whole > 0);
  RW_ASSERT(!json.ok() || *json > 0);
  return 0;
}
