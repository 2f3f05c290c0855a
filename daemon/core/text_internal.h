// What the sources of this folder share about text; nothing outside daemon/core includes this.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace rw::core::internal {

using Word = std::uint64_t;  // eight bytes of text at once; their order does not matter
inline constexpr Word kEveryByte = 0x0101010101010101;
inline constexpr Word kHighBits = 0x80 * kEveryByte;

inline Word load_word(const char* bytes) {
  Word word = 0;
  std::memcpy(&word, bytes, sizeof(word));
  return word;
}

inline constexpr bool is_ascii(Word word) { return (word & kHighBits) == 0; }

// Some byte is less than 0x20. Taking 0x20 from each sets the high bit of a byte that had none only there; only such a
// byte borrows from the next.
inline constexpr bool has_control(Word word) { return ((word - 0x20 * kEveryByte) & ~word & kHighBits) != 0; }

// Some byte is this one, which is ASCII.
inline constexpr bool has_byte(Word word, char byte) {
  const Word differences = word ^ static_cast<unsigned char>(byte) * kEveryByte;
  return ((differences - kEveryByte) & ~differences & kHighBits) != 0;
}

// fold_ascii() on each byte; bytes above 0x7f stay as they are.
inline constexpr Word fold_word(Word word) {
  const Word low = word & ~kHighBits;
  const Word from_a = low + (0x80 - 'A') * kEveryByte;    // high bit: the byte is 'A' or more
  const Word beyond_z = low + (0x7f - 'Z') * kEveryByte;  // high bit: the byte is more than 'Z'
  const Word upper = (from_a ^ beyond_z) & ~word & kHighBits;
  return word | (upper >> 2);
}

// fold() into a buffer of text.size() bytes: folding never changes the length. May be in place (out == text.data()).
void fold_to(std::string_view text, char* out);

}  // namespace rw::core::internal
