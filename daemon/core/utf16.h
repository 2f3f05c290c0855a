// UTF-16 → UTF-8, for texts that Windows tools wrote as they are. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace rw::core {

enum class ByteOrder { kLittle, kBig };

// By the byte order mark at the front (FF FE or FE FF).
std::optional<ByteOrder> utf16_byte_order(std::string_view bytes);

// The same for a text that is XML or JSON: also by its first character, "<", "{" or "[", of which one byte is NUL.
std::optional<ByteOrder> utf16_byte_order_of_markup(std::string_view bytes);

// Without the byte order mark. Half a surrogate pair becomes U+FFFD, and so does half a character at the end; but where
// that is the first byte of an ASCII character, its second, a NUL, was stripped on the way, and it is that character.
std::string utf16_to_utf8(std::string_view bytes, ByteOrder order);

// How many of the bytes are whole characters, as far as they have come: the rest is half a code unit, half a surrogate
// pair, or both.
std::size_t utf16_whole_bytes(std::string_view bytes, ByteOrder order);

}  // namespace rw::core
