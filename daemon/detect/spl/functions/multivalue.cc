// Cells with several values: mvcount, mvindex, mvjoin, …
#include <re2/re2.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "daemon/detect/rows.h"
#include "daemon/detect/spl/functions.h"
#include "daemon/detect/spl/functions/regex.h"
#include "daemon/detect/time_span.h"

namespace rw::detect::spl {
namespace {

using storage::Value;

// Of a plain value 1, of null null.
Value mvcount(const CallContext&, Arguments a) {
  const std::size_t count = texts_of(a[0]).size();
  return count == 0 ? Value() : Value(static_cast<std::int64_t>(count));
}

// From 0; negative from the end; both ends included.
Value mvindex(const CallContext&, Arguments a) {
  std::vector<std::string> texts = texts_of(a[0]);
  const auto size = static_cast<double>(texts.size());
  const auto position = [&](const Value& index) {
    const auto number = number_of(index);
    return !number ? size : (*number < 0 ? *number + size : *number);
  };
  const double first = position(a[1]);
  const double last = a.size() > 2 ? position(a[2]) : first;
  if (first < 0 || last >= size || first > last) return {};
  const auto begin = texts.begin() + static_cast<std::ptrdiff_t>(first);
  const auto end = texts.begin() + static_cast<std::ptrdiff_t>(last) + 1;
  return value_of_texts(std::vector<std::string>(begin, end));
}

Value mvjoin(const CallContext&, Arguments a) {
  if (a[0].is_null() || a[1].is_null()) return {};
  const std::string separator = text_of(a[1]);
  std::string joined;
  const std::vector<std::string> texts = texts_of(a[0]);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (i > 0) joined += separator;
    joined += texts[i];
    if (joined.size() > kMaxValueBytes) return {};
  }
  return joined;
}

// The first of each, in their order.
Value mvdedup(const CallContext&, Arguments a) {
  std::set<std::string> seen;
  std::vector<std::string> texts;
  for (std::string& text : texts_of(a[0])) {
    if (seen.insert(text).second) texts.push_back(std::move(text));
  }
  return value_of_texts(std::move(texts));
}

Value mvsort(const CallContext&, Arguments a) {
  std::vector<std::string> texts = texts_of(a[0]);
  std::sort(texts.begin(), texts.end());
  return value_of_texts(std::move(texts));
}

Value mvappend(const CallContext&, Arguments a) {
  std::vector<std::string> all;
  std::size_t bytes = 0;
  for (const Value& each : a) {
    for (std::string& text : texts_of(each)) {
      bytes += text.size();
      all.push_back(std::move(text));
      if (bytes > kMaxValueBytes || all.size() > kMaxListValues) return {};
    }
  }
  return value_of_texts(std::move(all));
}

// The position, from 0, of the first text in which the regular expression is found.
Value mvfind(const CallContext& context, Arguments a) {
  if (a[0].is_null() || a[1].is_null()) return {};
  const Regex regex(context, a[1]);
  const std::vector<std::string> texts = texts_of(a[0]);
  for (std::size_t i = 0; regex.get() != nullptr && i < texts.size(); ++i) {
    if (re2::RE2::PartialMatch(texts[i], *regex.get())) return static_cast<std::int64_t>(i);
  }
  return {};
}

// mvzip(a, b [, ","]): the texts in pairs, as long as both have one.
Value mvzip(const CallContext&, Arguments a) {
  const std::vector<std::string> left = texts_of(a[0]);
  const std::vector<std::string> right = texts_of(a[1]);
  const std::string separator = a.size() > 2 ? text_of(a[2]) : ",";
  std::vector<std::string> pairs;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < left.size() && i < right.size(); ++i) {
    pairs.push_back(left[i] + separator + right[i]);
    bytes += pairs.back().size();
    if (bytes > kMaxValueBytes) return {};
  }
  return value_of_texts(std::move(pairs));
}

// mvrange(start, end [, step]): numbers from start, the end not included. A step may be a time: "1h".
Value mvrange(const CallContext&, Arguments a) {
  const auto start = number_of(a[0]);
  const auto end = number_of(a[1]);
  std::optional<double> step = a.size() > 2 ? number_of(a[2]) : 1;
  if (!step && a.size() > 2 && !a[2].is_null()) {
    const auto span = parse_time_span(text_of(a[2]));
    if (span.ok()) step = static_cast<double>(span->count());
  }
  if (!start || !end || !step || *step == 0) return {};
  const double count = std::ceil((*end - *start) / *step);
  if (!(count >= 1) || count > static_cast<double>(kMaxListValues)) return {};
  std::vector<std::string> numbers;
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    numbers.push_back(text_of(value_of_number(*start + static_cast<double>(i) * *step)));
  }
  return value_of_texts(std::move(numbers));
}

// A JSON array of the texts; with true() as second argument numbers are numbers.
Value mv_to_json_array(const CallContext&, Arguments a) {
  if (a[0].is_null()) return {};
  const bool infers = a.size() > 1 && a[1] == Value(std::int64_t{1});
  nlohmann::json array = nlohmann::json::array();
  for (const std::string& text : texts_of(a[0])) {
    nlohmann::json value = infers ? nlohmann::json::parse(text, nullptr, false) : nlohmann::json();
    array.push_back(value.is_number() || value.is_boolean() ? value : nlohmann::json(text));
  }
  return array.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

constexpr Function kMultivalueFunctions[] = {
    {"mvcount", kValueType, "v", "", "", mvcount},   {"mvindex", kValueType, "vv", "v", "", mvindex},
    {"mvjoin", kValueType, "vv", "", "", mvjoin},    {"mvdedup", kValueType, "v", "", "", mvdedup},
    {"mvsort", kValueType, "v", "", "", mvsort},     {"mvappend", kValueType, "v", "", "v", mvappend},
    {"mvfind", kValueType, "vv", "", "", mvfind, 1}, {"mvzip", kValueType, "vv", "v", "", mvzip},
    {"mvrange", kValueType, "vv", "v", "", mvrange}, {"mv_to_json_array", kValueType, "v", "b", "", mv_to_json_array},
};

}  // namespace

std::span<const Function> multivalue_functions() { return kMultivalueFunctions; }

}  // namespace rw::detect::spl
