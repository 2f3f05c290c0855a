#include "daemon/core/time_modifier.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

#include "daemon/core/text.h"

// Grammar:
//   modifier := "" | "now" | seconds | part { part }       "" and 0: the epoch, before every event
//   seconds  := digit { digit } [ "." digit { digit } ]    epoch seconds, up to nine fraction digits
//   part     := ( "+" | "-" ) [ number ] unit              no number: 1
//             | "@" ( unit | "w" ( "0" … "7" ) )

namespace rw::core {
namespace {

constexpr std::size_t kMaxParts = 32;
constexpr std::int64_t kMaxEpochSeconds = 253'402'300'799;  // 9999-12-31T23:59:59Z

bool is_letter(char c) { return c >= 'a' && c <= 'z'; }

// Results stay within the years 0 to 9999, so that no chain of steps overflows.
Micros clamp(Micros t) {
  constexpr Micros kFirst = std::chrono::sys_days{std::chrono::year{0} / 1 / 1};
  constexpr Micros kLast = std::chrono::sys_days{std::chrono::year{10'000} / 1 / 1} - std::chrono::microseconds{1};
  return std::clamp(t, kFirst, kLast);
}

std::chrono::sys_days date_of(const LocalTime& local) {
  return std::chrono::year{local.year} / local.month / local.day;
}

void set_date(LocalTime& local, std::chrono::sys_days days) {
  const std::chrono::year_month_day date{days};
  local.year = int{date.year()};
  local.month = static_cast<int>(unsigned{date.month()});
  local.day = static_cast<int>(unsigned{date.day()});
}

Micros add_days(Micros t, std::int64_t days, const TimeZone& zone) {
  if (days == 0) return t;                      // the second of two equal local times stays the second
  constexpr std::int64_t kMaxDays = 4'000'000;  // more than 10,000 years, and within what std::chrono::year holds
  LocalTime local = zone.to_local(t);
  set_date(local, date_of(local) + std::chrono::days{std::clamp(days, -kMaxDays, kMaxDays)});
  return zone.to_utc(local);
}

Micros add_months(Micros t, std::int64_t months, const TimeZone& zone) {
  if (months == 0) return t;
  constexpr std::int64_t kMaxMonths = 130'000;  // likewise
  LocalTime local = zone.to_local(t);
  const std::int64_t month =
      std::int64_t{local.year} * 12 + local.month - 1 + std::clamp(months, -kMaxMonths, kMaxMonths);
  const std::int64_t year = month >= 0 ? month / 12 : (month - 11) / 12;
  local.year = static_cast<int>(year);
  local.month = static_cast<int>(month - year * 12) + 1;
  local.day = std::min(local.day, days_in_month(local.year, local.month));
  return zone.to_utc(local);
}

// Back to where the wall clock showed `start`, which differs from t's reading in the parts below the hour only. In an
// hour that occurs twice this is the start of t's own hour, so we go back by what has passed; only where the offset
// changed in between (by less than an hour, as on Lord Howe Island) the wall clock must be asked.
Micros back_to(const LocalTime& start, Micros t, std::chrono::microseconds passed, const TimeZone& zone) {
  const Micros candidate = t - passed;
  return zone.to_local(candidate) == start ? candidate : std::min(zone.to_utc(start), t);
}

}  // namespace

Result<TimeModifier> TimeModifier::parse(std::string_view text) {
  struct UnitName {
    std::string_view name;
    Unit unit;
  };
  static constexpr UnitName kUnitNames[] = {
      {"s", Unit::kSecond},  {"sec", Unit::kSecond},  {"secs", Unit::kSecond},  {"second", Unit::kSecond},
      {"m", Unit::kMinute},  {"min", Unit::kMinute},  {"mins", Unit::kMinute},  {"minute", Unit::kMinute},
      {"h", Unit::kHour},    {"hr", Unit::kHour},     {"hrs", Unit::kHour},     {"hour", Unit::kHour},
      {"d", Unit::kDay},     {"day", Unit::kDay},     {"days", Unit::kDay},     {"seconds", Unit::kSecond},
      {"w", Unit::kWeek},    {"week", Unit::kWeek},   {"weeks", Unit::kWeek},   {"minutes", Unit::kMinute},
      {"mon", Unit::kMonth}, {"month", Unit::kMonth}, {"months", Unit::kMonth}, {"hours", Unit::kHour},
      {"q", Unit::kQuarter}, {"qtr", Unit::kQuarter}, {"qtrs", Unit::kQuarter}, {"quarter", Unit::kQuarter},
      {"y", Unit::kYear},    {"yr", Unit::kYear},     {"yrs", Unit::kYear},     {"quarters", Unit::kQuarter},
      {"year", Unit::kYear}, {"years", Unit::kYear},
  };
  const auto error = [text](std::string_view expected, std::size_t at) {
    return invalid_input(fmt::format("time modifier {}: expected {} at column {}", quoted(text), expected, at + 1));
  };

  TimeModifier modifier;
  modifier.text_ = text;
  if (text == "now") return modifier;
  if (text.empty()) {
    modifier.absolute_ = true;
    return modifier;
  }
  std::size_t at = 0;
  const auto skip_while = [&](bool (*wanted)(char)) {
    const std::size_t start = at;
    while (at < text.size() && wanted(text[at])) ++at;
    return text.substr(start, at - start);
  };
  // The number in the digits, or nullopt where it is over the limit.
  const auto number = [](std::string_view digits, std::int64_t limit) -> std::optional<std::int64_t> {
    std::int64_t value = 0;
    for (const char c : digits) {
      value = value * 10 + (c - '0');
      if (value > limit) return std::nullopt;
    }
    return value;
  };

  if (is_digit(text[0])) {
    const auto seconds = number(skip_while(is_digit), kMaxEpochSeconds);
    if (!seconds) return error(fmt::format("epoch seconds up to {}", kMaxEpochSeconds), 0);
    std::int64_t us = 0;
    if (at < text.size() && text[at] == '.') {
      ++at;
      const std::size_t start = at;
      std::string fraction(skip_while(is_digit));
      if (fraction.empty() || fraction.size() > 9) return error("1 to 9 fraction digits", start);
      fraction.resize(6, '0');
      us = *number(fraction, 999'999);
    }
    if (at != text.size()) return error("epoch seconds alone, or '+' or '-' before a step; the end", at);
    modifier.absolute_ = true;
    modifier.instant_ = from_us(*seconds * 1'000'000 + us);
    return modifier;
  }

  while (at < text.size()) {
    if (modifier.parts_.size() == kMaxParts) return error(fmt::format("at most {} steps and snaps", kMaxParts), at);
    const char sign = text[at];
    if (sign != '+' && sign != '-' && sign != '@') {
      return error(at == 0 ? "'now', epoch seconds, '+', '-' or '@'" : "'+', '-', '@' or the end", at);
    }
    ++at;
    std::int64_t count = 1;
    if (sign != '@') {
      const std::size_t start = at;
      const std::string_view digits = skip_while(is_digit);
      const auto value = number(digits, std::numeric_limits<int>::max());
      if (!value) return error(fmt::format("a number up to {}", std::numeric_limits<int>::max()), start);
      if (!digits.empty()) count = *value;
    }
    const std::size_t unit_start = at;
    const std::string_view name = skip_while(is_letter);
    const auto* found = std::ranges::find(kUnitNames, name, &UnitName::name);
    if (found == std::end(kUnitNames)) return error("a unit (s, m, h, d, w, mon, q or y)", unit_start);
    if (sign != '@') {
      modifier.parts_.push_back(Step{static_cast<int>(sign == '-' ? -count : count), found->unit});
      continue;
    }
    int weekday = 0;
    if (name == "w" && at < text.size() && is_digit(text[at])) {
      weekday = text[at] - '0';
      if (weekday > 7) return error("a day of the week from 0 (Sunday) to 7", at);
      weekday %= 7;
      ++at;
    }
    modifier.parts_.push_back(Snap{found->unit, weekday});
  }
  return modifier;
}

Micros TimeModifier::apply(Micros now, const TimeZone& zone) const {
  if (absolute_) return instant_;

  const auto step = [&zone](Micros t, const Step& s) -> Micros {
    switch (s.unit) {
      case Unit::kSecond:
        return t + std::chrono::seconds{s.count};
      case Unit::kMinute:
        return t + std::chrono::minutes{s.count};
      case Unit::kHour:
        return t + std::chrono::hours{s.count};
      case Unit::kDay:
        return add_days(t, s.count, zone);
      case Unit::kWeek:
        return add_days(t, std::int64_t{s.count} * 7, zone);
      case Unit::kMonth:
        return add_months(t, s.count, zone);
      case Unit::kQuarter:
        return add_months(t, std::int64_t{s.count} * 3, zone);
      case Unit::kYear:
        return add_months(t, std::int64_t{s.count} * 12, zone);
    }
    return t;
  };

  const auto snap = [&zone](Micros t, const Snap& s) -> Micros {
    LocalTime local = zone.to_local(t);
    std::chrono::microseconds passed{local.microsecond};
    local.microsecond = 0;
    if (s.unit == Unit::kSecond) return back_to(local, t, passed, zone);
    passed += std::chrono::seconds{local.second};
    local.second = 0;
    if (s.unit == Unit::kMinute) return back_to(local, t, passed, zone);
    passed += std::chrono::minutes{local.minute};
    local.minute = 0;
    if (s.unit == Unit::kHour) return back_to(local, t, passed, zone);
    local.hour = 0;
    switch (s.unit) {
      case Unit::kWeek:
        set_date(local, date_of(local) - std::chrono::days{(local.weekday - s.weekday + 7) % 7});
        break;
      case Unit::kMonth:
        local.day = 1;
        break;
      case Unit::kQuarter:
        local.day = 1;
        local.month -= (local.month - 1) % 3;
        break;
      case Unit::kYear:
        local.day = 1;
        local.month = 1;
        break;
      default:
        break;
    }
    return std::min(zone.to_utc(local), t);
  };

  Micros t = parts_.empty() ? now : clamp(now);
  for (const auto& part : parts_) {
    t = clamp(std::holds_alternative<Step>(part) ? step(t, std::get<Step>(part)) : snap(t, std::get<Snap>(part)));
  }
  return t;
}

Result<Micros> parse_time_argument(std::string_view text, Micros now, const TimeZone& zone) {
  if (text.empty()) {
    return invalid_input("time '': expected ISO 8601, epoch seconds or a relative time such as -1d@d");
  }
  constexpr std::size_t kYearSize = 4;
  constexpr std::size_t kDateSize = 10;
  const bool iso8601 =
      text.size() > kYearSize && text[kYearSize] == '-' && std::ranges::all_of(text.substr(0, kYearSize), is_digit);
  if (!iso8601) {
    RW_TRY(const TimeModifier modifier, TimeModifier::parse(text));
    return modifier.apply(now, zone);
  }
  if (text.size() > kDateSize && text.find_first_of("Zz+-", kDateSize) != std::string_view::npos) {
    return parse_iso8601(text);
  }
  const bool date_only = text.size() == kDateSize;  // midnight
  RW_TRY(const LocalTime local, parse_local_iso8601(date_only ? std::string(text) + "T00:00:00" : std::string(text)));
  return zone.to_utc(local);
}

}  // namespace rw::core
