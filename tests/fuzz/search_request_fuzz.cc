// Any bytes as the body of a search: it is refused with a reason, or all that it asks for lies within the limits.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "daemon/core/text.h"
#include "web/search_request.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rw;
  constexpr storage::SearchLimits kMost{.max_rows = 5000, .timeout = std::chrono::minutes(2)};
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  const auto request = web::parse_search_request(body, core::from_us(1'791'749'655'000'000), core::TimeZone(), kMost);
  if (!request.ok()) {
    RW_ASSERT(request.error().code == core::ErrorCode::kInvalidInput && !request.error().message.empty());
    return 0;
  }
  RW_ASSERT(!core::trim(request->search).empty() && core::is_valid_utf8(request->search));
  RW_ASSERT(request->window.earliest < request->window.latest);
  RW_ASSERT(request->max_rows >= 1 && request->max_rows <= kMost.max_rows);
  RW_ASSERT(request->timeout >= std::chrono::milliseconds(1) && request->timeout <= kMost.timeout);
  RW_ASSERT(request->id.size() <= 64 && request->id.find_first_of(" /\"<") == std::string::npos);
  return 0;
}
