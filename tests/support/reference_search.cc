#include "tests/support/reference_search.h"

#include <cctype>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <variant>

namespace rw::test {
namespace {

using namespace detect::spl;

// The letters the tests use: ASCII and the Latin-1 capitals (U+00C0 to U+00DE, two bytes in UTF-8).
std::string lower(std::string text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x80) {
      text[i] = static_cast<char>(std::tolower(c));
    } else if (c == 0xC3 && i + 1 < text.size()) {
      const auto next = static_cast<unsigned char>(text[i + 1]);
      if (next >= 0x80 && next <= 0x9E && next != 0x97) text[i + 1] = static_cast<char>(next + 0x20);
      ++i;
    }
  }
  return text;
}

bool glob(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '*') {
    for (std::size_t skip = 0; skip <= text.size(); ++skip) {
      if (glob(pattern.substr(1), text.substr(skip))) return true;
    }
    return false;
  }
  return !text.empty() && text[0] == pattern[0] && glob(pattern.substr(1), text.substr(1));
}

std::optional<double> number(const std::string& text) {
  if (text.empty()) return std::nullopt;
  bool digits = false;
  for (const char c : text) {
    if (c >= '0' && c <= '9') digits = true;
    if ((c < '0' || c > '9') && c != '.' && c != '-') return std::nullopt;
  }
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (!digits || *end != '\0') return std::nullopt;
  return value;
}

bool matches(const std::string& value, const std::string& text) { return glob(lower(value), lower(text)); }

bool compare(const std::string& text, CompareOp op, const std::string& value) {
  if (op == CompareOp::kEqual) return matches(value, text);
  if (op == CompareOp::kNotEqual) return !matches(value, text);
  const auto a = number(text);
  const auto b = number(value);
  int order = lower(text).compare(lower(value));
  if (a && b) order = *a < *b ? -1 : (*a > *b ? 1 : 0);
  if (op == CompareOp::kLess) return order < 0;
  if (op == CompareOp::kLessEqual) return order <= 0;
  if (op == CompareOp::kGreater) return order > 0;
  return order >= 0;
}

}  // namespace

bool reference_matches(const SearchExpression& expression, const FieldTexts& fields) {
  if (const auto* all = std::get_if<SearchAnd>(&expression.node)) {
    bool result = true;
    for (const SearchExpression& term : all->terms) result = reference_matches(term, fields) && result;
    return result;
  }
  if (const auto* any = std::get_if<SearchOr>(&expression.node)) {
    bool result = false;
    for (const SearchExpression& term : any->terms) result = reference_matches(term, fields) || result;
    return result;
  }
  if (const auto* negation = std::get_if<SearchNot>(&expression.node)) {
    return !reference_matches(*negation->term, fields);
  }
  if (const auto* comparison = std::get_if<SearchComparison>(&expression.node)) {
    const auto field = fields.find(comparison->field);
    return field != fields.end() && compare(field->second, comparison->op, comparison->value.text);
  }
  const auto& in = std::get<SearchIn>(expression.node);
  const auto field = fields.find(in.field);
  for (const SearchValue& value : in.values) {
    if (field != fields.end() && matches(value.text, field->second)) return true;
  }
  return false;
}

}  // namespace rw::test
