// Numbers: abs, round, tonumber, tostring, …
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>

#include "daemon/core/text.h"
#include "daemon/detect/rows.h"
#include "daemon/detect/spl/functions.h"

namespace rw::detect::spl {
namespace {

using storage::Value;
constexpr auto kValue = ValueType::kValue;

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

constexpr Function kFunctions[] = {
    {"abs", kValue, "v", "", "", of_number<absolute>},
    {"ceil", kValue, "v", "", "", of_number<up>},
    {"ceiling", kValue, "v", "", "", of_number<up>},
    {"exp", kValue, "v", "", "", of_number<exponential>},
    {"floor", kValue, "v", "", "", of_number<down>},
    {"ln", kValue, "v", "", "", of_number<natural>},
    {"log", kValue, "v", "v", "", log},
    {"max", kValue, "v", "", "v", greatest},
    {"min", kValue, "v", "", "v", least},
    {"pow", kValue, "vv", "", "", pow},
    {"round", kValue, "v", "v", "", round},
    {"sqrt", kValue, "v", "", "", of_number<root>},
    {"tonumber", kValue, "v", "v", "", tonumber},
    {"tostring", kValue, "v", "v", "", tostring},
};

}  // namespace

std::span<const Function> number_functions() { return kFunctions; }

}  // namespace rw::detect::spl
