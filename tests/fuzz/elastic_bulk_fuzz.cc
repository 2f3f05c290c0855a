// Any bytes as the body of _bulk: it ends, every line that is read lies inside the body, in order, and an error says
// something.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "daemon/core/result.h"
#include "daemon/core/text.h"
#include "daemon/ingest/http/elastic_bulk.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  rw::ingest::ElasticBulkReader reader(body);
  rw::ingest::DocumentFallbackReader fallback_reader;
  const char* at = body.data();
  while (true) {
    const auto item = reader.next();
    if (!item.ok()) {
      RW_ASSERT(!item.error().message.empty() && rw::core::is_valid_utf8(item.error().message));
      return 0;
    }
    if (!*item) return 0;
    for (const std::string_view text : {(*item)->line, (*item)->document}) {
      if (text.empty()) continue;
      RW_ASSERT(text.data() >= at && text.data() + text.size() <= body.data() + size);
      at = text.data() + text.size();
    }
    fallback_reader.start((*item)->document);
    RW_ASSERT(fallback_reader.fallback().host.size() <= (*item)->document.size());
  }
}
