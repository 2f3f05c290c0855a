#include "daemon/core/units.h"

#include <fmt/format.h>

#include <cstddef>
#include <limits>
#include <span>

#include "daemon/core/text.h"

namespace rw::core {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

// Largest first.
constexpr Unit kDurationUnits[] = {
    {"w", 604'800'000'000},
    {"d", 86'400'000'000},
    {"h", 3'600'000'000},
    {"m", 60'000'000},
    {"s", 1'000'000},
    {"ms", 1'000},
    {"us", 1},
};
constexpr Unit kSizeUnits[] = {
    {"TiB", std::uint64_t{1} << 40},
    {"TB", 1'000'000'000'000},
    {"GiB", std::uint64_t{1} << 30},
    {"GB", 1'000'000'000},
    {"MiB", 1 << 20},
    {"MB", 1'000'000},
    {"KiB", 1 << 10},
    {"kB", 1'000},
    {"B", 1},
};

struct Kind {
  std::string_view name;
  std::string_view expected_units;
  std::span<const Unit> units;
  std::uint64_t max;
};

constexpr Kind kDuration{"duration", "us, ms, s, m, h, d or w", kDurationUnits,
                         static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())};
constexpr Kind kSize{"size", "B, KiB, MiB, GiB, TiB, kB, MB, GB or TB", kSizeUnits,
                     std::numeric_limits<std::uint64_t>::max()};

std::string format(std::uint64_t amount, const Kind& kind, std::string_view unit_of_zero) {
  if (amount == 0) return fmt::format("0{}", unit_of_zero);
  for (const Unit& unit : kind.units) {
    if (amount % unit.factor == 0) return fmt::format("{}{}", amount / unit.factor, unit.name);
  }
  RW_ASSERT(false);  // the smallest factor is 1
  return {};
}

Result<std::uint64_t> parse(std::string_view text, const Kind& kind) {
  const auto error = [&](std::string_view expected, std::size_t at) {
    return invalid_input(fmt::format("{} {}: expected {} at column {}", kind.name, quoted(text), expected, at + 1));
  };
  const auto too_large = [&] {
    return invalid_input(
        fmt::format("{} {}: expected at most {} {}", kind.name, quoted(text), kind.max, kind.units.back().name));
  };
  std::uint64_t number = 0;
  bool overflow = false;
  std::size_t digits = 0;
  for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9'; ++digits) {
    const auto digit = static_cast<std::uint64_t>(text[digits] - '0');
    overflow = overflow || number > (kind.max - digit) / 10;
    if (!overflow) number = number * 10 + digit;
  }
  if (digits == 0) return error("a whole number", 0);
  const std::string_view name = text.substr(digits);
  if (name.empty() && number == 0 && !overflow) return std::uint64_t{0};
  for (const Unit& unit : kind.units) {
    if (unit.name != name) continue;
    if (overflow || number > kind.max / unit.factor) return too_large();
    return number * unit.factor;
  }
  return error(fmt::format("a unit ({})", kind.expected_units), digits);
}

}  // namespace

Result<std::chrono::microseconds> parse_duration(std::string_view text) {
  RW_TRY(const std::uint64_t us, parse(text, kDuration));
  return std::chrono::microseconds{static_cast<std::int64_t>(us)};
}

Result<std::uint64_t> parse_size(std::string_view text) { return parse(text, kSize); }

std::string format_duration(std::chrono::microseconds duration) {
  const bool negative = duration.count() < 0;
  const auto us = static_cast<std::uint64_t>(duration.count());
  return (negative ? "-" : "") + format(negative ? 0 - us : us, kDuration, "s");
}

std::string format_size(std::uint64_t bytes) { return format(bytes, kSize, "B"); }

}  // namespace rw::core
