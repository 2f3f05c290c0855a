#include "daemon/detect/time_span.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>

namespace rw::detect {
namespace {

constexpr std::int64_t kDaySeconds = 86400;

struct Unit {
  std::string_view names;
  std::int64_t seconds;
};
constexpr Unit kUnits[] = {{" s sec secs second seconds ", 1},
                           {" m min mins minute minutes ", 60},
                           {" h hr hrs hour hours ", 3600},
                           {" d day days ", kDaySeconds}};

}  // namespace

core::Result<std::chrono::seconds> parse_time_span(std::string_view text) {
  const auto unsupported = [&](std::string_view hint) {
    return core::Error{core::ErrorCode::kUnsupported, fmt::format("span={} is not supported", text), std::string(hint)};
  };
  if (text.empty()) return std::chrono::seconds(1);
  std::int64_t count = 1;
  const char* end = text.data() + text.size();
  const auto [unit_begin, error] = std::from_chars(text.data(), end, count);
  const std::string_view unit(unit_begin, static_cast<std::size_t>(end - unit_begin));
  for (const Unit& each : kUnits) {
    if (unit.empty() || each.names.find(fmt::format(" {} ", unit)) == std::string_view::npos) continue;
    const bool divides = error != std::errc::result_out_of_range && count > 0 && count <= kDaySeconds &&
                         kDaySeconds % (count * each.seconds) == 0;
    if (divides) return std::chrono::seconds(count * each.seconds);
    return unsupported("a span divides a day: 1d, 12h, 1h, 30m, 10s");
  }
  return unsupported("a span is a number and s, m, h or d");
}

}  // namespace rw::detect
