#include "web/cursor.h"

#include <fmt/format.h>

#include <charconv>

namespace rw::web {
namespace {

constexpr std::size_t kPlaceDigits = 16;
constexpr std::size_t kCursorDigits = kPlaceDigits + 8;

// FNV-1a, 32 bits.
std::uint32_t checksum(std::string_view list, std::string_view place) {
  std::uint32_t hash = 2166136261u;
  for (const std::string_view part : {list, place}) {
    for (const char c : part) {
      hash ^= static_cast<unsigned char>(c);
      hash *= 16777619u;
    }
  }
  return hash;
}

}  // namespace

std::string encode_cursor(std::string_view list, std::int64_t place) {
  std::string cursor = fmt::format("{:016x}", place);
  cursor += fmt::format("{:08x}", checksum(list, cursor));
  return cursor;
}

core::Result<std::int64_t> decode_cursor(std::string_view list, std::string_view cursor) {
  std::int64_t place = 0;
  const std::string_view digits = cursor.substr(0, kPlaceDigits);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), place, 16);
  // Written again it must be the same text: that leaves no second spelling, and no changed digit.
  if (cursor.size() != kCursorDigits || error != std::errc() || end != digits.data() + digits.size() || place < 0 ||
      encode_cursor(list, place) != cursor) {
    return core::invalid_input("cursor: expected the next_cursor of an earlier answer of this list, unchanged");
  }
  return place;
}

}  // namespace rw::web
