#include "daemon/ingest/decode/json_text.h"

#include <charconv>
#include <cstddef>

#include "daemon/core/text.h"

namespace rw::ingest {
namespace {

// The code unit of "\uXXXX" at the front; -1 if there is none.
int escaped_unit(std::string_view text) {
  if (text.size() < 6 || text[0] != '\\' || text[1] != 'u') return -1;
  int unit = 0;
  const char* const last = text.data() + 6;
  const auto [end, error] = std::from_chars(text.data() + 2, last, unit, 16);
  return error == std::errc() && end == last && unit >= 0 ? unit : -1;
}

bool is_high_surrogate(int unit) { return unit >= 0xd800 && unit <= 0xdbff; }
bool is_low_surrogate(int unit) { return unit >= 0xdc00 && unit <= 0xdfff; }

std::size_t skip_digits(std::string_view text, std::size_t at) {
  while (at < text.size() && core::is_digit(text[at])) ++at;
  return at;
}

}  // namespace

std::string repair_json(std::string_view json) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string repaired;
  repaired.reserve(json.size() + 64);
  bool in_string = false;
  for (std::size_t i = 0; i < json.size();) {
    const char c = json[i];
    if (!in_string) {
      in_string = c == '"';
      repaired += c;
      ++i;
    } else if (c == '"') {
      in_string = false;
      repaired += c;
      ++i;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      repaired += "\\u00";
      repaired += kHex[static_cast<unsigned char>(c) >> 4];
      repaired += kHex[static_cast<unsigned char>(c) & 15];
      ++i;
    } else if (c == '\\') {
      const int unit = escaped_unit(json.substr(i));
      if (is_high_surrogate(unit) && is_low_surrogate(escaped_unit(json.substr(i + 6)))) {
        repaired += json.substr(i, 12);
        i += 12;
      } else if (is_high_surrogate(unit) || is_low_surrogate(unit)) {
        repaired += "\\ufffd";
        i += 6;
      } else {
        repaired += json.substr(i, 2);
        i += 2;
      }
    } else {
      repaired += c;
      ++i;
    }
  }
  return repaired;
}

std::optional<std::string_view> JsonArrayItems::next() {
  const std::size_t start = at_;
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = start; i < array_.size(); ++i) {
    const char c = array_[i];
    if (in_string) {
      if (c == '\\') ++i;
      in_string = c != '"';
      continue;
    }
    in_string = c == '"';
    if (c == '{' || c == '[') ++depth;
    if (depth > 0) {
      if (c == '}' || c == ']') --depth;
      continue;
    }
    if (c != ',' && c != ']') continue;
    at_ = i + 1;
    closed_ = c == ']' && at_ == array_.size();
    const std::string_view item = core::trim(array_.substr(start, i - start));
    if (c == ']' && item.empty() && start == 1) return std::nullopt;
    if (c == ']') at_ = array_.size();
    return item;
  }
  at_ = array_.size();
  return std::nullopt;
}

bool is_json_number(std::string_view text) {
  std::size_t at = text.starts_with('-') ? 1 : 0;
  const std::size_t whole = at;
  at = skip_digits(text, at);
  if (at == whole || (text[whole] == '0' && at - whole > 1)) return false;
  if (at < text.size() && text[at] == '.') {
    const std::size_t fraction = at + 1;
    at = skip_digits(text, fraction);
    if (at == fraction) return false;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    std::size_t exponent = at + 1;
    if (exponent < text.size() && (text[exponent] == '+' || text[exponent] == '-')) ++exponent;
    at = skip_digits(text, exponent);
    if (at == exponent) return false;
  }
  return at == text.size();
}

}  // namespace rw::ingest
