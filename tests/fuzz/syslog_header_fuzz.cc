// Any bytes: every view lies in the text, and nothing of a text without a header is lost.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "daemon/core/result.h"
#include "daemon/ingest/syslog/header.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const rw::ingest::SyslogMessage message =
      rw::ingest::parse_syslog(bytes, rw::core::from_us(1'790'000'000'000'000), rw::core::TimeZone());
  RW_ASSERT(message.facility >= 0 && message.facility <= 23 && message.severity >= 0 && message.severity <= 7);
  for (const std::string_view view :
       {message.hostname, message.app_name, message.procid, message.msgid, message.structured_data, message.msg}) {
    RW_ASSERT(view.empty() || (view.data() >= bytes.data() && view.data() + view.size() <= bytes.data() + size));
  }
  return 0;
}
