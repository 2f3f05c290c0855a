// Five-field cron expressions: minute hour day-of-month month day-of-week; each `*`, a number, list, range or step.
// Day of week 0-7 (0 and 7 are Sunday). When both day fields are restricted either one suffices. No names, as in
// Splunk. Evaluated on the local clock of a zone: a time that does not exist is skipped, one that exists twice counts
// once (the first) unless every hour is meant. Pure.
#pragma once

#include <bitset>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/core/result.h"
#include "daemon/core/time.h"

namespace rw::scheduler {

class Cron {
 public:
  // Errors: InvalidInput (which field, what was expected; also an expression that never comes, such as 30 February).
  static core::Result<Cron> parse(std::string_view text);

  // The first instant after t. nullopt: none within ten years (29 February is the rarest there is).
  std::optional<core::Micros> next_after(core::Micros t, const core::TimeZone& zone) const;

  const std::string& text() const { return text_; }

 private:
  bool matches_day(int day, int weekday) const;

  std::string text_;
  std::bitset<60> minutes_;
  std::bitset<24> hours_;
  std::bitset<32> days_;
  std::bitset<13> months_;
  std::bitset<7> weekdays_;
  bool any_day_ = true;
  bool any_weekday_ = true;
};

}  // namespace rw::scheduler
