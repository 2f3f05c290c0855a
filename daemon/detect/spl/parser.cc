#include "daemon/detect/spl/parser.h"

#include <fmt/format.h>

#include <charconv>
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

const Lookups& Parser::no_lookups() {
  static const Lookups kNone;
  return kNone;
}

core::Result<bool> Parser::boolean_of(const Tstats::Option& option) const {
  const std::string value = core::fold(option.value);
  const bool yes = value == "true" || value == "t" || value == "1";
  if (yes || value == "false" || value == "f" || value == "0") return yes;
  return invalid(option.at, fmt::format("{}={}: expected true or false", option.name, option.value));
}

core::Result<std::size_t> Parser::count_of(const Tstats::Option& option, std::size_t least) const {
  std::size_t count = 0;
  const std::string& text = option.value;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size() || count < least) {
    return invalid(option.at, fmt::format("{}={}: expected a whole number from {}", option.name, option.value, least));
  }
  return count;
}

namespace {

// Commands that Splunk has and that we never run, with the reason.
struct Refusal {
  std::string_view command;
  std::string_view reason;
};
constexpr Refusal kRefused[] = {
    {"apply", "machine-learning models are not run here"},
    {"fit", "machine-learning models are not run here"},
    {"collect", "searches write nothing"},
    {"outputlookup", "searches write nothing"},
    {"outputcsv", "searches write nothing"},
    {"sendemail", "searches send nothing"},
    {"map", "it runs a search for each row"},
    {"transaction", "stats by the same fields groups events too"},
    {"script", "searches run no programs"},
};

core::Result<CommandPtr> parse_command(Parser& parser, const Token& name) {
  const std::string command = core::fold(name.text);
  if (const CommandParser parse_rest = find_command(command)) return parse_rest(parser);
  for (const Refusal& refusal : kRefused) {
    if (refusal.command == command) {
      return parser.unsupported(name.span, fmt::format("the command `{}`", name.text), std::string(refusal.reason));
    }
  }
  return parser.unsupported(name.span, fmt::format("the command `{}`", name.text));
}

// The source, and in a pipeline without events its first command.
core::Result<Pipeline> parse_source(Parser& parser) {
  constexpr std::string_view kHint = "a search begins with `| tstats … FROM datamodel=Endpoint.Registry`";
  const std::size_t begin = parser.position();
  RW_TRY(const bool piped, parser.accept(LexMode::kArgument, "|"));
  RW_TRY(const Token first, parser.next(LexMode::kArgument));
  if (first.kind != TokenKind::kWord) return parser.expected("| tstats", first);
  const std::string name = core::fold(first.text);
  RW_TRY(const Token next, parser.peek(LexMode::kSearch));
  const bool is_comparison = next.is("=") || next.is("!=");
  Pipeline pipeline;
  if (name == "tstats" && !is_comparison) {
    RW_TRY(Tstats tstats, parse_tstats(parser));
    tstats.span = {first.span.begin, parser.position()};
    pipeline.source = std::move(tstats);
  } else if (piped && (name == "from" || name == "datamodel")) {
    RW_TRY(EventRows rows, name == "from" ? parse_from(parser) : parse_datamodel(parser));
    pipeline.source = std::move(rows);
  } else if (piped && is_source_command(name)) {
    pipeline.source = NoEvents{};
    RW_TRY(CommandPtr command, parse_command(parser, first));
    pipeline.commands.push_back(std::move(command));
  } else if (!piped || name == "search") {
    if (name != "search" || is_comparison) parser.set_position(begin);
    RW_TRY(EventRows rows, parse_index_search(parser));
    pipeline.source = std::move(rows);
  } else {
    return parser.unsupported(first.span, fmt::format("a search that begins with the command `{}`", first.text),
                              std::string(kHint));
  }
  return pipeline;
}

}  // namespace

core::Result<Pipeline> parse_pipeline(Parser& parser) {
  RW_TRY(Pipeline pipeline, parse_source(parser));
  while (true) {
    RW_TRY(const Token pipe, parser.peek(LexMode::kArgument));
    const bool closes = parser.subsearch_depth > 0 && pipe.is("]");
    if (pipe.kind == TokenKind::kEnd || closes) return pipeline;
    if (!pipe.is("|")) return parser.expected("| or the end of the search", pipe);
    parser.set_position(pipe.span.end);
    RW_TRY(const Token name, parser.next(LexMode::kArgument));
    if (name.kind != TokenKind::kWord) return parser.expected("a command after |", name);
    if (core::fold(name.text) == "makeresults") {
      return parser.invalid(name.span, "makeresults: expected at the beginning of a search");
    }
    RW_TRY(CommandPtr command, parse_command(parser, name));
    pipeline.commands.push_back(std::move(command));
  }
}

core::Result<Pipeline> parse_subsearch(Parser& parser, const Token& open) {
  if (parser.subsearch_depth >= kMaxSubsearchDepth) {
    return parser.limit(open.span, fmt::format("subsearches are nested more than {} deep", kMaxSubsearchDepth));
  }
  ++parser.subsearch_depth;
  RW_TRY(Pipeline subsearch, parse_pipeline(parser));
  --parser.subsearch_depth;
  RW_CHECK(parser.expect(LexMode::kArgument, "]", "| or ] at the end of the subsearch"));
  return subsearch;
}

core::Result<Pipeline> parse(const ExpandedText& text, const Lookups& lookups) {
  Parser parser(text, lookups);
  RW_TRY(Pipeline pipeline, parse_pipeline(parser));
  RW_TRY(const Token end, parser.peek(LexMode::kArgument));
  if (end.kind != TokenKind::kEnd) return parser.expected("the end of the search", end);
  return pipeline;
}

}  // namespace rw::detect::spl
