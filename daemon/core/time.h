// Time: UTC microseconds everywhere inside; zones only where a person's clock matters (cron, @ snaps, ctime).
// All functions are pure and thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "daemon/core/result.h"

namespace date {
class time_zone;
}

namespace rw::core {

// An instant, UTC, microsecond precision.
using Micros = std::chrono::sys_time<std::chrono::microseconds>;

inline constexpr std::int64_t to_us(Micros t) { return t.time_since_epoch().count(); }
inline constexpr Micros from_us(std::int64_t us) { return Micros{std::chrono::microseconds{us}}; }
inline constexpr double to_epoch_seconds(Micros t) { return static_cast<double>(to_us(t)) / 1e6; }

// The years we accept from outside: 1970 to 9999. Anything else is not a time of an event.
bool is_plausible(Micros t);

// ISO 8601 / RFC 3339 with 0 to 9 fraction digits (cut to microseconds) and "Z", "z" or "±hh:mm".
// 'T' or a blank between date and time. Errors: InvalidInput.
Result<Micros> parse_iso8601(std::string_view text);

// "2026-10-11T20:14:15.123456Z": RFC 3339, UTC, six digits; without a fraction when it is zero.
std::string format_rfc3339(Micros t);

// A wall clock reading without a zone.
struct LocalTime {
  int year = 1970;
  int month = 1;   // 1..12
  int day = 1;     // 1..31
  int hour = 0;    // 0..23
  int minute = 0;  // 0..59
  int second = 0;  // 0..59
  int microsecond = 0;
  int weekday = 4;  // 0 = Sunday; ignored by to_utc

  friend bool operator==(const LocalTime&, const LocalTime&) = default;
};

// "2026-10-11T20:14:15[.fraction]" or with a blank, no zone. Errors: InvalidInput (also for 30 February).
Result<LocalTime> parse_local_iso8601(std::string_view text);

// Days in a month of the Gregorian calendar. month: 1..12.
int days_in_month(int year, int month);

// An IANA time zone. Cheap to copy; the zone data live as long as the process.
class TimeZone {
 public:
  TimeZone();  // UTC
  // Errors: NotFound (unknown name, or no zone data on this machine).
  static Result<TimeZone> find(std::string_view iana_name);

  const std::string& name() const;
  friend bool operator==(const TimeZone& a, const TimeZone& b) { return a.name() == b.name(); }
  LocalTime to_local(Micros t) const;
  // A local time that occurs twice gives the first; one that does not exist gives the instant of the jump.
  Micros to_utc(const LocalTime& local) const;
  // Offset from UTC in force at t.
  std::chrono::seconds offset(Micros t) const;

 private:
  explicit TimeZone(const date::time_zone* zone);
  const date::time_zone* zone_;
};

// strftime with Splunk's additions: %N (nine digits of fraction), %3N, %6N, %Q (milliseconds), %s (epoch seconds),
// %z ("+0200"), %:z ("+02:00"), %Z (abbreviation). Unknown conversions stand as they are.
std::string format_time(std::string_view format, Micros t, const TimeZone& zone);

// Where "now" comes from. Only cli/ and thread bodies hold one; everything else is handed the time.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Micros now() const = 0;
};

class SystemClock final : public Clock {
 public:
  Micros now() const override;
};

}  // namespace rw::core
