// Text as the whole program sees it: one function folds case, one reads a number and one quotes a text for a message,
// so that a filter, a pattern, an identity and an error never disagree. Pure.
#pragma once

#include <charconv>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace rw::core {

// Simple case folding to lower case: ASCII, Latin-1, Latin Extended-A, Greek, Cyrillic and Armenian. Keeps every other
// code point, and bytes that are not UTF-8, as they are. Locale-independent.
std::string fold(std::string_view text);

inline char fold_ascii(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }
std::string fold_ascii(std::string_view text);

// Of a hexadecimal digit; -1: it is none.
int hex_value(char c);

// Compares folded, without building the folded texts where both are ASCII.
bool equals_folded(std::string_view a, std::string_view b);

namespace internal {
bool same_size_equals_ascii_nocase(std::string_view a, std::string_view b);
}

// ASCII only: for protocol words and field names. Two words out of many mostly differ in their size.
inline bool equals_ascii_nocase(std::string_view a, std::string_view b) {
  return a.size() == b.size() && internal::same_size_equals_ascii_nocase(a, b);
}

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The byte begins a character, or is one; else it goes on with one.
constexpr bool starts_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }

// Characters (code points).
std::size_t length_of(std::string_view text);

// Where the character after the one at text[at] begins; at least at + 1, beyond the text where none does.
std::size_t next_character(std::string_view text, std::size_t at);
std::vector<std::string_view> characters_of(std::string_view text);

constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// Where the first control character (U+0000 to U+001F) stands, from text[from] on; the text's size: there is none.
std::size_t find_control(std::string_view text, std::size_t from = 0);

// Without leading and trailing blanks.
std::string_view trim(std::string_view text);

// The number that the text is as a whole, blanks around it aside ("5", " 1.50", "-3e2"); nothing else is one, "0x10"
// and "nan" neither.
std::optional<double> number_of(std::string_view text);

// The integer that the text is as a whole, with nothing around it and no '+'. Nullopt: it is none, or too large.
template <class Integer>
std::optional<Integer> parse_integer(std::string_view text, int base = 10) {
  Integer number = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number, base);
  return error == std::errc() && end == last ? std::optional(number) : std::nullopt;
}

inline constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
inline constexpr std::string_view kReplacementCharacter = "\xef\xbf\xbd";  // U+FFFD

// The same text with each invalid UTF-8 sequence replaced by U+FFFD.
std::string to_valid_utf8(std::string_view bytes);
bool is_valid_utf8(std::string_view bytes);

// The code point is one of Unicode's, and no surrogate.
void append_utf8(char32_t code_point, std::string& out);

// The text for a message: in single quotes, valid UTF-8, on one line (control characters as '?'), cut where it is long.
std::string quoted(std::string_view text);

}  // namespace rw::core
