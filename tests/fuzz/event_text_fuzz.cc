// Any bytes, as a syslog message: events and errors, never a text that is not UTF-8. The first byte picks the event
// that the whole text is also taken for the rendered message of.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "daemon/core/result.h"
#include "daemon/core/text.h"
#include "daemon/core/utf16.h"
#include "daemon/ingest/decode/message_text.h"
#include "daemon/ingest/decode/payload.h"
#include "daemon/ingest/syslog/structured_data.h"

namespace {

void check(const rw::ingest::WindowsEvent& event) {
  for (const rw::ingest::NamedValue& item : event.data) {
    RW_ASSERT(rw::core::is_valid_utf8(item.name) && rw::core::is_valid_utf8(item.value));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const rw::core::TimeZone zone;
  const rw::ingest::SyslogMessage header =
      rw::ingest::parse_syslog(bytes, rw::core::from_us(1'790'000'000'000'000), zone);
  rw::core::Arena arena;
  rw::ingest::WindowsEvent event;
  const auto pieces = rw::ingest::decode_payload(header.msg, {.header = &header, .zone = &zone}, arena, event,
                                                 [&](std::string_view, const rw::core::Result<void>& decoded) {
                                                   if (decoded.ok()) check(event);
                                                 });
  RW_ASSERT(!pieces.ok() || *pieces <= size + 1);

  if (!rw::core::is_valid_utf8(bytes) || bytes.empty()) return 0;
  constexpr std::uint32_t kIds[] = {1, 12, 13, 14, 4657, 4660, 4663, 4688};
  event.clear();
  event.event_id = kIds[static_cast<unsigned char>(bytes[0]) % 8];
  event.channel = event.event_id < 100 ? "Microsoft-Windows-Sysmon/Operational" : "Security";
  event.message = bytes;
  rw::ingest::add_message_fields(arena, event);
  for (const rw::ingest::NamedValue& item : event.data) RW_ASSERT(item.value.size() <= size);
  return 0;
}
