// A text of a rule with its wildcards: `*` any run of characters, `?` one character, `\` before either (or before a
// backslash) for the character itself. Source: "Escaping" in the Sigma rules specification 2.1. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/core/text_pattern.h"

namespace rw::detect::sigma {

struct Piece {
  enum class Kind { kLiteral, kAnyRun, kAnyChar };
  Kind kind = Kind::kLiteral;
  std::string text;  // of a literal, not empty

  friend bool operator==(const Piece&, const Piece&) = default;
};
// Literals that touch are one, and so are runs.
using Text = std::vector<Piece>;

Text parse_text(std::string_view written);
// No wildcard in it.
Text literal_text(std::string_view text);

void append(Text& text, const Text& more);
// With any run before or after it, unless there is one already.
Text open_start(Text text);
Text open_end(Text text);

// nullopt: it has a wildcard.
std::optional<std::string> plain(const Text& text);
core::TextPattern pattern_of(const Text& text, core::TextPattern::Case case_rule);

// ---- Transformations of the modifiers of the same names, on bytes

std::string base64(std::string_view bytes);
// What of its base64 stays the same wherever in a longer text it stands, one for each of the three offsets. Fewer than
// three for one or two bytes: at some offset nothing stays.
std::vector<std::string> base64offset(std::string_view bytes);
enum class ByteOrder { kLittle, kBig };
// The UTF-16 code units of a UTF-8 text; a byte that is not UTF-8 becomes U+FFFD.
std::string utf16(std::string_view text, ByteOrder order);
// All ways of writing the dashes that begin an argument: - / and the en dash, em dash and horizontal bar. nullopt: more
// than kMostDashes of them.
inline constexpr int kMostDashes = 4;
std::optional<std::vector<Text>> windash(const Text& text);

}  // namespace rw::detect::sigma
