// Numbers: abs, round, tonumber, tostring, …
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>

#include "daemon/core/text.h"
#include "daemon/detect/rows.h"
#include "daemon/detect/spl/functions.h"

namespace rw::detect::spl {
namespace {

using storage::Value;

template <double (*Of)(double)>
Value of_number(const CallContext&, Arguments a) {
  const auto number = number_of(a[0]);
  return number ? value_of_number(Of(*number)) : Value();
}
double log_10(double x) { return std::log10(x); }
double absolute(double x) { return std::fabs(x); }
double root(double x) { return std::sqrt(x); }
double down(double x) { return std::floor(x); }
double up(double x) { return std::ceil(x); }
double natural(double x) { return std::log(x); }
double exponential(double x) { return std::exp(x); }

double sine(double x) { return std::sin(x); }
double cosine(double x) { return std::cos(x); }
double tangent(double x) { return std::tan(x); }
double arc_sine(double x) { return std::asin(x); }
double arc_cosine(double x) { return std::acos(x); }
double arc_tangent(double x) { return std::atan(x); }
double as_it_is(double x) { return x; }

Value pi(const CallContext&, Arguments) { return 3.14159265358979323846; }

// Cut to the significant digits that the number was written with.
Value sigfig(const CallContext&, Arguments a) {
  const auto number = number_of(a[0]);
  if (!number) return {};
  const std::string text = text_of(a[0]);
  const auto digits =
      static_cast<int>(std::count_if(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }));
  if (*number == 0 || digits == 0) return value_of_number(*number);
  const double scale = std::pow(10, digits - 1 - static_cast<int>(std::floor(std::log10(std::fabs(*number)))));
  return value_of_number(std::round(*number * scale) / scale);
}

enum class Bits { kAnd, kOr, kXor };

std::optional<std::uint64_t> bits_of(const Value& value) {
  constexpr double kLargest = 9007199254740992;  // 2^53
  const auto number = number_of(value);
  if (!number || *number < 0 || *number > kLargest) return std::nullopt;
  return static_cast<std::uint64_t>(*number);
}

template <Bits kBits>
Value bits(const CallContext&, Arguments a) {
  std::optional<std::uint64_t> result;
  for (const Value& each : a) {
    const auto operand = bits_of(each);
    if (!operand) return {};
    if (!result) {
      result = operand;
    } else if (kBits == Bits::kAnd) {
      *result &= *operand;
    } else if (kBits == Bits::kOr) {
      *result |= *operand;
    } else {
      *result ^= *operand;
    }
  }
  return static_cast<std::int64_t>(*result);
}

template <bool kLeft>
Value shift(const CallContext&, Arguments a) {
  const auto number = bits_of(a[0]);
  const auto places = bits_of(a[1]);
  constexpr std::uint64_t kMostBits = 53;  // what a number holds exactly
  if (!number || !places || *places > kMostBits) return {};
  const std::uint64_t shifted = kLeft ? *number << *places : *number >> *places;
  return static_cast<std::int64_t>(shifted & ((std::uint64_t{1} << kMostBits) - 1));
}

Value log(const CallContext& context, Arguments a) {
  if (a.size() == 1) return of_number<log_10>(context, a);
  const auto number = number_of(a[0]);
  const auto base = number_of(a[1]);
  return number && base ? value_of_number(std::log(*number) / std::log(*base)) : Value();
}

Value pow(const CallContext&, Arguments a) {
  const auto base = number_of(a[0]);
  const auto exponent = number_of(a[1]);
  return base && exponent ? value_of_number(std::pow(*base, *exponent)) : Value();
}

Value round(const CallContext&, Arguments a) {
  const auto number = number_of(a[0]);
  const auto digits = a.size() > 1 ? number_of(a[1]) : 0.0;
  if (!number || !digits || std::fabs(*digits) > 15) return {};
  const double scale = std::pow(10, std::trunc(*digits));
  return value_of_number(std::round(*number * scale) / scale);
}

Value least(const CallContext&, Arguments a) {
  const Value* best = &a[0];
  for (const Value& each : a) {
    if (compare_values(each, *best) < 0) best = &each;  // null is the greatest, so it is left out
  }
  return *best;
}

Value greatest(const CallContext&, Arguments a) {
  const Value* best = &a[0];
  for (const Value& each : a) {
    if (!each.is_null() && (best->is_null() || compare_values(each, *best) > 0)) best = &each;
  }
  return *best;
}

// tonumber(text, base): base 2 to 36, default 10; "0x" may lead a hexadecimal number.
Value tonumber(const CallContext&, Arguments a) {
  if (a[0].is_null()) return {};
  if (a.size() == 1) {
    const auto number = number_of(a[0]);
    return number ? value_of_number(*number) : Value();
  }
  const auto base = number_of(a[1]);
  if (!base || *base < 2 || *base > 36) return {};
  const std::string text = core::fold(core::trim(text_of(a[0])));
  std::string_view digits = text;
  if (*base == 16 && digits.starts_with("0x")) digits.remove_prefix(2);
  std::int64_t number = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), number, static_cast<int>(*base));
  if (digits.empty() || error != std::errc() || end != digits.data() + digits.size()) return {};
  return number;
}

std::string with_commas(double number) {
  std::string text = fmt::format("{:.2f}", std::fabs(number));
  if (text.ends_with(".00")) text.resize(text.size() - 3);
  std::size_t point = std::min(text.find('.'), text.size());
  while (point > 3) {
    point -= 3;
    text.insert(point, 1, ',');
  }
  return number < 0 ? "-" + text : text;
}

std::string as_duration(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::fabs(seconds));
  const std::string sign = seconds < 0 ? "-" : "";
  const std::string clock = fmt::format("{:02}:{:02}:{:02}", whole / 3600 % 24, whole / 60 % 60, whole % 60);
  return whole >= 86400 ? fmt::format("{}{}+{}", sign, whole / 86400, clock) : sign + clock;
}

// tostring(x), tostring(x, "hex" | "commas" | "duration")
Value tostring(const CallContext&, Arguments a) {
  constexpr double kLargest = 9e15;
  if (a[0].is_null()) return {};
  if (a.size() == 1) return text_of(a[0]);
  const std::string format = text_of(a[1]);
  const auto number = number_of(a[0]);
  if (!number || std::fabs(*number) > kLargest) return {};
  if (format == "hex")
    return fmt::format("{}0x{:X}", *number < 0 ? "-" : "", static_cast<std::int64_t>(std::fabs(*number)));
  if (format == "commas") return with_commas(*number);
  if (format == "duration") return as_duration(*number);
  return {};
}

constexpr Function kNumberFunctions[] = {
    {"abs", kValueType, "v", "", "", of_number<absolute>},
    {"acos", kValueType, "v", "", "", of_number<arc_cosine>},
    {"asin", kValueType, "v", "", "", of_number<arc_sine>},
    {"atan", kValueType, "v", "", "", of_number<arc_tangent>},
    {"bit_and", kValueType, "vv", "", "v", bits<Bits::kAnd>},
    {"bit_or", kValueType, "vv", "", "v", bits<Bits::kOr>},
    {"bit_shift_left", kValueType, "vv", "", "", shift<true>},
    {"bit_shift_right", kValueType, "vv", "", "", shift<false>},
    {"bit_xor", kValueType, "vv", "", "v", bits<Bits::kXor>},
    {"cos", kValueType, "v", "", "", of_number<cosine>},
    {"exact", kValueType, "v", "", "", of_number<as_it_is>},
    {"pi", kValueType, "", "", "", pi},
    {"sigfig", kValueType, "v", "", "", sigfig},
    {"sin", kValueType, "v", "", "", of_number<sine>},
    {"tan", kValueType, "v", "", "", of_number<tangent>},
    {"ceil", kValueType, "v", "", "", of_number<up>},
    {"ceiling", kValueType, "v", "", "", of_number<up>},
    {"exp", kValueType, "v", "", "", of_number<exponential>},
    {"floor", kValueType, "v", "", "", of_number<down>},
    {"ln", kValueType, "v", "", "", of_number<natural>},
    {"log", kValueType, "v", "v", "", log},
    {"max", kValueType, "v", "", "v", greatest},
    {"min", kValueType, "v", "", "v", least},
    {"pow", kValueType, "vv", "", "", pow},
    {"round", kValueType, "v", "v", "", round},
    {"sqrt", kValueType, "v", "", "", of_number<root>},
    {"tonumber", kValueType, "v", "v", "", tonumber},
    {"tostring", kValueType, "v", "v", "", tostring},
};

}  // namespace

std::span<const Function> number_functions() { return kNumberFunctions; }

}  // namespace rw::detect::spl
