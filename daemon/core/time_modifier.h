// Splunk's relative time modifiers: "-70m@m", "@d", "-1d@d+3h", "now", epoch seconds.
// Steps and snaps apply left to right. s, m and h are exact; d, w, mon, q, y are calendar steps on the local clock
// (the day is cut to the month's length); snaps go back to the start of the unit in local time. Pure.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "daemon/core/result.h"
#include "daemon/core/time.h"

namespace rw::core {

class TimeModifier {
 public:
  TimeModifier() = default;  // "now"

  // Errors: InvalidInput, with the place in the text.
  static Result<TimeModifier> parse(std::string_view text);

  Micros apply(Micros now, const TimeZone& zone) const;
  // As written.
  const std::string& text() const { return text_; }

  friend bool operator==(const TimeModifier& a, const TimeModifier& b) { return a.text_ == b.text_; }

 private:
  enum class Unit { kSecond, kMinute, kHour, kDay, kWeek, kMonth, kQuarter, kYear };
  struct Step {
    int count;
    Unit unit;
  };
  struct Snap {
    Unit unit;
    int weekday;  // for kWeek: 0 = Sunday
  };

  std::string text_ = "now";
  bool absolute_ = false;
  Micros instant_{};
  std::vector<std::variant<Step, Snap>> parts_;
};

// A point in time as a user gives it on the command line or in the API: ISO 8601 (with zone, or local in `zone`),
// epoch seconds, or a relative modifier. Errors: InvalidInput.
Result<Micros> parse_time_argument(std::string_view text, Micros now, const TimeZone& zone);

}  // namespace rw::core
