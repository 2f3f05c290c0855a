#include "daemon/notify/quiet.h"

#include <chrono>

namespace rw::notify {
namespace {

std::chrono::minutes time_of_day(const core::LocalTime& local) {
  return std::chrono::hours(local.hour) + std::chrono::minutes(local.minute);
}

}  // namespace

std::optional<core::Micros> quiet_until(const QuietHours& quiet, core::Micros now, const core::TimeZone& zone) {
  const core::LocalTime local = zone.to_local(now);
  const std::chrono::minutes time = time_of_day(local);
  const bool over_midnight = quiet.to < quiet.from;
  const bool holds = over_midnight ? time >= quiet.from || time < quiet.to : time >= quiet.from && time < quiet.to;
  if (!holds) return std::nullopt;
  core::LocalTime end = local;
  if (over_midnight && time >= quiet.from) {
    ++end.day;
    if (end.day > core::days_in_month(end.year, end.month)) {
      end.day = 1;
      if (++end.month > 12) {
        end.month = 1;
        ++end.year;
      }
    }
  }
  end.hour = static_cast<int>(quiet.to.count() / 60);
  end.minute = static_cast<int>(quiet.to.count() % 60);
  end.second = 0;
  end.microsecond = 0;
  const core::Micros until = zone.to_utc(end);
  // It was over already when the clock was put back.
  return until > now ? std::optional(until) : std::nullopt;
}

}  // namespace rw::notify
