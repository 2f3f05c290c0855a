#include "daemon/core/utf16.h"

#include <cstddef>
#include <cstdint>

#include "daemon/core/text.h"

namespace rw::core {
namespace {

bool is_high(char32_t unit) { return unit >= 0xd800 && unit <= 0xdbff; }
bool is_low(char32_t unit) { return unit >= 0xdc00 && unit <= 0xdfff; }

}  // namespace

std::optional<ByteOrder> utf16_byte_order(std::string_view bytes) {
  if (bytes.starts_with("\xff\xfe")) return ByteOrder::kLittle;
  if (bytes.starts_with("\xfe\xff")) return ByteOrder::kBig;
  return std::nullopt;
}

std::string utf16_to_utf8(std::string_view bytes, ByteOrder order) {
  if (utf16_byte_order(bytes) == order) bytes.remove_prefix(2);
  const std::size_t low_byte = order == ByteOrder::kLittle ? 0 : 1;
  const auto unit_at = [&](std::size_t at) {
    const auto low = static_cast<unsigned char>(bytes[at + low_byte]);
    const auto high = static_cast<unsigned char>(bytes[at + 1 - low_byte]);
    return static_cast<char32_t>(high << 8 | low);
  };
  std::string out;
  out.reserve(bytes.size() / 2 + bytes.size() / 8);
  std::size_t at = 0;
  for (; at + 1 < bytes.size(); at += 2) {
    char32_t unit = unit_at(at);
    if (is_high(unit) && at + 3 < bytes.size() && is_low(unit_at(at + 2))) {
      unit = 0x10000 + ((unit - 0xd800) << 10) + (unit_at(at + 2) - 0xdc00);
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
