#include "web/buckets.h"

#include <fmt/format.h>

#include "daemon/core/units.h"

namespace rw::web {
namespace {

using std::chrono::days;
using std::chrono::seconds;

constexpr std::int64_t kAutoBuckets = 60;
constexpr seconds kRoundSpans[] = {seconds(1),    seconds(5),     seconds(10),    seconds(30),    seconds(60),
                                   seconds(300),  seconds(600),   seconds(900),   seconds(1800),  seconds(3600),
                                   seconds(7200), seconds(10800), seconds(21600), seconds(43200), days(1),
                                   days(2),       days(7),        days(28)};
// The first day of the epoch was a Thursday.
constexpr std::int64_t kMondayShift = 3;

std::int64_t floor_to(std::int64_t value, std::int64_t step) {
  const std::int64_t rest = value % step;
  return value - (rest < 0 ? rest + step : rest);
}

core::Micros midnight(std::int64_t day, const core::TimeZone& zone) {
  const std::chrono::year_month_day date{std::chrono::sys_days(days(day))};
  return zone.to_utc({.year = static_cast<int>(date.year()),
                      .month = static_cast<int>(static_cast<unsigned>(date.month())),
                      .day = static_cast<int>(static_cast<unsigned>(date.day()))});
}

std::int64_t day_of(core::Micros time, const core::TimeZone& zone) {
  const core::LocalTime local = zone.to_local(time);
  const std::chrono::year_month_day date{std::chrono::year(local.year),
                                         std::chrono::month(static_cast<unsigned>(local.month)),
                                         std::chrono::day(static_cast<unsigned>(local.day))};
  return std::chrono::sys_days(date).time_since_epoch().count();
}

}  // namespace

seconds auto_span(core::Micros earliest, core::Micros latest) {
  for (const seconds span : kRoundSpans) {
    if ((latest - earliest) / span <= kAutoBuckets) return span;
  }
  return days(28);
}

core::Result<std::vector<core::Micros>> bucket_begins(core::Micros earliest, core::Micros latest, seconds span,
                                                      const core::TimeZone& zone) {
  if (span > days(1) && span % days(1) != seconds(0)) {
    return core::invalid_input(
        fmt::format("span: '{}': expected a whole number of days above one day", core::format_duration(span)));
  }
  if ((latest - earliest) / span > static_cast<std::int64_t>(kMostBuckets)) {
    return core::Error{
        core::ErrorCode::kInvalidInput,
        fmt::format("span: '{}': that makes more than {} buckets", core::format_duration(span), kMostBuckets),
        "a longer span, or span=auto"};
  }
  std::vector<core::Micros> begins;
  if (span < days(1)) {
    const std::int64_t step = std::chrono::microseconds(span).count();
    for (std::int64_t at = floor_to(core::to_us(earliest), step); at < core::to_us(latest); at += step) {
      begins.push_back(core::from_us(at));
    }
    return begins;
  }
  const std::int64_t step = span / days(1);
  const std::int64_t shift = step % 7 == 0 ? kMondayShift : 0;
  std::int64_t day = floor_to(day_of(earliest, zone) + shift, step) - shift;
  for (core::Micros at = midnight(day, zone); at < latest; at = midnight(day, zone)) {
    begins.push_back(at);
    day += step;
  }
  return begins;
}

}  // namespace rw::web
