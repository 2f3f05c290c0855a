#include "daemon/scheduler/cron.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <vector>

namespace rw::scheduler {
namespace {

using std::chrono::minutes;

constexpr auto kHorizon = std::chrono::hours(24 * 3653);  // ten years

struct FieldKind {
  std::string_view name;
  unsigned lowest;
  unsigned highest;
  unsigned highest_of_star;
};
constexpr std::array<FieldKind, 5> kFields = {{{"minute", 0, 59, 59},
                                               {"hour", 0, 23, 23},
                                               {"day of month", 1, 31, 31},
                                               {"month", 1, 12, 12},
                                               {"day of week", 0, 7, 6}}};

std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find_first_of(separators);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::optional<unsigned> number(std::string_view text) {
  constexpr std::size_t kMostDigits = 4;
  if (text.empty() || text.size() > kMostDigits) return std::nullopt;
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

core::Error fault(const FieldKind& kind, std::string_view item, std::string_view expected) {
  return core::invalid_input(fmt::format("{} \"{}\": {}", kind.name, item, expected));
}

core::Error not_an_item(const FieldKind& kind, std::string_view item) {
  core::Error error = fault(kind, item, "expected *, a number, a range a-b, a step */n or a-b/n, or a list of these");
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  if (std::ranges::any_of(item, is_letter)) {
    error.hint = fmt::format("names are not supported: write numbers, {}..{}", kind.lowest, kind.highest);
  }
  return error;
}

// item = ("*" | number | number "-" number) ["/" step]; a step needs "*" or a range.
core::Result<void> parse_item(const FieldKind& kind, std::string_view item, std::uint64_t& values) {
  const std::size_t slash = item.find('/');
  const std::string_view range = item.substr(0, slash);
  const std::size_t dash = range.find('-');

  unsigned first = kind.lowest;
  unsigned last = kind.highest_of_star;
  if (range != "*") {
    const auto from = number(range.substr(0, dash));
    const auto to = dash == std::string_view::npos ? from : number(range.substr(dash + 1));
    if (!from || !to) return not_an_item(kind, item);
    first = *from;
    last = *to;
    if (first < kind.lowest || first > kind.highest || last < kind.lowest || last > kind.highest) {
      return fault(kind, item, fmt::format("expected {}..{}", kind.lowest, kind.highest));
    }
    if (last < first) {
      core::Error error = fault(kind, item, "the range ends before it starts");
      error.hint = fmt::format("write {}-{},{}-{}", first, kind.highest_of_star, kind.lowest, last);
      return error;
    }
  }

  unsigned step = 1;
  if (slash != std::string_view::npos) {
    const auto every = number(item.substr(slash + 1));
    if (!every) return not_an_item(kind, item);
    if (range != "*" && dash == std::string_view::npos) {
      core::Error error = fault(kind, item, "a step needs * or a range before it");
      error.hint = fmt::format("write {}-{}/{}", first, kind.highest_of_star, *every);
      return error;
    }
    const unsigned most = kind.highest_of_star - kind.lowest + 1;
    if (*every < 1 || *every > most) return fault(kind, item, fmt::format("expected a step of 1..{}", most));
    step = *every;
  }
  for (unsigned value = first; value <= last; value += step) values |= std::uint64_t{1} << value;
  return {};
}

// field = item ("," item)*. Gives a set of bits.
core::Result<std::uint64_t> parse_field(const FieldKind& kind, std::string_view text) {
  std::uint64_t values = 0;
  for (const std::string_view item : split(text, ",")) RW_CHECK(parse_item(kind, item, values));
  return values;
}

}  // namespace

core::Result<Cron> Cron::parse(std::string_view text) {
  const auto in_expression = [&](core::Error error) {
    error.message = fmt::format("cron_schedule \"{}\": {}", text, error.message);
    return error;
  };

  std::vector<std::string_view> parts = split(text, " \t");
  std::erase(parts, std::string_view());
  if (parts.size() != kFields.size()) {
    return in_expression(core::invalid_input(
        fmt::format("expected five fields (minute hour day_of_month month day_of_week), found {}", parts.size())));
  }
  std::array<std::uint64_t, kFields.size()> sets{};
  for (std::size_t i = 0; i < kFields.size(); ++i) {
    core::Result<std::uint64_t> set = parse_field(kFields[i], parts[i]);
    if (!set.ok()) return in_expression(std::move(set).error());
    sets[i] = *set;
  }

  Cron cron;
  cron.text_ = text;
  cron.minutes_ = sets[0];
  cron.hours_ = sets[1];
  cron.days_ = sets[2];
  cron.months_ = sets[3];
  cron.weekdays_ = (sets[4] | sets[4] >> 7) & 0x7f;  // 7 is Sunday too
  // As crontab(5) has it: a day field that begins with * does not restrict, also when a step follows.
  cron.any_day_ = parts[2].front() == '*';
  cron.any_weekday_ = parts[4].front() == '*';

  constexpr int kLeapYear = 2000;
  bool comes = !cron.any_weekday_ && !cron.any_day_;  // then a weekday suffices
  for (int month = 1; month <= 12; ++month) {
    for (int day = 1; cron.months_[static_cast<std::size_t>(month)] && day <= core::days_in_month(kLeapYear, month);
         ++day) {
      comes = comes || cron.days_[static_cast<std::size_t>(day)];
    }
  }
  if (!comes) return in_expression(core::invalid_input("such a day never comes"));
  return cron;
}

bool Cron::matches_day(int day, int weekday) const {
  const bool day_fits = days_[static_cast<std::size_t>(day)];
  const bool weekday_fits = weekdays_[static_cast<std::size_t>(weekday)];
  return any_day_ || any_weekday_ ? day_fits && weekday_fits : day_fits || weekday_fits;
}

std::optional<core::Micros> Cron::next_after(core::Micros t, const core::TimeZone& zone) const {
  constexpr int kPastEveryMonth = 32;
  // A step on the local clock is a step in UTC only while the offset stays; where it does not, go minute by minute.
  const auto later = [&](core::Micros from, minutes step) {
    const core::Micros to = from + step;
    return zone.offset(to) == zone.offset(from) ? to : from + minutes(1);
  };
  // Of that day; of the first of the next month where the month has no such day.
  const auto midnight = [&](core::Micros from, int year, int month, int day) {
    if (day > core::days_in_month(year, month)) {
      day = 1;
      year += month / 12;
      month = month % 12 + 1;
    }
    core::LocalTime local;
    local.year = year;
    local.month = month;
    local.day = day;
    return std::max(zone.to_utc(local), from + minutes(1));
  };

  const core::Micros limit = t + kHorizon;
  core::Micros at = std::chrono::floor<minutes>(t) + minutes(1);
  while (at <= limit) {
    const core::LocalTime local = zone.to_local(at);
    if (!months_[static_cast<std::size_t>(local.month)]) {
      at = midnight(at, local.year, local.month, kPastEveryMonth);
    } else if (!matches_day(local.day, local.weekday)) {
      at = midnight(at, local.year, local.month, local.day + 1);
    } else if (!hours_[static_cast<std::size_t>(local.hour)]) {
      at = later(at, minutes(60 - local.minute));
    } else if (!minutes_[static_cast<std::size_t>(local.minute)] ||
               (!hours_.all() && zone.to_utc(local) != at)) {  // the second of two equal local times
      at += minutes(1);
    } else {
      return at;
    }
  }
  return std::nullopt;
}

}  // namespace rw::scheduler
