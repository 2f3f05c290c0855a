// Any bytes: every element and param is a view of them, and reading ends. The same bytes as UTF-16 give UTF-8.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "daemon/core/result.h"
#include "daemon/core/text.h"
#include "daemon/core/utf16.h"
#include "daemon/ingest/syslog/structured_data.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  rw::core::Arena arena;
  rw::ingest::SdElements elements(bytes);
  std::size_t seen = 0;
  while (true) {
    const auto element = elements.next();
    if (!element.ok() || !*element) break;
    RW_ASSERT(!(*element)->sd_id.empty() && ++seen <= size);
    rw::ingest::SdParams params((*element)->params);
    while (true) {
      const auto param = params.next();
      if (!param.ok() || !*param) break;
      RW_ASSERT(++seen <= size);
      RW_ASSERT(rw::ingest::sd_value((*param)->value, arena).size() <= (*param)->value.size());
    }
  }
  for (const rw::core::ByteOrder order : {rw::core::ByteOrder::kLittle, rw::core::ByteOrder::kBig}) {
    RW_ASSERT(rw::core::is_valid_utf8(rw::core::utf16_to_utf8(bytes, order)));
  }
  return 0;
}
