// SPL text → tokens. What a character means depends on the place: `-` is part of a word in a search and an operator in
// an expression. So the parser says which mode it is in at each call, and the lexer keeps nothing but a position.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "daemon/core/result.h"
#include "daemon/detect/spl/ast.h"
#include "daemon/detect/spl/expand.h"

namespace rw::detect::spl {

enum class LexMode {
  kArgument,    // words of a command: names, options, numbers
  kSearch,      // the left of a comparison in a search expression, or an operator
  kValue,       // the right of it: a bare value may hold almost anything
  kExpression,  // eval: identifiers, numbers, operators, "text", 'field'
};

enum class TokenKind { kEnd, kWord, kString, kQuotedField, kNumber, kSymbol };

struct Token {
  TokenKind kind = TokenKind::kEnd;
  // Word and symbol: as written, but one level of backslashes gone from a word of a search. String and quoted field:
  // what stands between the quotes, unescaped.
  std::string text;
  SourceSpan span;

  bool is(std::string_view symbol) const { return kind == TokenKind::kSymbol && text == symbol; }
  // A word written exactly so, or (is_nocase) in any case.
  bool is_word(std::string_view word) const { return kind == TokenKind::kWord && text == word; }
  bool is_nocase(std::string_view word) const;
};

// For messages: "end of the search", `|`, "word".
std::string describe(const Token& token);

// Backslashes in the values of search expressions, quoted or not: `\` before a punctuation character is that
// character (but `\*` is a backslash and a wildcard), before anything else it stays.
std::string unescape_search(std::string_view raw);
// In all other strings `\\` is `\` and `\"` is `"`; anything else stays two characters, so that \d and \. survive.
std::string unescape_string(std::string_view raw);
// In a field name in single quotes: `\\` and `\'`.
std::string unescape_field(std::string_view raw);

class Lexer {
 public:
  // `text` must outlive the lexer.
  explicit Lexer(const ExpandedText& text) : source_(text), text_(text.text()) {}

  // Errors: InvalidInput (a quote is never closed; a character that means nothing here).
  core::Result<Token> peek(LexMode mode) const;
  core::Result<Token> next(LexMode mode);

  std::size_t position() const { return position_; }
  void set_position(std::size_t position) { position_ = position; }
  const ExpandedText& source() const { return source_; }

 private:
  core::Result<Token> lex_quoted(LexMode mode, std::size_t at, char quote) const;
  core::Result<Token> lex_expression(std::size_t at) const;
  Token lex_word(LexMode mode, std::size_t at) const;

  const ExpandedText& source_;
  std::string_view text_;
  std::size_t position_ = 0;
};

}  // namespace rw::detect::spl
