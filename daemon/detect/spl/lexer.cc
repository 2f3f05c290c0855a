#include "daemon/detect/spl/lexer.h"

#include <fmt/format.h>

#include <cctype>

#include "daemon/core/text.h"

namespace rw::detect::spl {
namespace {

constexpr std::size_t kDescribedBytes = 60;  // of a token in a message

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v'; }
bool is_ascii_punctuation(char c) { return c > ' ' && c < '\x7f' && std::isalnum(static_cast<unsigned char>(c)) == 0; }
bool is_identifier_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}
bool is_identifier(char c) { return is_identifier_start(c) || core::is_digit(c); }

// Characters that end a bare word.
std::string_view word_ends(LexMode mode) {
  switch (mode) {
    case LexMode::kArgument:
      return "(),=<>!\"'|[]";
    case LexMode::kSearch:
      return "(),=<>!\"|[]";
    case LexMode::kValue:
      return "(),\"|[]";
    case LexMode::kExpression:
      break;
  }
  return "";
}

// Longest first.
constexpr std::string_view kSymbols[] = {"==", "!=", "<=", ">=", "=", "<", ">", "(", ")", ",", "|", "[", "]"};
constexpr std::string_view kExpressionSymbols[] = {"+", "-", "*", "/", "%", "."};

std::string_view symbol_at(std::string_view text, LexMode mode) {
  for (const std::string_view symbol : kSymbols) {
    if (!text.starts_with(symbol)) continue;
    // In a value `<` and `=` are ordinary characters: process=*a=b*.
    if (mode == LexMode::kValue && word_ends(mode).find(symbol.front()) == std::string_view::npos) continue;
    return symbol;
  }
  if (mode == LexMode::kExpression) {
    for (const std::string_view symbol : kExpressionSymbols) {
      if (text.starts_with(symbol)) return symbol;
    }
  }
  return {};
}

std::string unescape(std::string_view raw, bool (*drops_backslash)(char)) {
  std::string out;
  out.reserve(raw.size());
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] == '\\' && i + 1 < raw.size() && drops_backslash(raw[i + 1])) ++i;
    out += raw[i];
  }
  return out;
}

}  // namespace

std::string unescape_search(std::string_view raw) {
  return unescape(raw, [](char c) { return is_ascii_punctuation(c) && c != '*'; });
}

std::string unescape_string(std::string_view raw) {
  return unescape(raw, [](char c) { return c == '\\' || c == '"'; });
}

std::string unescape_field(std::string_view raw) {
  return unescape(raw, [](char c) { return c == '\\' || c == '\''; });
}

bool Token::is_nocase(std::string_view word) const {
  return kind == TokenKind::kWord && core::equals_ascii_nocase(text, word);
}

std::string describe(const Token& token) {
  std::size_t shown = token.text.size();
  if (shown > kDescribedBytes) {
    shown = kDescribedBytes;
    while (shown > 0 && (static_cast<unsigned char>(token.text[shown]) & 0xC0) == 0x80) --shown;  // whole characters
  }
  const std::string text = token.text.substr(0, shown) + (shown < token.text.size() ? "…" : "");
  switch (token.kind) {
    case TokenKind::kEnd:
      return "the end of the search";
    case TokenKind::kString:
      return fmt::format("the text \"{}\"", text);
    case TokenKind::kQuotedField:
      return fmt::format("the field '{}'", text);
    default:
      return fmt::format("`{}`", text);
  }
}

core::Result<Token> Lexer::next(LexMode mode) {
  RW_TRY(Token token, peek(mode));
  position_ = token.span.end;
  return token;
}

core::Result<Token> Lexer::peek(LexMode mode) const {
  std::size_t at = position_;
  while (at < text_.size() && is_blank(text_[at])) ++at;
  if (at == text_.size()) return Token{TokenKind::kEnd, "", {at, at}};
  if (text_[at] == '"') return lex_quoted(mode, at, '"');
  if (mode == LexMode::kExpression) return lex_expression(at);
  const std::string_view symbol = symbol_at(text_.substr(at), mode);
  if (!symbol.empty()) return Token{TokenKind::kSymbol, std::string(symbol), {at, at + symbol.size()}};
  Token word = lex_word(mode, at);
  if (word.span.end == at) {
    return source_.error(core::ErrorCode::kInvalidInput, at, fmt::format("unexpected `{}`", text_[at]));
  }
  return word;
}

core::Result<Token> Lexer::lex_quoted(LexMode mode, std::size_t at, char quote) const {
  std::size_t end = at + 1;
  while (end < text_.size() && text_[end] != quote) end += text_[end] == '\\' ? 2 : 1;
  if (end >= text_.size()) {
    return source_.error(core::ErrorCode::kInvalidInput, at,
                         fmt::format("a quote is never closed: expected {} at the end of the {}", quote,
                                     quote == '"' ? "text" : "field name"));
  }
  const std::string_view raw = text_.substr(at + 1, end - at - 1);
  const bool search = mode == LexMode::kSearch || mode == LexMode::kValue;
  return Token{quote == '"' ? TokenKind::kString : TokenKind::kQuotedField,
               quote == '\'' ? unescape_field(raw) : (search ? unescape_search(raw) : unescape_string(raw)),
               {at, end + 1}};
}

core::Result<Token> Lexer::lex_expression(std::size_t at) const {
  if (text_[at] == '\'') return lex_quoted(LexMode::kExpression, at, '\'');
  std::size_t end = at;
  if (core::is_digit(text_[at])) {
    while (end < text_.size() && core::is_digit(text_[end])) ++end;
    if (end + 1 < text_.size() && text_[end] == '.' && core::is_digit(text_[end + 1])) {
      ++end;
      while (end < text_.size() && core::is_digit(text_[end])) ++end;
    }
    return Token{TokenKind::kNumber, std::string(text_.substr(at, end - at)), {at, end}};
  }
  if (is_identifier_start(text_[at])) {
    while (end < text_.size() && is_identifier(text_[end])) ++end;
    return Token{TokenKind::kWord, std::string(text_.substr(at, end - at)), {at, end}};
  }
  const std::string_view symbol = symbol_at(text_.substr(at), LexMode::kExpression);
  if (symbol.empty()) {
    return source_.error(core::ErrorCode::kInvalidInput, at,
                         fmt::format("unexpected `{}` in an expression", text_[at]));
  }
  return Token{TokenKind::kSymbol, std::string(symbol), {at, at + symbol.size()}};
}

Token Lexer::lex_word(LexMode mode, std::size_t at) const {
  const bool escapes = mode != LexMode::kArgument;
  const std::string_view ends = word_ends(mode);
  std::size_t end = at;
  while (end < text_.size() && !is_blank(text_[end]) && ends.find(text_[end]) == std::string_view::npos) {
    const bool pair = escapes && text_[end] == '\\' && end + 1 < text_.size() && !is_blank(text_[end + 1]);
    end += pair ? 2 : 1;
  }
  const std::string_view raw = text_.substr(at, end - at);
  return Token{TokenKind::kWord, escapes ? unescape_search(raw) : std::string(raw), {at, end}};
}

}  // namespace rw::detect::spl
