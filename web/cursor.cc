#include "web/cursor.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <utility>

#include "daemon/core/base64.h"

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

core::Error not_ours() {
  return core::invalid_input("cursor: expected the next_cursor of an earlier answer of this list, unchanged");
}

// Base64 that needs no escapes in a URL (RFC 4648 5), without padding.
std::string encode_base64url(std::string_view bytes) {
  std::string text = core::encode_base64(bytes);
  while (text.ends_with('=')) text.pop_back();
  for (char& c : text) c = c == '+' ? '-' : (c == '/' ? '_' : c);
  return text;
}

std::optional<std::string> decode_base64url(std::string text) {
  for (char& c : text) c = c == '-' ? '+' : (c == '_' ? '/' : c);
  return core::decode_base64(text);
}

bool is_by_newest(const storage::ListOrder& order) { return order.column == "id" && order.descending; }

std::string name_with_order(std::string_view list, const storage::ListOrder& order) {
  return fmt::format("{} {}{}", list, order.descending ? "-" : "+", order.column);
}

// Its kind, then itself.
std::string text_of(const storage::Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return fmt::format("i{}", *integer);
  if (const auto* number = std::get_if<double>(&value)) return fmt::format("d{}", *number);
  if (const auto* text = std::get_if<std::string>(&value)) return "t" + *text;
  return "n";
}

std::optional<storage::Value> value_of(std::string_view text) {
  const std::string rest(text.substr(std::min<std::size_t>(1, text.size())));
  char* end = nullptr;
  if (text == "n") return storage::Value();
  if (text.starts_with('t')) return storage::Value(rest);
  if (text.starts_with('d')) {
    const double number = std::strtod(rest.c_str(), &end);
    if (!rest.empty() && *end == '\0') return storage::Value(number);
  }
  if (text.starts_with('i')) {
    const long long integer = std::strtoll(rest.c_str(), &end, 10);
    if (!rest.empty() && *end == '\0') return storage::Value(std::int64_t{integer});
  }
  return std::nullopt;
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
    return not_ours();
  }
  return place;
}

// The id's digits, then the value's text, then the checksum.
std::string encode_cursor(std::string_view list, const storage::ListOrder& order, const storage::ListPlace& place) {
  if (is_by_newest(order)) return encode_cursor(list, place.id);
  std::string cursor = encode_cursor(name_with_order(list, order), place.id).substr(0, kPlaceDigits);
  cursor += encode_base64url(text_of(place.value));
  cursor += fmt::format("{:08x}", checksum(name_with_order(list, order), cursor));
  return cursor;
}

core::Result<storage::ListPlace> decode_cursor(std::string_view list, const storage::ListOrder& order,
                                               std::string_view cursor) {
  if (is_by_newest(order)) {
    RW_TRY(const std::int64_t id, decode_cursor(list, cursor));
    return storage::ListPlace{.value = {}, .id = id};
  }
  if (cursor.size() < kCursorDigits) return not_ours();
  const std::string_view digits = cursor.substr(0, kPlaceDigits);
  storage::ListPlace place;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), place.id, 16);
  const std::string_view text = cursor.substr(kPlaceDigits, cursor.size() - kCursorDigits);
  const auto bytes = decode_base64url(std::string(text));
  if (error != std::errc() || end != digits.data() + digits.size() || place.id < 0 || !bytes) return not_ours();
  auto value = value_of(*bytes);
  if (!value) return not_ours();
  place.value = *std::move(value);
  if (encode_cursor(list, order, place) != cursor) return not_ours();
  return place;
}

}  // namespace rw::web
