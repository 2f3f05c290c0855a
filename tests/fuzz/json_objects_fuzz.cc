// Any bytes as a body of JSON objects: it ends, pieces come in order and lie inside the body, an object has its
// brackets, and after a fault the reading goes on where it is told to.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "daemon/core/result.h"
#include "daemon/ingest/http/json_objects.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  rw::ingest::JsonObjects objects(body);
  std::size_t at = 0;
  while (const auto piece = objects.next()) {
    const auto start = static_cast<std::size_t>(piece->text.data() - body.data());
    RW_ASSERT(start >= at && start + piece->text.size() <= size);
    if (piece->fault.empty()) {
      RW_ASSERT(piece->text.size() >= 2 && piece->text.front() == '{');
      at = start + piece->text.size();
      continue;
    }
    at = body.find('\n', start);
    if (at == std::string_view::npos) return 0;
    objects.resume(++at);
  }
  return 0;
}
