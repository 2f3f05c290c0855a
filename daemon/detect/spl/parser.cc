#include "daemon/detect/spl/parser.h"

#include <fmt/format.h>

#include <utility>

#include "daemon/core/text.h"
#include "daemon/detect/spl/commands.h"

namespace rw::detect::spl {

using core::ErrorCode;

core::Result<bool> Parser::accept(LexMode mode, std::string_view symbol) {
  RW_TRY(const Token token, peek(mode));
  if (!token.is(symbol)) return false;
  lexer_.set_position(token.span.end);
  return true;
}

core::Result<bool> Parser::accept_word(LexMode mode, std::string_view word) {
  RW_TRY(const Token token, peek(mode));
  if (!token.is_nocase(word)) return false;
  lexer_.set_position(token.span.end);
  return true;
}

core::Result<void> Parser::expect(LexMode mode, std::string_view symbol, std::string_view what) {
  RW_TRY(const Token token, next(mode));
  if (!token.is(symbol)) return expected(what, token);
  return {};
}

core::Result<bool> Parser::at_command_end() const {
  RW_TRY(const Token token, peek(LexMode::kArgument));
  return token.kind == TokenKind::kEnd || token.is("|") || token.is("]");
}

core::Result<Tstats::Option> Parser::accept_option() {
  const std::size_t begin = lexer_.position();
  RW_TRY(const Token name, peek(LexMode::kArgument));
  if (name.kind != TokenKind::kWord) return Tstats::Option{};
  lexer_.set_position(name.span.end);
  RW_TRY(const bool is_option, accept(LexMode::kArgument, "="));
  if (!is_option) {
    lexer_.set_position(begin);
    return Tstats::Option{};
  }
  RW_TRY(const Token value, next(LexMode::kArgument));
  if (value.kind != TokenKind::kWord && value.kind != TokenKind::kString) {
    return expected(fmt::format("a value after {}=", name.text), value);
  }
  return Tstats::Option{core::fold(name.text), value.text, {name.span.begin, value.span.end}};
}

core::Result<Token> Parser::expect_name(std::string_view what) {
  RW_TRY(Token token, next(LexMode::kArgument));
  if ((token.kind != TokenKind::kWord && token.kind != TokenKind::kString) || token.text.empty()) {
    return expected(what, token);
  }
  return token;
}

core::Result<std::vector<std::string>> Parser::parse_names(std::string_view what) {
  std::vector<std::string> names;
  while (true) {
    RW_TRY(const Token name, expect_name(what));
    names.push_back(name.text);
    RW_TRY(const bool comma, accept(LexMode::kArgument, ","));
    if (comma) continue;
    RW_TRY(const bool end, at_command_end());
    RW_TRY(const Token token, peek(LexMode::kArgument));
    if (end || token.is("[")) return names;
  }
}

core::Error Parser::expected(std::string_view what, const Token& found) const {
  return invalid(found.span, fmt::format("expected {}, found {}", what, describe(found)));
}

core::Error Parser::invalid(SourceSpan at, std::string_view message, std::string hint) const {
  return lexer_.source().error(ErrorCode::kInvalidInput, at.begin, message, std::move(hint));
}

core::Error Parser::unsupported(SourceSpan at, std::string_view what, std::string hint) const {
  return lexer_.source().error(ErrorCode::kUnsupported, at.begin, fmt::format("{} is not supported", what),
                               std::move(hint));
}

core::Error Parser::limit(SourceSpan at, std::string_view message) const {
  return lexer_.source().error(ErrorCode::kLimit, at.begin, message);
}

core::Result<void> Parser::Nesting::check(SourceSpan at) const {
  if (parser_.depth_ > kMaxExpressionDepth) return parser_.too_deep(at);
  return {};
}

core::Error Parser::too_deep(SourceSpan at) const {
  return limit(at, fmt::format("the expression is nested more than {} deep", kMaxExpressionDepth));
}

core::Result<Pipeline> parse_pipeline(Parser& parser) {
  RW_TRY(const bool piped, parser.accept(LexMode::kArgument, "|"));
  RW_TRY(const Token first, parser.next(LexMode::kArgument));
  if (!first.is_nocase("tstats")) {
    if (first.kind == TokenKind::kWord) {
      return parser.unsupported(first.span,
                                piped ? fmt::format("a search that begins with the command `{}`", first.text)
                                      : fmt::format("a search of raw events, `{} …`,", first.text),
                                "a search begins with `| tstats … FROM datamodel=Endpoint.Registry`");
    }
    return parser.expected("| tstats", first);
  }
  Pipeline pipeline;
  RW_TRY(pipeline.source, parse_tstats(parser));
  pipeline.source.span = {first.span.begin, parser.position()};
  while (true) {
    RW_TRY(const Token pipe, parser.peek(LexMode::kArgument));
    const bool closes = parser.subsearch_depth > 0 && pipe.is("]");
    if (pipe.kind == TokenKind::kEnd || closes) return pipeline;
    if (!pipe.is("|")) return parser.expected("| or the end of the search", pipe);
    parser.set_position(pipe.span.end);
    RW_TRY(const Token name, parser.next(LexMode::kArgument));
    if (name.kind != TokenKind::kWord) return parser.expected("a command after |", name);
    const CommandParser parse_command = find_command(core::fold(name.text));
    if (parse_command == nullptr) {
      return parser.unsupported(name.span, fmt::format("the command `{}`", name.text));
    }
    RW_TRY(CommandPtr command, parse_command(parser));
    pipeline.commands.push_back(std::move(command));
  }
}

core::Result<Pipeline> parse(const ExpandedText& text) {
  Parser parser(text);
  RW_TRY(Pipeline pipeline, parse_pipeline(parser));
  RW_TRY(const Token end, parser.peek(LexMode::kArgument));
  if (end.kind != TokenKind::kEnd) return parser.expected("the end of the search", end);
  return pipeline;
}

}  // namespace rw::detect::spl
