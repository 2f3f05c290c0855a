// strptime with Splunk's additions: the way back from format_time(). Pure.
#pragma once

#include <optional>
#include <string_view>

#include "daemon/core/time.h"

namespace rw::core {

// The instant that the text shows in this format: the conversions of format_time() that say something of a date or a
// clock; a blank of the format takes any blanks of the text, also none. What follows the format in the text is ignored,
// as Splunk does. Without a zone in the text its clock is that of `zone`; without a year it is that of `now`, without a
// date the day is that of `now`. nullopt: the text is not of that format, or no time from 1970 to 9999.
std::optional<Micros> parse_time(std::string_view format, std::string_view text, Micros now, const TimeZone& zone);

}  // namespace rw::core
