// Recursive descent over the tokens of a search. This class is what all the parsing functions share: tokens with one
// look ahead, errors with their place, and the limits. The grammar is beside the functions: pipeline here,
// search_expression.*, expression.*, aggregates.*, and one file a command.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/core/result.h"
#include "daemon/detect/lookups.h"
#include "daemon/detect/spl/command.h"
#include "daemon/detect/spl/expand.h"
#include "daemon/detect/spl/lexer.h"

namespace rw::detect::spl {

inline constexpr int kMaxSubsearchDepth = 5;

class Parser {
 public:
  // `text` and `lookups` must outlive the parser.
  explicit Parser(const ExpandedText& text, const Lookups& lookups = no_lookups()) : lexer_(text), lookups_(lookups) {}

  const Lookups& lookups() const { return lookups_; }
  const ExpandedText& source() const { return lexer_.source(); }

  core::Result<Token> peek(LexMode mode) const { return lexer_.peek(mode); }
  core::Result<Token> next(LexMode mode) { return lexer_.next(mode); }
  // Reads the symbol, or the word in any case, if it is next.
  core::Result<bool> accept(LexMode mode, std::string_view symbol);
  core::Result<bool> accept_word(LexMode mode, std::string_view word);
  // `what`: for the message, e.g. "( after IN".
  core::Result<void> expect(LexMode mode, std::string_view symbol, std::string_view what);
  // The end of a command: the end of the text, `|` or `]`.
  core::Result<bool> at_command_end() const;

  // "name=value" if that is next: an option of a command. An empty name: it is not.
  core::Result<Tstats::Option> accept_option();
  // Fails with Unsupported unless the value is true, false, t, f, 1 or 0.
  core::Result<bool> boolean_of(const Tstats::Option& option) const;
  // A whole number from `least`. Errors: InvalidInput.
  core::Result<std::size_t> count_of(const Tstats::Option& option, std::size_t least = 0) const;
  // A column name, bare or in quotes.
  core::Result<Token> expect_name(std::string_view what);
  // One or more column names, separated by commas or blanks, to the end of the command or the `[` of a subsearch.
  core::Result<std::vector<std::string>> parse_names(std::string_view what);

  std::size_t position() const { return lexer_.position(); }
  void set_position(std::size_t position) { lexer_.set_position(position); }

  // InvalidInput: "LINE:COL: expected {what}, found {token}".
  core::Error expected(std::string_view what, const Token& found) const;
  core::Error invalid(SourceSpan at, std::string_view message, std::string hint = {}) const;
  // Unsupported: "LINE:COL: {what} is not supported".
  core::Error unsupported(SourceSpan at, std::string_view what, std::string hint = {}) const;
  core::Error limit(SourceSpan at, std::string_view message) const;

  // Counts how deep an expression is nested, for as long as it lives.
  class Nesting {
   public:
    explicit Nesting(Parser& parser) : parser_(parser) { ++parser_.depth_; }
    ~Nesting() { --parser_.depth_; }
    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;
    // Errors: Limit.
    core::Result<void> check(SourceSpan at) const;

   private:
    Parser& parser_;
  };
  core::Error too_deep(SourceSpan at) const;

  // How many searches we are in: 0 for the search itself.
  int subsearch_depth = 0;

 private:
  Lexer lexer_;
  static const Lookups& no_lookups();

  const Lookups& lookups_;
  int depth_ = 0;
};

// pipeline = [ "|" ] source { "|" command }, to the end of the text or, in a subsearch, to the `]`, which stays.
//   source = tstats | from | datamodel | "search" search | inputlookup | makeresults ;   "search" may be left out
core::Result<Pipeline> parse_pipeline(Parser& parser);
// What follows the `[` that was read, with its `]`. Errors: also Limit (nested too deep).
core::Result<Pipeline> parse_subsearch(Parser& parser, const Token& open);

// The whole text.
core::Result<Pipeline> parse(const ExpandedText& text, const Lookups& lookups = {});

}  // namespace rw::detect::spl
