// Cells with several values: mvcount, mvindex, mvjoin, …
#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "daemon/detect/rows.h"
#include "daemon/detect/spl/functions.h"

namespace rw::detect::spl {
namespace {

using storage::Value;
constexpr auto kValue = ValueType::kValue;

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

constexpr Function kFunctions[] = {
    {"mvcount", kValue, "v", "", "", mvcount}, {"mvindex", kValue, "vv", "v", "", mvindex},
    {"mvjoin", kValue, "vv", "", "", mvjoin},  {"mvdedup", kValue, "v", "", "", mvdedup},
    {"mvsort", kValue, "v", "", "", mvsort},   {"mvappend", kValue, "v", "", "v", mvappend},
};

}  // namespace

std::span<const Function> multivalue_functions() { return kFunctions; }

}  // namespace rw::detect::spl
