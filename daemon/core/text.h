// Text comparison as the whole program does it: one function folds case, so that a filter, a pattern and an identity
// never disagree.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rw::core {

// Simple case folding to lower case: ASCII, Latin-1, Latin Extended-A, Greek, Cyrillic and Armenian. Keeps every other
// code point, and bytes that are not UTF-8, as they are. Locale-independent.
std::string fold(std::string_view text);

inline char fold_ascii(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

// Compares folded, without building the folded texts where both are ASCII.
bool equals_folded(std::string_view a, std::string_view b);

// ASCII only: for protocol words and field names.
bool equals_ascii_nocase(std::string_view a, std::string_view b);

// Without leading and trailing blank, tab, CR, LF.
std::string_view trim(std::string_view text);

// The same text with each invalid UTF-8 sequence replaced by U+FFFD.
std::string to_valid_utf8(std::string_view bytes);
bool is_valid_utf8(std::string_view bytes);

}  // namespace rw::core
