// Any bytes as the body of /services/collector/event: it ends, every item has a code and a reason or a payload, and
// whatever was read lies inside the body. The same bytes as that of /raw: its pieces lie inside it, in order.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "daemon/core/result.h"
#include "daemon/ingest/http/hec_event.h"
#include "daemon/ingest/http/raw_body.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  rw::ingest::HecEventReader reader(body);
  std::size_t items = 0;
  while (const auto item = reader.next()) {
    ++items;
    RW_ASSERT(items <= size + 1);
    RW_ASSERT(item->source.data() >= body.data() && item->source.data() + item->source.size() <= body.data() + size);
    if (item->code == rw::ingest::HecCode::kSuccess) {
      RW_ASSERT(!item->event.payload.empty() && item->reason.empty());
    } else {
      RW_ASSERT(!item->reason.empty());
    }
  }

  std::string converted;
  const std::string_view raw = rw::ingest::utf8_of(body, converted);
  const char* at = raw.data();
  rw::ingest::split_raw(raw, [&](std::string_view text) {
    RW_ASSERT(text.data() >= at && text.data() + text.size() <= raw.data() + raw.size());
    at = text.data() + text.size();
    return true;
  });
  return 0;
}
