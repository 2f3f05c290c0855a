#include "daemon/ingest/syslog/timestamp.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <string>

#include "daemon/core/text.h"

namespace rw::ingest {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr int kMicrosecondDigits = 6;
// With the received year a time can be at most half a year off; more means the year before or after.
constexpr std::chrono::hours kHalfYear{24 * 182};

// Reads left to right; what was read last decides ok().
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  std::size_t at() const { return at_; }
  bool done() const { return at_ == text_.size(); }
  char peek() const { return done() ? '\0' : text_[at_]; }

  bool skip(char c) {
    if (peek() != c || done()) return false;
    ++at_;
    return true;
  }
  // min to max digits, and no digit after them.
  std::optional<int> digits(std::size_t min, std::size_t max) {
    std::size_t count = 0;
    int value = 0;
    while (count <= max && at_ + count < text_.size() && core::is_digit(text_[at_ + count])) {
      if (count < max) value = value * 10 + (text_[at_ + count] - '0');
      ++count;
    }
    if (count < min || count > max) return std::nullopt;
    at_ += count;
    return value;
  }
  std::string_view rest() const { return text_.substr(at_); }
  void advance(std::size_t count) { at_ += count; }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

std::optional<int> read_month(Cursor& cursor) {
  for (std::size_t i = 0; i < kMonths.size(); ++i) {
    if (!cursor.rest().starts_with(kMonths[i])) continue;
    cursor.advance(kMonths[i].size());
    return static_cast<int>(i) + 1;
  }
  return std::nullopt;
}

// hh:mm:ss[.fraction]
bool read_clock(Cursor& cursor, core::LocalTime& time) {
  const auto hour = cursor.digits(2, 2);
  if (!hour || !cursor.skip(':')) return false;
  const auto minute = cursor.digits(2, 2);
  if (!minute || !cursor.skip(':')) return false;
  const auto second = cursor.digits(2, 2);
  if (!second || *hour > 23 || *minute > 59 || *second > 59) return false;
  time.hour = *hour;
  time.minute = *minute;
  time.second = *second;
  if (cursor.peek() != '.') return true;
  cursor.advance(1);
  int digits = 0;
  while (core::is_digit(cursor.peek())) {
    if (digits < kMicrosecondDigits) time.microsecond = time.microsecond * 10 + (cursor.peek() - '0');
    ++digits;
    cursor.advance(1);
  }
  for (int i = digits; i < kMicrosecondDigits; ++i) time.microsecond *= 10;
  return digits > 0;
}

std::optional<int> read_year(Cursor& cursor) {
  Cursor ahead = cursor;
  const auto year = ahead.digits(4, 4);
  if (!year || *year < 1970 || !(ahead.done() || ahead.peek() == ' ')) return std::nullopt;
  cursor.advance(4);
  return year;
}

bool exists(const core::LocalTime& time) {
  return time.day >= 1 && time.day <= core::days_in_month(time.year, time.month);
}

std::chrono::microseconds distance(core::Micros a, core::Micros b) { return a < b ? b - a : a - b; }

std::optional<core::Micros> in_nearest_year(core::LocalTime time, core::Micros received, const core::TimeZone& zone) {
  const int year = zone.to_local(received).year;
  std::optional<core::Micros> nearest;
  for (const int candidate : {year, year - 1, year + 1}) {
    time.year = candidate;
    if (!exists(time)) continue;
    const core::Micros utc = zone.to_utc(time);
    if (!nearest || distance(utc, received) < distance(*nearest, received)) nearest = utc;
    if (distance(*nearest, received) < kHalfYear) break;
  }
  return nearest;
}

}  // namespace

std::optional<core::Micros> parse_iso_timestamp(std::string_view text, const core::TimeZone& zone) {
  constexpr std::size_t kDateSize = 10;
  if (text.size() > kDateSize && text[kDateSize] == 't') {
    std::string upper(text);
    upper[kDateSize] = 'T';
    return parse_iso_timestamp(upper, zone);
  }
  const core::Result<core::Micros> zoned = core::parse_iso8601(text);
  if (zoned.ok()) return *zoned;
  const core::Result<core::LocalTime> local = core::parse_local_iso8601(text);
  if (local.ok()) return zone.to_utc(*local);
  return std::nullopt;
}

std::optional<BsdTimestamp> parse_bsd_timestamp(std::string_view text, core::Micros received,
                                                const core::TimeZone& zone) {
  Cursor cursor(text);
  core::LocalTime time;
  const auto month = read_month(cursor);
  if (!month || !cursor.skip(' ')) return std::nullopt;
  cursor.skip(' ');
  const auto day = cursor.digits(1, 2);
  if (!day || !cursor.skip(' ')) return std::nullopt;
  time.month = *month;
  time.day = *day;
  std::optional<int> year = read_year(cursor);
  if (year && !cursor.skip(' ')) return std::nullopt;
  if (!read_clock(cursor, time)) return std::nullopt;
  if (!year) {
    Cursor ahead = cursor;
    if (ahead.skip(' ')) year = read_year(ahead);
    if (year) cursor = ahead;
  }
  if (year) {
    time.year = *year;
    if (!exists(time)) return std::nullopt;
    return BsdTimestamp{zone.to_utc(time), cursor.at()};
  }
  const std::optional<core::Micros> nearest = in_nearest_year(time, received, zone);
  if (!nearest) return std::nullopt;
  return BsdTimestamp{*nearest, cursor.at()};
}

}  // namespace rw::ingest
