#include "daemon/core/time.h"

#include <date/tz.h>
#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <exception>
#include <iterator>

#include "daemon/core/text.h"

namespace rw::core {
namespace {

constexpr std::int64_t kUsPerSecond = 1'000'000;
constexpr std::int64_t kUsPerDay = 86'400 * kUsPerSecond;

// Days since 1970-01-01 and back, proleptic Gregorian. Source: Howard Hinnant, "chrono-Compatible Low-Level Date
// Algorithms" (days_from_civil, civil_from_days): eras of 400 years, years that begin in March.
constexpr std::int64_t days_from_civil(int year, int month, int day) {
  const int y = month <= 2 ? year - 1 : year;
  const int era = (y >= 0 ? y : y - 399) / 400;
  const int year_of_era = y - era * 400;
  const int day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  const int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return std::int64_t{era} * 146'097 + day_of_era - 719'468;
}

// Sets the date fields only.
constexpr void set_date(LocalTime& local, std::int64_t days) {
  const std::int64_t shifted = days + 719'468;
  const std::int64_t era = (shifted >= 0 ? shifted : shifted - 146'096) / 146'097;
  const std::int64_t day_of_era = shifted - era * 146'097;
  const std::int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month = (5 * day_of_year + 2) / 153;  // 0 = March
  local.day = static_cast<int>(day_of_year - (153 * month + 2) / 5 + 1);
  local.month = static_cast<int>(month < 10 ? month + 3 : month - 9);
  local.year = static_cast<int>(year_of_era + era * 400 + (local.month <= 2 ? 1 : 0));
  local.weekday = static_cast<int>(((days + 4) % 7 + 7) % 7);
}

// local_us: microseconds since 1970-01-01T00:00 on the wall clock.
constexpr LocalTime split(std::int64_t local_us) {
  const std::int64_t us_of_day = (local_us % kUsPerDay + kUsPerDay) % kUsPerDay;
  LocalTime local;
  set_date(local, (local_us - us_of_day) / kUsPerDay);
  const std::int64_t second_of_day = us_of_day / kUsPerSecond;
  local.hour = static_cast<int>(second_of_day / 3600);
  local.minute = static_cast<int>(second_of_day / 60 % 60);
  local.second = static_cast<int>(second_of_day % 60);
  local.microsecond = static_cast<int>(us_of_day % kUsPerSecond);
  return local;
}

constexpr std::int64_t join(const LocalTime& local) {
  const std::int64_t days = days_from_civil(local.year, local.month, local.day);
  const std::int64_t seconds = std::int64_t{local.hour} * 3600 + std::int64_t{local.minute} * 60 + local.second;
  return days * kUsPerDay + seconds * kUsPerSecond + local.microsecond;
}

constexpr std::size_t kFixedSize = 19;  // "2026-10-11T20:14:15"

constexpr unsigned digit(char c) { return static_cast<unsigned>(static_cast<unsigned char>(c)) - '0'; }

// Two digits, or something over 99.
constexpr unsigned two_digits(const char* at) {
  const unsigned tens = digit(at[0]);
  const unsigned ones = digit(at[1]);
  return tens > 9 || ones > 9 ? 1000 : tens * 10 + ones;
}

// The fixed part. Says yes or no only; fixed_part_error() says why not.
bool read_fixed_part(std::string_view text, LocalTime& local) {
  if (text.size() < kFixedSize) return false;
  const char* p = text.data();
  if (p[4] != '-' || p[7] != '-' || (p[10] != 'T' && p[10] != ' ') || p[13] != ':' || p[16] != ':') return false;
  const unsigned century = two_digits(p);
  const unsigned year_of_century = two_digits(p + 2);
  const unsigned month = two_digits(p + 5);
  const unsigned day = two_digits(p + 8);
  const unsigned hour = two_digits(p + 11);
  const unsigned minute = two_digits(p + 14);
  const unsigned second = two_digits(p + 17);
  if (century > 99 || year_of_century > 99 || month - 1 > 11 || hour > 23 || minute > 59 || second > 59) return false;
  local.year = static_cast<int>(century * 100 + year_of_century);
  local.month = static_cast<int>(month);
  local.day = static_cast<int>(day);
  local.hour = static_cast<int>(hour);
  local.minute = static_cast<int>(minute);
  local.second = static_cast<int>(second);
  return day >= 1 && (day <= 28 || local.day <= days_in_month(local.year, local.month));
}

Error time_error(std::string_view text, std::string_view expected, std::size_t at) {
  return invalid_input(fmt::format("time {}: expected {} at column {}", quoted(text), expected, at + 1));
}

// What read_fixed_part() did not like.
Error fixed_part_error(std::string_view text) {
  constexpr std::string_view kShape = "dddd-dd-ddTdd:dd:dd";
  for (std::size_t i = 0; i < kShape.size(); ++i) {
    const char shape = kShape[i];
    const char c = i < text.size() ? text[i] : '\0';
    if (shape == 'd' ? is_digit(c) : shape == 'T' ? c == 'T' || c == ' ' : c == shape) continue;
    const std::string what = shape == 'd' ? "a digit" : shape == 'T' ? "'T' or a blank" : fmt::format("'{}'", shape);
    return time_error(text, what + " (YYYY-MM-DDThh:mm:ss)", i);
  }
  const auto number = [&](std::size_t at) { return static_cast<int>(two_digits(text.data() + at)); };
  const int month = number(5);
  if (month < 1 || month > 12) return time_error(text, "a month from 01 to 12", 5);
  const int last_day = days_in_month(number(0) * 100 + number(2), month);
  if (number(8) < 1 || number(8) > last_day) return time_error(text, fmt::format("a day from 01 to {}", last_day), 8);
  if (number(11) > 23) return time_error(text, "an hour from 00 to 23", 11);
  if (number(14) > 59) return time_error(text, "a minute from 00 to 59", 14);
  return time_error(text, "a second from 00 to 59", 17);
}

// Reads an optional fraction at text[at] and moves behind it. False: '.' without digits, or more than nine; then `at`
// is where the mistake is.
bool read_fraction(std::string_view text, std::size_t& at, int& microsecond) {
  constexpr std::size_t kMaxDigits = 9;
  microsecond = 0;
  if (at >= text.size() || text[at] != '.') return true;
  const std::size_t start = ++at;
  int scale = 100'000;
  for (; at < text.size() && is_digit(text[at]); ++at) {
    if (at - start == kMaxDigits) return false;
    microsecond += static_cast<int>(digit(text[at])) * scale;
    scale /= 10;
  }
  return at != start;
}

constexpr std::string_view kFractionExpected = "1 to 9 digits after '.'";

void append_offset(std::string& out, std::chrono::seconds offset, std::string_view separator) {
  const auto minutes = offset.count() / 60;
  const auto magnitude = minutes < 0 ? -minutes : minutes;
  fmt::format_to(std::back_inserter(out), "{}{:02}{}{:02}", minutes < 0 ? '-' : '+', magnitude / 60, separator,
                 magnitude % 60);
}

std::string abbreviation(Micros t, const TimeZone& zone) {
  if (zone.name() == "UTC") return "UTC";
  return date::locate_zone(zone.name())->get_info(std::chrono::floor<std::chrono::seconds>(t)).abbrev;
}

int day_of_year(const LocalTime& local) {  // from 0
  return static_cast<int>(days_from_civil(local.year, local.month, local.day) - days_from_civil(local.year, 1, 1));
}

struct IsoWeek {
  int year;
  int week;  // 1..53
};

// ISO 8601: weeks begin on Monday, and belong to the year that has their Thursday.
IsoWeek iso_week(const LocalTime& local) {
  LocalTime thursday;
  set_date(thursday, days_from_civil(local.year, local.month, local.day) + 3 - (local.weekday + 6) % 7);
  return {thursday.year, day_of_year(thursday) / 7 + 1};
}

constexpr std::array<std::string_view, 7> kDayNames = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                       "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 12> kMonthNames = {"January",   "February", "March",    "April",
                                                          "May",       "June",     "July",     "August",
                                                          "September", "October",  "November", "December"};

int hour_of_twelve(int hour) { return hour % 12 == 0 ? 12 : hour % 12; }

// One conversion of strftime in the C locale. False: not one we know.
bool append_conversion(std::string& out, char conversion, Micros t, const LocalTime& local, const TimeZone& zone) {
  const auto number = [&out](int value, int width) {
    fmt::format_to(std::back_inserter(out), "{:0{}}", value, width);
    return true;
  };
  const auto blank_padded = [&out](int value) {
    fmt::format_to(std::back_inserter(out), "{:2}", value);
    return true;
  };
  const auto text = [&out](std::string_view value) {
    out += value;
    return true;
  };
  const auto nested = [&](std::string_view format) { return text(format_time(format, t, zone)); };
  const std::string_view day_name = kDayNames[static_cast<std::size_t>(local.weekday)];
  const std::string_view month_name = kMonthNames[static_cast<std::size_t>(local.month - 1)];
  switch (conversion) {
    case 'a':
      return text(day_name.substr(0, 3));
    case 'A':
      return text(day_name);
    case 'b':
    case 'h':
      return text(month_name.substr(0, 3));
    case 'B':
      return text(month_name);
    case 'c':
      return nested("%a %b %e %H:%M:%S %Y");
    case 'C':
      return number(local.year / 100, 2);
    case 'd':
      return number(local.day, 2);
    case 'D':
    case 'x':
      return nested("%m/%d/%y");
    case 'e':
      return blank_padded(local.day);
    case 'F':
      return nested("%Y-%m-%d");
    case 'g':
      return number(iso_week(local).year % 100, 2);
    case 'G':
      return number(iso_week(local).year, 4);
    case 'H':
      return number(local.hour, 2);
    case 'I':
      return number(hour_of_twelve(local.hour), 2);
    case 'j':
      return number(day_of_year(local) + 1, 3);
    case 'k':
      return blank_padded(local.hour);
    case 'l':
      return blank_padded(hour_of_twelve(local.hour));
    case 'm':
      return number(local.month, 2);
    case 'M':
      return number(local.minute, 2);
    case 'n':
      return text("\n");
    case 'N':
      return number(local.microsecond, 6) && text("000");
    case 'p':
      return text(local.hour < 12 ? "AM" : "PM");
    case 'P':
      return text(local.hour < 12 ? "am" : "pm");
    case 'Q':
      return number(local.microsecond / 1000, 3);
    case 'r':
      return nested("%I:%M:%S %p");
    case 'R':
      return nested("%H:%M");
    case 's':
      return text(fmt::format("{}", std::chrono::floor<std::chrono::seconds>(t).time_since_epoch().count()));
    case 'S':
      return number(local.second, 2);
    case 't':
      return text("\t");
    case 'T':
    case 'X':
      return nested("%H:%M:%S");
    case 'u':
      return number(local.weekday == 0 ? 7 : local.weekday, 1);
    case 'U':
      return number((day_of_year(local) + 7 - local.weekday) / 7, 2);
    case 'V':
      return number(iso_week(local).week, 2);
    case 'w':
      return number(local.weekday, 1);
    case 'W':
      return number((day_of_year(local) + 7 - (local.weekday + 6) % 7) / 7, 2);
    case 'y':
      return number(local.year % 100, 2);
    case 'Y':
      return number(local.year, 4);
    case 'z':
      append_offset(out, zone.offset(t), "");
      return true;
    case 'Z':
      return text(abbreviation(t, zone));
    case '%':
      return text("%");
    default:
      return false;
  }
}

}  // namespace

bool is_plausible(Micros t) {
  constexpr std::int64_t kEnd = days_from_civil(10'000, 1, 1) * kUsPerDay;
  return to_us(t) >= 0 && to_us(t) < kEnd;
}

Result<Micros> parse_iso8601(std::string_view text) {
  LocalTime local;
  if (!read_fixed_part(text, local)) return fixed_part_error(text);
  std::size_t at = kFixedSize;
  if (!read_fraction(text, at, local.microsecond)) return time_error(text, kFractionExpected, at);
  const std::string_view zone = text.substr(at);
  if (zone == "Z" || zone == "z") return from_us(join(local));
  if (zone.empty() || (zone[0] != 'Z' && zone[0] != 'z' && zone[0] != '+' && zone[0] != '-')) {
    return time_error(text, "'Z' or an offset such as +02:00", at);
  }
  if (zone[0] == 'Z' || zone[0] == 'z') return time_error(text, "the end", at + 1);
  if (zone.size() < 6 || zone[3] != ':' || two_digits(zone.data() + 1) > 23 || two_digits(zone.data() + 4) > 59) {
    return time_error(text, "an offset such as +02:00", at);
  }
  if (zone.size() > 6) return time_error(text, "the end", at + 6);
  const std::int64_t minutes = two_digits(zone.data() + 1) * 60 + two_digits(zone.data() + 4);
  const std::int64_t offset_us = minutes * 60 * kUsPerSecond;
  return from_us(join(local) - (zone[0] == '+' ? offset_us : -offset_us));
}

std::string format_rfc3339(Micros t) {
  const LocalTime local = split(to_us(t));
  std::string out = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", local.year, local.month, local.day, local.hour,
                                local.minute, local.second);
  if (local.microsecond != 0) fmt::format_to(std::back_inserter(out), ".{:06}", local.microsecond);
  out += 'Z';
  return out;
}

Result<LocalTime> parse_local_iso8601(std::string_view text) {
  LocalTime local;
  if (!read_fixed_part(text, local)) return fixed_part_error(text);
  std::size_t at = kFixedSize;
  if (!read_fraction(text, at, local.microsecond)) return time_error(text, kFractionExpected, at);
  if (at != text.size()) return time_error(text, "the end (a local time has no zone)", at);
  set_date(local, days_from_civil(local.year, local.month, local.day));
  return local;
}

int days_in_month(int year, int month) {
  constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return month == 2 && leap ? 29 : kDays[static_cast<std::size_t>(month - 1)];
}

// UTC needs no zone data: a null pointer stands for it. Of the other zones the library (3.0.1) reads the table of clock
// changes, which ends in 2037, and not the rule that continues it: later summers have winter time.
TimeZone::TimeZone() : zone_(nullptr) {}
TimeZone::TimeZone(const date::time_zone* zone) : zone_(zone) {}

Result<TimeZone> TimeZone::find(std::string_view iana_name) {
  if (iana_name == "UTC") return TimeZone();
  const auto not_found = [&](std::string_view why) {
    return Error{ErrorCode::kNotFound,
                 fmt::format("time zone {}: expected an IANA name such as Europe/Berlin{}", quoted(iana_name), why),
                 "'timedatectl list-timezones' lists the names; the package tzdata has the zone data"};
  };
  if (iana_name.empty()) return not_found("");
  // The library throws for an unknown name and for missing or broken zone data, which it reads on first use.
  try {
    const date::time_zone* zone = date::locate_zone(iana_name);
    static_cast<void>(zone->get_info(date::sys_seconds{}));
    return TimeZone(zone);
  } catch (const std::exception& e) {
    return not_found(fmt::format(" ({})", e.what()));
  }
}

const std::string& TimeZone::name() const {
  static const std::string kUtc = "UTC";
  return zone_ == nullptr ? kUtc : zone_->name();
}

LocalTime TimeZone::to_local(Micros t) const { return split(to_us(t) + offset(t).count() * kUsPerSecond); }

Micros TimeZone::to_utc(const LocalTime& local) const {
  const Micros as_utc = from_us(join(local));
  if (zone_ == nullptr) return as_utc;
  const auto second = std::chrono::floor<std::chrono::seconds>(as_utc);
  const date::local_info info = zone_->get_info(date::local_seconds{second.time_since_epoch()});
  if (info.result == date::local_info::nonexistent) return info.second.begin;
  return as_utc - info.first.offset;
}

std::chrono::seconds TimeZone::offset(Micros t) const {
  if (zone_ == nullptr) return std::chrono::seconds{0};
  return zone_->get_info(std::chrono::floor<std::chrono::seconds>(t)).offset;
}

std::string format_time(std::string_view format, Micros t, const TimeZone& zone) {
  const LocalTime local = zone.to_local(t);
  std::string out;
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') {
      out += format[i];
      continue;
    }
    const std::string_view rest = format.substr(i + 1);
    if (rest.size() >= 2 && rest[0] >= '1' && rest[0] <= '9' && (rest[1] == 'N' || rest[1] == 'Q')) {
      out += fmt::format("{:06}000", local.microsecond).substr(0, digit(rest[0]));
      i += 2;
    } else if (rest.starts_with(":z")) {
      append_offset(out, zone.offset(t), ":");
      i += 2;
    } else if (!rest.empty() && append_conversion(out, rest[0], t, local, zone)) {
      i += 1;
    } else {
      out += '%';
    }
  }
  return out;
}

Micros SystemClock::now() const {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

}  // namespace rw::core
