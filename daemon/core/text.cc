#include "daemon/core/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <system_error>

#include "daemon/core/text_internal.h"

namespace rw::core {
namespace {

using internal::fold_word;
using internal::has_control;
using internal::is_ascii;
using internal::load_word;
using internal::Word;

// Simple case folding (Unicode CaseFolding.txt, C and S) of the blocks that text.h names. One exception: U+017F, the
// long s, is not made an ASCII 's'. So ASCII folds to ASCII, two bytes fold to two bytes, and the length never changes;
// matching relies on all three.
constexpr std::size_t kFoldTableSize = 0x590;
constexpr std::array<char16_t, kFoldTableSize> kFoldTable = [] {
  std::array<char16_t, kFoldTableSize> table{};
  for (std::size_t c = 0; c < table.size(); ++c) table[c] = static_cast<char16_t>(c);
  const auto shift = [&](std::size_t first, std::size_t last, std::size_t by) {
    for (std::size_t c = first; c <= last; ++c) table[c] = static_cast<char16_t>(c + by);
  };
  const auto pairs = [&](std::size_t first, std::size_t last) {  // upper, lower, upper, lower …
    for (std::size_t c = first; c <= last; c += 2) table[c] = static_cast<char16_t>(c + 1);
  };
  // Latin-1
  shift(0xc0, 0xd6, 32);
  shift(0xd8, 0xde, 32);
  table[0xb5] = 0x3bc;  // micro sign: Greek mu
  // Latin Extended-A; U+0130 and U+0149 have no simple folding
  pairs(0x100, 0x12e);
  pairs(0x132, 0x136);
  pairs(0x139, 0x147);
  pairs(0x14a, 0x176);
  table[0x178] = 0xff;
  pairs(0x179, 0x17d);
  // Greek
  pairs(0x370, 0x372);
  table[0x376] = 0x377;
  table[0x37f] = 0x3f3;
  table[0x386] = 0x3ac;
  shift(0x388, 0x38a, 37);
  table[0x38c] = 0x3cc;
  shift(0x38e, 0x38f, 63);
  shift(0x391, 0x3a1, 32);
  shift(0x3a3, 0x3ab, 32);
  table[0x3c2] = 0x3c3;  // final sigma
  table[0x3cf] = 0x3d7;
  table[0x3d0] = 0x3b2;
  table[0x3d1] = 0x3b8;
  table[0x3d5] = 0x3c6;
  table[0x3d6] = 0x3c0;
  pairs(0x3d8, 0x3ee);
  table[0x3f0] = 0x3ba;
  table[0x3f1] = 0x3c1;
  table[0x3f4] = 0x3b8;
  table[0x3f5] = 0x3b5;
  table[0x3f7] = 0x3f8;
  table[0x3f9] = 0x3f2;
  table[0x3fa] = 0x3fb;
  for (std::size_t c = 0x3fd; c <= 0x3ff; ++c) table[c] = static_cast<char16_t>(c - 130);
  // Cyrillic and its supplement
  shift(0x400, 0x40f, 80);
  shift(0x410, 0x42f, 32);
  pairs(0x460, 0x480);
  pairs(0x48a, 0x4be);
  table[0x4c0] = 0x4cf;
  pairs(0x4c1, 0x4cd);
  pairs(0x4d0, 0x52e);
  // Armenian
  shift(0x531, 0x556, 48);
  return table;
}();

// The folded code point of a two-byte sequence at text[i]; 0 where there is none.
char16_t folded_pair(std::string_view text, std::size_t i) {
  const auto lead = static_cast<unsigned char>(text[i]);
  if (lead < 0xc2 || lead > 0xdf || i + 1 >= text.size()) return 0;
  if (starts_character(text[i + 1])) return 0;
  const auto next = static_cast<unsigned char>(text[i + 1]);
  const std::size_t code_point = (lead & 0x1fU) << 6 | (next & 0x3fU);
  return code_point < kFoldTable.size() ? kFoldTable[code_point] : static_cast<char16_t>(code_point);
}

// Equal lengths, not both ASCII.
bool equals_folded_slow(std::string_view a, std::string_view b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    const char16_t pair_a = folded_pair(a, i);
    if (pair_a != folded_pair(b, i)) return false;
    if (pair_a != 0) {
      ++i;
    } else if (fold_ascii(a[i]) != fold_ascii(b[i])) {
      return false;
    }
  }
  return true;
}

struct Sequence {
  std::size_t length;  // of the character, or of the invalid bytes that one U+FFFD stands for; at least 1
  bool valid;
};

// The UTF-8 sequence at bytes[i], which is not ASCII (Unicode table 3-7; what is invalid is cut as W3C decoders do).
Sequence sequence_at(std::string_view bytes, std::size_t i) {
  const auto lead = static_cast<unsigned char>(bytes[i]);
  std::size_t length = 0;
  unsigned char low = 0x80;  // range of the second byte
  unsigned char high = 0xbf;
  if (lead >= 0xc2 && lead <= 0xdf) {
    length = 2;
  } else if (lead >= 0xe0 && lead <= 0xef) {
    length = 3;
    if (lead == 0xe0) low = 0xa0;   // overlong
    if (lead == 0xed) high = 0x9f;  // surrogates
  } else if (lead >= 0xf0 && lead <= 0xf4) {
    length = 4;
    if (lead == 0xf0) low = 0x90;   // overlong
    if (lead == 0xf4) high = 0x8f;  // beyond U+10FFFF
  } else {
    return {1, false};
  }
  for (std::size_t k = 1; k < length; ++k) {
    if (i + k >= bytes.size()) return {k, false};
    const auto byte = static_cast<unsigned char>(bytes[i + k]);
    if (byte < low || byte > high) return {k, false};
    low = 0x80;
    high = 0xbf;
  }
  return {length, true};
}

// Start of the first invalid sequence at or after `from`, or the size.
std::size_t find_invalid(std::string_view bytes, std::size_t from) {
  std::size_t i = from;
  while (i < bytes.size()) {
    if (i + sizeof(Word) <= bytes.size() && is_ascii(load_word(bytes.data() + i))) {
      i += sizeof(Word);
    } else if (static_cast<unsigned char>(bytes[i]) < 0x80) {
      ++i;
    } else {
      const Sequence sequence = sequence_at(bytes, i);
      if (!sequence.valid) return i;
      i += sequence.length;
    }
  }
  return i;
}

}  // namespace

namespace internal {

void fold_to(std::string_view text, char* out) {
  Word seen = 0;
  std::size_t i = 0;
  for (; i + sizeof(Word) <= text.size(); i += sizeof(Word)) {
    const Word word = load_word(text.data() + i);
    seen |= word;
    const Word folded = fold_word(word);
    std::memcpy(out + i, &folded, sizeof(folded));
  }
  for (; i < text.size(); ++i) {
    seen |= static_cast<unsigned char>(text[i]);
    out[i] = fold_ascii(text[i]);
  }
  if (is_ascii(seen)) return;
  // From here on ASCII is folded; what is left are two-byte sequences.
  const std::string_view copied(out, text.size());
  i = 0;
  while (i < copied.size()) {
    if (i + sizeof(Word) <= copied.size() && is_ascii(load_word(out + i))) {
      i += sizeof(Word);
      continue;
    }
    const char16_t folded = folded_pair(copied, i);
    if (folded != 0) {
      out[i] = static_cast<char>(0xc0 | folded >> 6);
      out[++i] = static_cast<char>(0x80 | (folded & 0x3f));
    }
    ++i;
  }
}

}  // namespace internal

std::string fold(std::string_view text) {
  std::string folded(text);
  internal::fold_to(folded, folded.data());
  return folded;
}

bool equals_folded(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  std::size_t i = 0;
  for (; i + sizeof(Word) <= a.size(); i += sizeof(Word)) {
    const Word word_a = load_word(a.data() + i);
    const Word word_b = load_word(b.data() + i);
    if (fold_word(word_a) == fold_word(word_b)) continue;
    return !is_ascii(word_a | word_b) && equals_folded_slow(a, b);
  }
  for (; i < a.size(); ++i) {
    if (fold_ascii(a[i]) == fold_ascii(b[i])) continue;
    return ((a[i] | b[i]) & 0x80) != 0 && equals_folded_slow(a, b);
  }
  return true;
}

bool internal::same_size_equals_ascii_nocase(std::string_view a, std::string_view b) {
  if (a == b) return true;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (fold_ascii(a[i]) != fold_ascii(b[i])) return false;
  }
  return true;
}

std::string fold_ascii(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = fold_ascii(c);
  return out;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char low = fold_ascii(c);
  return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

std::size_t length_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), starts_character));
}

std::size_t next_character(std::string_view text, std::size_t at) {
  do {
    ++at;
  } while (at < text.size() && !starts_character(text[at]));
  return at;
}

std::vector<std::string_view> characters_of(std::string_view text) {
  std::vector<std::string_view> characters;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t next = next_character(text, at);
    characters.push_back(text.substr(at, next - at));
    at = next;
  }
  return characters;
}

std::size_t find_control(std::string_view text, std::size_t from) {
  std::size_t i = from;
  while (i + sizeof(Word) <= text.size() && !has_control(load_word(text.data() + i))) i += sizeof(Word);
  while (i < text.size() && static_cast<unsigned char>(text[i]) >= 0x20) ++i;
  return i;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::optional<double> number_of(std::string_view text) {
  text = trim(text);
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) {
    return std::nullopt;
  }
  return number;
}

std::string to_valid_utf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  std::size_t i = 0;
  while (i < bytes.size()) {
    const std::size_t invalid = find_invalid(bytes, i);
    out.append(bytes, i, invalid - i);
    if (invalid == bytes.size()) break;
    out += kReplacementCharacter;
    i = invalid + sequence_at(bytes, invalid).length;
  }
  return out;
}

bool is_valid_utf8(std::string_view bytes) { return find_invalid(bytes, 0) == bytes.size(); }

void append_utf8(char32_t code_point, std::string& out) {
  const auto byte = [&](char32_t value) { out += static_cast<char>(static_cast<unsigned char>(value)); };
  if (code_point < 0x80) {
    byte(code_point);
  } else if (code_point < 0x800) {
    byte(0xc0 | code_point >> 6);
    byte(0x80 | (code_point & 0x3f));
  } else if (code_point < 0x10000) {
    byte(0xe0 | code_point >> 12);
    byte(0x80 | (code_point >> 6 & 0x3f));
    byte(0x80 | (code_point & 0x3f));
  } else {
    byte(0xf0 | code_point >> 18);
    byte(0x80 | (code_point >> 12 & 0x3f));
    byte(0x80 | (code_point >> 6 & 0x3f));
    byte(0x80 | (code_point & 0x3f));
  }
}

std::string quoted(std::string_view text) {
  constexpr std::size_t kMaxBytes = 60;
  const bool cut = text.size() > kMaxBytes;
  if (cut) {
    std::size_t end = kMaxBytes;
    while (end > kMaxBytes - 4 && !starts_character(text[end])) --end;
    text = text.substr(0, end);
  }
  std::string out = "'" + to_valid_utf8(text) + (cut ? "…'" : "'");
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return out;
}

}  // namespace rw::core
