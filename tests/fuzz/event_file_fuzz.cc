// The first byte chooses the pieces in which the others arrive: the payloads must be those of the whole, and nothing of
// a text that is not UTF-16 may be made up.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/core/result.h"
#include "daemon/core/utf16.h"
#include "daemon/ingest/framing/event_file.h"

namespace {

constexpr std::size_t kLimit = 1024 * 1024;  // of no payload here: what is longer is given as it arrives

std::vector<std::string> payloads_of(std::string_view bytes, std::size_t piece) {
  rw::ingest::EventFile file(kLimit);
  std::vector<std::string> payloads;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    file.append(bytes.substr(0, piece));
    while (const auto payload = file.next()) payloads.emplace_back(*payload);
  }
  while (const auto payload = file.next_at_end()) payloads.emplace_back(*payload);
  return payloads;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::vector<std::string> payloads = payloads_of(bytes, size);
  RW_ASSERT(payloads_of(bytes, 1 + data[0] % 32U) == payloads);
  std::size_t total = 0;
  for (const std::string& payload : payloads) {
    RW_ASSERT(!payload.empty());
    total += payload.size();
  }
  RW_ASSERT(total <= size || rw::core::utf16_byte_order_of_markup(bytes));
  return 0;
}
