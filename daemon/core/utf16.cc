#include "daemon/core/utf16.h"

#include <cstddef>
#include <cstdint>

#include "daemon/core/text.h"

namespace rw::core {
namespace {

char32_t unit_at(std::string_view bytes, std::size_t at, ByteOrder order) {
  const auto first = static_cast<unsigned char>(bytes[at]);
  const auto second = static_cast<unsigned char>(bytes[at + 1]);
  return static_cast<char32_t>(order == ByteOrder::kLittle ? second << 8 | first : first << 8 | second);
}

bool is_high(char32_t unit) { return unit >= 0xd800 && unit <= 0xdbff; }
bool is_low(char32_t unit) { return unit >= 0xdc00 && unit <= 0xdfff; }

}  // namespace

std::optional<ByteOrder> utf16_byte_order(std::string_view bytes) {
  if (bytes.starts_with("\xff\xfe")) return ByteOrder::kLittle;
  if (bytes.starts_with("\xfe\xff")) return ByteOrder::kBig;
  return std::nullopt;
}

std::optional<ByteOrder> utf16_byte_order_of_markup(std::string_view bytes) {
  if (bytes.size() < 2) return std::nullopt;
  const auto begins = [](char c) { return c == '<' || c == '{' || c == '['; };
  if (bytes[1] == '\0' && begins(bytes[0])) return ByteOrder::kLittle;
  if (bytes[0] == '\0' && begins(bytes[1])) return ByteOrder::kBig;
  return utf16_byte_order(bytes);
}

std::size_t utf16_whole_bytes(std::string_view bytes, ByteOrder order) {
  const std::size_t units = bytes.size() / 2 * 2;
  return units >= 2 && is_high(unit_at(bytes, units - 2, order)) ? units - 2 : units;
}

std::string utf16_to_utf8(std::string_view bytes, ByteOrder order) {
  if (utf16_byte_order(bytes) == order) bytes.remove_prefix(2);
  std::string out;
  out.reserve(bytes.size() / 2 + bytes.size() / 8);
  std::size_t at = 0;
  for (; at + 1 < bytes.size(); at += 2) {
    char32_t unit = unit_at(bytes, at, order);
    if (is_high(unit) && at + 3 < bytes.size() && is_low(unit_at(bytes, at + 2, order))) {
      unit = 0x10000 + ((unit - 0xd800) << 10) + (unit_at(bytes, at + 2, order) - 0xdc00);
      at += 2;
    } else if (is_high(unit) || is_low(unit)) {
      unit = 0xfffd;
    }
    append_utf8(unit, out);
  }
  if (at < bytes.size()) {
    const auto half = static_cast<unsigned char>(bytes[at]);
    if (order == ByteOrder::kLittle && half != 0 && half < 0x80) {
      out += static_cast<char>(half);
    } else {
      out += kReplacementCharacter;
    }
  }
  return out;
}

}  // namespace rw::core
