// Texts: len, lower, substr, match, split, … Lengths and positions count characters, not bytes.
#include <re2/re2.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "daemon/core/text.h"
#include "daemon/core/text_pattern.h"
#include "daemon/detect/rows.h"
#include "daemon/detect/spl/functions.h"
#include "daemon/detect/spl/functions/regex.h"

namespace rw::detect::spl {
namespace {

using storage::Value;

bool any_null(Arguments a) {
  return std::any_of(a.begin(), a.end(), [](const Value& each) { return each.is_null(); });
}

// The byte at which character `index` starts; the size when there are not so many.
std::size_t byte_of(std::string_view text, std::size_t index) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (core::starts_character(text[i]) && index-- == 0) return i;
  }
  return text.size();
}

Value len(const CallContext&, Arguments a) {
  if (any_null(a)) return {};
  return static_cast<std::int64_t>(core::length_of(text_of(a[0])));
}

Value lower(const CallContext&, Arguments a) {
  if (any_null(a)) return {};
  return core::fold(text_of(a[0]));
}

// ASCII letters; others stay.
Value upper(const CallContext&, Arguments a) {
  if (any_null(a)) return {};
  std::string text = text_of(a[0]);
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - ('a' - 'A'));
  }
  return text;
}

// substr(text, start [, length]): from 1; a negative start counts from the end.
Value substr(const CallContext&, Arguments a) {
  if (any_null(a)) return {};
  const std::string text = text_of(a[0]);
  const auto start = number_of(a[1]);
  const auto length = a.size() > 2 ? number_of(a[2]) : 1e15;
  if (!start || !length) return {};
  const auto size = static_cast<double>(core::length_of(text));
  const double first = std::clamp(*start < 0 ? size + *start : *start - 1, 0.0, size);
  const double last = std::clamp(first + *length, first, size);
  const std::size_t begin = byte_of(text, static_cast<std::size_t>(first));
  const std::size_t end = byte_of(text, static_cast<std::size_t>(last));
  return text.substr(begin, end - begin);
}

enum class Side { kLeft, kRight, kBoth };

// trim(text [, characters]); blanks and tabs unless told.
template <Side kSide>
Value trim(const CallContext&, Arguments a) {
  if (any_null(a)) return {};
  const std::string text = text_of(a[0]);
  const std::string characters = a.size() > 1 ? text_of(a[1]) : std::string(" \t");
  const std::vector<std::string_view> dropped = core::characters_of(characters);
  const std::vector<std::string_view> parts = core::characters_of(text);
  const auto drops = [&](std::string_view c) { return std::find(dropped.begin(), dropped.end(), c) != dropped.end(); };
  std::size_t begin = 0;
  std::size_t end = parts.size();
  while (kSide != Side::kRight && begin < end && drops(parts[begin])) ++begin;
  while (kSide != Side::kLeft && begin < end && drops(parts[end - 1])) --end;
  if (begin == end) return std::string();
  const auto first = static_cast<std::size_t>(parts[begin].data() - text.data());
  return text.substr(first,
                     static_cast<std::size_t>(parts[end - 1].data() + parts[end - 1].size() - text.data()) - first);
}

// split(text, separator): several values; an empty separator gives the characters.
Value split(const CallContext&, Arguments a) {
  if (any_null(a)) return {};
  const std::string text = text_of(a[0]);
  const std::string separator = text_of(a[1]);
  std::vector<std::string> parts;
  std::size_t begin = 0;
  while (true) {
    const std::size_t end = separator.empty() ? begin + byte_of(std::string_view(text).substr(begin), 1)
                                              : std::min(text.find(separator, begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    if (parts.size() > kMaxListValues) return {};
    if (end >= text.size()) return value_of_texts(std::move(parts));
    begin = end + separator.size();
  }
}

// match(text, regex): found anywhere, case-sensitive.
Value match(const CallContext& context, Arguments a) {
  if (any_null(a)) return {};
  const Regex regex(context, a[1]);
  if (regex.get() == nullptr) return {};
  const std::vector<std::string> texts = texts_of(a[0]);
  const bool found = std::any_of(texts.begin(), texts.end(),
                                 [&](const std::string& text) { return re2::RE2::PartialMatch(text, *regex.get()); });
  return std::int64_t{found ? 1 : 0};
}

// replace(text, regex, replacement): every match; \1 is what group 1 caught.
Value replace(const CallContext& context, Arguments a) {
  if (any_null(a)) return {};
  const Regex regex(context, a[1]);
  std::string text = text_of(a[0]);
  const std::string replacement = text_of(a[2]);
  std::string error;
  if (regex.get() == nullptr || !regex.get()->CheckRewriteString(replacement, &error)) return {};
  // A replacement of every empty match could grow the text by its own length that many times.
  if ((text.size() + 1) * (replacement.size() + 1) > 64 * kMaxValueBytes) return {};
  re2::RE2::GlobalReplace(&text, *regex.get(), replacement);
  if (text.size() > kMaxValueBytes) return {};
  return text;
}

// like(text, pattern): the whole text, % any run, _ one character, case-sensitive.
Value like(const CallContext&, Arguments a) {
  if (any_null(a)) return {};
  core::TextPattern pattern(core::TextPattern::Case::kExact);
  std::string literal;
  const auto flush = [&] {
    if (!literal.empty()) pattern.literal(literal);
    literal.clear();
  };
  for (const char c : text_of(a[1])) {
    if (c != '%' && c != '_') {
      literal += c;
      continue;
    }
    flush();
    if (c == '%') {
      pattern.any_run();
    } else {
      pattern.any_char();
    }
  }
  flush();
  const std::vector<std::string> texts = texts_of(a[0]);
  const bool found =
      std::any_of(texts.begin(), texts.end(), [&](const std::string& text) { return pattern.matches(text); });
  return std::int64_t{found ? 1 : 0};
}

constexpr Function kTextFunctions[] = {
    {"len", kValueType, "v", "", "", len},
    {"lower", kValueType, "v", "", "", lower},
    {"upper", kValueType, "v", "", "", upper},
    {"substr", kValueType, "vv", "v", "", substr},
    {"trim", kValueType, "v", "v", "", trim<Side::kBoth>},
    {"ltrim", kValueType, "v", "v", "", trim<Side::kLeft>},
    {"rtrim", kValueType, "v", "v", "", trim<Side::kRight>},
    {"split", kValueType, "vv", "", "", split},
    {"match", kBooleanType, "vv", "", "", match, 1},
    {"replace", kValueType, "vvv", "", "", replace, 1},
    {"like", kBooleanType, "vv", "", "", like},
};

}  // namespace

std::span<const Function> text_functions() { return kTextFunctions; }

}  // namespace rw::detect::spl
