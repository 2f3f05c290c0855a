#include "daemon/core/units.h"

#include <catch2/catch.hpp>

#include <limits>
#include <string>

namespace rw::core {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;

TEST_CASE("parse_duration", "[units]") {
  struct Case {
    std::string_view text;
    microseconds expected;
  };
  const Case cases[] = {
      {"0", microseconds{0}},
      {"00", microseconds{0}},
      {"0s", microseconds{0}},
      {"0w", microseconds{0}},
      {"1us", microseconds{1}},
      {"250ms", microseconds{250'000}},
      {"90s", seconds{90}},
      {"090s", seconds{90}},
      {"5m", minutes{5}},
      {"24h", hours{24}},
      {"30d", hours{30 * 24}},
      {"2w", hours{14 * 24}},
      {"9223372036854775807us", microseconds::max()},
      {"106751991d", hours{106'751'991LL * 24}},
  };
  for (const auto& [text, expected] : cases) {
    INFO(text);
    const auto parsed = parse_duration(text);
    REQUIRE(parsed.ok());
    CHECK(parsed.value() == expected);
  }
}

TEST_CASE("parse_duration says what it expected", "[units]") {
  struct Case {
    std::string_view text;
    std::string_view expected;
  };
  const Case cases[] = {
      {"", "duration '': expected a whole number at column 1"},
      {"d", "duration 'd': expected a whole number at column 1"},
      {"-1d", "duration '-1d': expected a whole number at column 1"},
      {"+1d", "duration '+1d': expected a whole number at column 1"},
      {" 1d", "duration ' 1d': expected a whole number at column 1"},
      {"5", "duration '5': expected a unit (us, ms, s, m, h, d or w) at column 2"},
      {"12 s", "duration '12 s': expected a unit (us, ms, s, m, h, d or w) at column 3"},
      {"1.5h", "duration '1.5h': expected a unit (us, ms, s, m, h, d or w) at column 2"},
      {"5D", "duration '5D': expected a unit (us, ms, s, m, h, d or w) at column 2"},
      {"5min", "duration '5min': expected a unit (us, ms, s, m, h, d or w) at column 2"},
      {"1h30m", "duration '1h30m': expected a unit (us, ms, s, m, h, d or w) at column 2"},
      {"9223372036854775808us", "duration '9223372036854775808us': expected at most 9223372036854775807 us"},
      {"106751992d", "duration '106751992d': expected at most 9223372036854775807 us"},
      {"99999999999999999999999s", "duration '99999999999999999999999s': expected at most 9223372036854775807 us"},
      {"0\n", "duration '0?': expected a unit (us, ms, s, m, h, d or w) at column 2"},
  };
  for (const auto& [text, expected] : cases) {
    INFO(text);
    const auto parsed = parse_duration(text);
    REQUIRE_FALSE(parsed.ok());
    CHECK(parsed.error() == invalid_input(std::string(expected)));
  }
}

TEST_CASE("parse_size", "[units]") {
  struct Case {
    std::string_view text;
    std::uint64_t expected;
  };
  const Case cases[] = {
      {"0", 0},
      {"0B", 0},
      {"512B", 512},
      {"1kB", 1000},
      {"256KiB", 262'144},
      {"3MB", 3'000'000},
      {"64MiB", 67'108'864},
      {"5GB", 5'000'000'000},
      {"20GiB", 21'474'836'480},
      {"2TB", 2'000'000'000'000},
      {"1TiB", 1'099'511'627'776},
      {"18446744073709551615B", std::numeric_limits<std::uint64_t>::max()},
      {"16777215TiB", 16'777'215ULL << 40},
  };
  for (const auto& [text, expected] : cases) {
    INFO(text);
    const auto parsed = parse_size(text);
    REQUIRE(parsed.ok());
    CHECK(parsed.value() == expected);
  }
}

TEST_CASE("parse_size says what it expected", "[units]") {
  struct Case {
    std::string_view text;
    std::string_view expected;
  };
  const Case cases[] = {
      {"", "size '': expected a whole number at column 1"},
      {"GiB", "size 'GiB': expected a whole number at column 1"},
      {"-1B", "size '-1B': expected a whole number at column 1"},
      {"20", "size '20': expected a unit (B, KiB, MiB, GiB, TiB, kB, MB, GB or TB) at column 3"},
      {"20gib", "size '20gib': expected a unit (B, KiB, MiB, GiB, TiB, kB, MB, GB or TB) at column 3"},
      {"20KB", "size '20KB': expected a unit (B, KiB, MiB, GiB, TiB, kB, MB, GB or TB) at column 3"},
      {"20G", "size '20G': expected a unit (B, KiB, MiB, GiB, TiB, kB, MB, GB or TB) at column 3"},
      {"20 GiB", "size '20 GiB': expected a unit (B, KiB, MiB, GiB, TiB, kB, MB, GB or TB) at column 3"},
      {"18446744073709551616B", "size '18446744073709551616B': expected at most 18446744073709551615 B"},
      {"16777216TiB", "size '16777216TiB': expected at most 18446744073709551615 B"},
  };
  for (const auto& [text, expected] : cases) {
    INFO(text);
    const auto parsed = parse_size(text);
    REQUIRE_FALSE(parsed.ok());
    CHECK(parsed.error() == invalid_input(std::string(expected)));
  }
}

TEST_CASE("format_duration takes the largest unit that gives a whole number", "[units]") {
  struct Case {
    microseconds duration;
    std::string_view expected;
  };
  const Case cases[] = {
      {microseconds{0}, "0s"},
      {microseconds{1}, "1us"},
      {microseconds{1500}, "1500us"},
      {seconds{90}, "90s"},
      {seconds{1800}, "30m"},
      {seconds{5400}, "90m"},
      {hours{1}, "1h"},
      {hours{24}, "1d"},
      {hours{24 * 7}, "1w"},
      {hours{24 * 30}, "30d"},
      {hours{24 * 14}, "2w"},
      {seconds{-1800}, "-30m"},
      {microseconds{1000}, "1ms"},
      {microseconds{999'999}, "999999us"},
      {microseconds::max(), "9223372036854775807us"},
      {microseconds::min(), "-9223372036854775808us"},
  };
  for (const auto& [duration, expected] : cases) {
    CHECK(format_duration(duration) == expected);
    if (duration >= microseconds{0}) CHECK(parse_duration(expected).value() == duration);
  }
}

TEST_CASE("format_size takes the largest unit that gives a whole number", "[units]") {
  struct Case {
    std::uint64_t bytes;
    std::string_view expected;
  };
  const Case cases[] = {
      {0, "0B"},
      {1, "1B"},
      {999, "999B"},
      {1000, "1kB"},
      {1024, "1KiB"},
      {1536, "1536B"},
      {1'024'000, "1000KiB"},
      {1'000'000, "1MB"},
      {1ULL << 20, "1MiB"},
      {5'000'000'000, "5GB"},
      {21'474'836'480, "20GiB"},
      {2'000'000'000'000, "2TB"},
      {1ULL << 40, "1TiB"},
      {std::numeric_limits<std::uint64_t>::max(), "18446744073709551615B"},
  };
  for (const auto& [bytes, expected] : cases) {
    CHECK(format_size(bytes) == expected);
    CHECK(parse_size(expected).value() == bytes);
  }
}

}  // namespace rw::core
