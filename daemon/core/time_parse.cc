#include "daemon/core/time_parse.h"

#include <cstdint>
#include <string>

#include "daemon/core/text.h"

namespace rw::core {
namespace {

constexpr std::string_view kMonths[] = {"january", "february", "march",     "april",   "may",      "june",
                                        "july",    "august",   "september", "october", "november", "december"};
constexpr std::string_view kDays[] = {"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"};
constexpr std::size_t kShortName = 3;

class TimeReader {
 public:
  TimeReader(std::string_view text, Micros now, const TimeZone& zone) : text_(text), zone_(zone) {
    const LocalTime today = zone.to_local(now);
    local_.year = today.year;
    local_.month = today.month;
    local_.day = today.day;
  }

  bool read(std::string_view format) {
    for (std::size_t i = 0; i < format.size(); ++i) {
      if (is_blank(format[i])) {
        skip_blanks();
      } else if (format[i] != '%' || i + 1 == format.size()) {
        if (!literal(format[i])) return false;
      } else if (!conversion(format, ++i)) {
        return false;
      }
    }
    return true;
  }

  std::optional<Micros> instant() const {
    if (epoch_) return *epoch_ + std::chrono::microseconds(local_.microsecond);
    LocalTime local = local_;
    if (afternoon_) {
      if (local.hour < 1 || local.hour > 12) return std::nullopt;
      local.hour = local.hour % 12 + (*afternoon_ ? 12 : 0);
    }
    if (local.day > days_in_month(local.year, local.month)) return std::nullopt;
    const Micros time = offset_ ? TimeZone().to_utc(local) - *offset_ : zone_.to_utc(local);
    if (!is_plausible(time)) return std::nullopt;
    return time;
  }

 private:
  void skip_blanks() {
    while (!text_.empty() && is_blank(text_.front())) text_.remove_prefix(1);
  }

  bool literal(char c) {
    if (!text_.starts_with(c)) return false;
    text_.remove_prefix(1);
    return true;
  }

  // Up to `digits` of them, with blanks before.
  bool number(int& out, std::size_t digits, int least, int most) {
    skip_blanks();
    std::size_t size = 0;
    int value = 0;
    while (size < digits && size < text_.size() && is_digit(text_[size])) value = value * 10 + (text_[size++] - '0');
    if (size == 0 || value < least || value > most) return false;
    text_.remove_prefix(size);
    out = value;
    return true;
  }

  // A name or its first three letters, in any case.
  template <std::size_t kCount>
  bool name(const std::string_view (&names)[kCount], int& out) {
    for (std::size_t i = 0; i < kCount; ++i) {
      for (const std::size_t size : {names[i].size(), kShortName}) {
        if (!equals_ascii_nocase(text_.substr(0, size), names[i].substr(0, size))) continue;
        text_.remove_prefix(size);
        out = static_cast<int>(i);
        return true;
      }
    }
    return false;
  }

  bool fraction() {
    std::size_t size = 0;
    int value = 0;
    while (size < text_.size() && is_digit(text_[size])) {
      if (size < 6) value = value * 10 + (text_[size] - '0');
      ++size;
    }
    if (size == 0) return false;
    for (std::size_t i = size; i < 6; ++i) value *= 10;
    text_.remove_prefix(size);
    local_.microsecond = value;
    return true;
  }

  bool seconds_of_epoch() {
    std::size_t size = 0;
    std::int64_t value = 0;
    while (size < 12 && size < text_.size() && is_digit(text_[size])) value = value * 10 + (text_[size++] - '0');
    if (size == 0) return false;
    text_.remove_prefix(size);
    epoch_ = Micros(std::chrono::seconds(value));
    return is_plausible(*epoch_);
  }

  // "Z", "+0200", "+02:00", "+02"
  bool offset() {
    skip_blanks();
    if (text_.starts_with('Z') || text_.starts_with('z')) {
      text_.remove_prefix(1);
      offset_ = std::chrono::seconds(0);
      return true;
    }
    if (!text_.starts_with('+') && !text_.starts_with('-')) return false;
    const int sign = text_.front() == '-' ? -1 : 1;
    text_.remove_prefix(1);
    int hours = 0;
    int minutes = 0;
    if (!number(hours, 2, 0, 23)) return false;
    if (text_.starts_with(':')) text_.remove_prefix(1);
    if (!text_.empty() && is_digit(text_.front()) && !number(minutes, 2, 0, 59)) return false;
    offset_ = std::chrono::seconds(sign * (hours * 3600 + minutes * 60));
    return true;
  }

  // The zones that an abbreviation names without doubt.
  bool abbreviation() {
    for (const std::string_view utc : {"UTC", "GMT"}) {
      if (!equals_ascii_nocase(text_.substr(0, utc.size()), utc)) continue;
      text_.remove_prefix(utc.size());
      offset_ = std::chrono::seconds(0);
      return true;
    }
    return offset();
  }

  bool half_of_day() {
    const std::string_view word = text_.substr(0, 2);
    const bool am = equals_ascii_nocase(word, "AM");
    if (!am && !equals_ascii_nocase(word, "PM")) return false;
    text_.remove_prefix(2);
    afternoon_ = !am;
    return true;
  }

  bool two_digit_year() {
    int year = 0;
    if (!number(year, 2, 0, 99)) return false;
    local_.year = year < 69 ? 2000 + year : 1900 + year;
    return true;
  }

  bool day_of_year() {
    int day = 0;
    if (!number(day, 3, 1, 366)) return false;
    for (local_.month = 1; day > days_in_month(local_.year, local_.month); ++local_.month) {
      day -= days_in_month(local_.year, local_.month);
      if (local_.month == 12) return false;
    }
    local_.day = day;
    return true;
  }

  // `at`: the character after the percent sign; left at the conversion's last.
  bool conversion(std::string_view format, std::size_t& at) {
    const std::string_view rest = format.substr(at);
    if (rest.size() >= 2 && rest[0] >= '1' && rest[0] <= '9' && (rest[1] == 'N' || rest[1] == 'Q')) {
      ++at;
      return fraction();
    }
    if (rest.starts_with(":z")) {
      ++at;
      return offset();
    }
    int ignored = 0;
    switch (format[at]) {
      case 'a':
      case 'A':
        return name(kDays, ignored);
      case 'b':
      case 'B':
      case 'h':
        return name(kMonths, local_.month) && ++local_.month > 0;
      case 'c':
        return read("%a %b %e %H:%M:%S %Y");
      case 'd':
      case 'e':
        return number(local_.day, 2, 1, 31);
      case 'D':
      case 'x':
        return read("%m/%d/%y");
      case 'F':
        return read("%Y-%m-%d");
      case 'H':
      case 'k':
        return number(local_.hour, 2, 0, 23);
      case 'I':
      case 'l':
        return number(local_.hour, 2, 1, 12);
      case 'j':
        return day_of_year();
      case 'm':
        return number(local_.month, 2, 1, 12);
      case 'M':
        return number(local_.minute, 2, 0, 59);
      case 'n':
      case 't':
        skip_blanks();
        return true;
      case 'N':
      case 'Q':
      case 'f':
        return fraction();
      case 'p':
      case 'P':
        return half_of_day();
      case 'r':
        return read("%I:%M:%S %p");
      case 'R':
        return read("%H:%M");
      case 's':
        return seconds_of_epoch();
      case 'S':
        return number(local_.second, 2, 0, 59);
      case 'T':
      case 'X':
        return read("%H:%M:%S");
      case 'u':
      case 'w':
        return number(ignored, 1, 0, 7);
      case 'y':
        return two_digit_year();
      case 'Y':
        return number(local_.year, 4, 1970, 9999);
      case 'z':
        return offset();
      case 'Z':
        return abbreviation();
      case '%':
        return literal('%');
      default:
        return false;
    }
  }

  std::string_view text_;
  const TimeZone& zone_;
  LocalTime local_{};
  std::optional<bool> afternoon_;
  std::optional<std::chrono::seconds> offset_;
  std::optional<Micros> epoch_;
};

}  // namespace

std::optional<Micros> parse_time(std::string_view format, std::string_view text, Micros now, const TimeZone& zone) {
  TimeReader reader(text, now, zone);
  if (!reader.read(format)) return std::nullopt;
  return reader.instant();
}

}  // namespace rw::core
