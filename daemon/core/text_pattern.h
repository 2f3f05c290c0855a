// A pattern over whole texts: literals, "any run of characters" and "any one character". Neutral between the front
// ends: SPL's `*` and Sigma's `*` and `?` both become one, and so do "contains", "starts with" and "ends with".
// Immutable after construction, thread-safe. Matching is linear in practice and never backtracks more than one star.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/core/result.h"

namespace rw::core {

class TextPattern {
 public:
  enum class Case { kFolded, kExact };

  explicit TextPattern(Case case_rule = Case::kFolded) : case_(case_rule) {}

  // Building, left to right.
  TextPattern& literal(std::string_view text);
  TextPattern& any_run();
  TextPattern& any_char();

  // The whole text, no wildcard in it.
  static TextPattern exact(std::string_view text, Case case_rule = Case::kFolded);
  // Each `*` is any run of characters, everything else stands for itself; folded. How SPL and the API's filters write
  // it.
  static TextPattern with_stars(std::string_view text);

  bool matches(std::string_view text) const;

  // True when there is no wildcard.
  bool is_exact() const;
  // True for a lone any_run: matches every text.
  bool is_any() const;
  Case case_rule() const { return case_; }
  // The literal text when is_exact().
  std::string exact_text() const;
  // The literal texts between the wildcards, as written: the first begins every text that matches, the last ends it,
  // and one alone is the whole text. They may be empty; views of the pattern.
  std::vector<std::string_view> literals() const;
  // The longest run of ASCII characters that stands in every text that matches, folded whatever the case rule; empty:
  // there is none. By it many patterns are looked for at once (pattern_set.h).
  std::string longest_ascii_literal() const;

  // A text form for binding to a query and for explain output: 'i' or 'c', then `*` any run, `?` any character, and
  // `\` before a literal `*`, `?` or `\`. decode(encode()) is the same pattern. Errors of decode: InvalidInput.
  std::string encode() const;
  static Result<TextPattern> decode(std::string_view encoded);

  friend bool operator==(const TextPattern&, const TextPattern&) = default;

 private:
  // A byte string in which kAnyRun and kAnyChar (bytes that never occur in UTF-8) stand for the wildcards;
  // literals are folded already where case_ says so.
  static constexpr char kAnyRun = '\xff';
  static constexpr char kAnyChar = '\xfe';

  Case case_;
  std::string program_;
  std::string original_;  // the literals as written, for encode() and exact_text()
};

}  // namespace rw::core
