#include "daemon/detect/spl/search_expression.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include "daemon/core/text.h"
#include "daemon/detect/spl/command.h"
#include "daemon/detect/spl/parser.h"

namespace rw::detect::spl {
namespace {

std::optional<CompareOp> compare_op(const Token& token) {
  if (token.kind != TokenKind::kSymbol) return std::nullopt;
  if (token.text == "=" || token.text == "==") return CompareOp::kEqual;
  if (token.text == "!=") return CompareOp::kNotEqual;
  if (token.text == "<") return CompareOp::kLess;
  if (token.text == "<=") return CompareOp::kLessEqual;
  if (token.text == ">") return CompareOp::kGreater;
  if (token.text == ">=") return CompareOp::kGreaterEqual;
  return std::nullopt;
}

class SearchParser {
 public:
  SearchParser(Parser& parser, SearchPlace place) : parser_(parser), place_(place) {}

  core::Result<SearchExpression> parse_and() {
    RW_TRY(const Token first, parser_.peek(LexMode::kSearch));
    SearchAnd all;
    while (true) {
      RW_TRY(SearchExpression term, parse_or());
      all.terms.push_back(std::move(term));
      RW_TRY(const bool end, at_end());
      if (end) break;
      RW_TRY(const Token word, parser_.peek(LexMode::kSearch));
      if (word.is_word("AND")) parser_.set_position(word.span.end);
    }
    const SourceSpan span{first.span.begin, parser_.position()};
    if (all.terms.size() == 1) return std::move(all.terms.front());
    return SearchExpression{std::move(all), span};
  }

 private:
  core::Result<SearchExpression> parse_or() {
    RW_TRY(const Token first, parser_.peek(LexMode::kSearch));
    SearchOr any;
    while (true) {
      RW_TRY(SearchExpression term, parse_not());
      any.terms.push_back(std::move(term));
      RW_TRY(const Token word, parser_.peek(LexMode::kSearch));
      if (!word.is_word("OR")) break;
      parser_.set_position(word.span.end);
    }
    const SourceSpan span{first.span.begin, parser_.position()};
    if (any.terms.size() == 1) return std::move(any.terms.front());
    return SearchExpression{std::move(any), span};
  }

  core::Result<SearchExpression> parse_not() {
    RW_TRY(const Token word, parser_.peek(LexMode::kSearch));
    if (!word.is_word("NOT")) return parse_primary();
    const Parser::Nesting nesting(parser_);
    RW_CHECK(nesting.check(word.span));
    parser_.set_position(word.span.end);
    RW_TRY(SearchExpression term, parse_not());
    return SearchExpression{SearchNot{std::make_shared<const SearchExpression>(std::move(term))},
                            {word.span.begin, parser_.position()}};
  }

  core::Result<SearchExpression> parse_primary() {
    RW_TRY(const bool end, at_end());
    RW_TRY(const Token token, parser_.next(LexMode::kSearch));
    if (token.is("(")) {
      const Parser::Nesting nesting(parser_);
      RW_CHECK(nesting.check(token.span));
      RW_TRY(SearchExpression inner, parse_and());
      RW_CHECK(parser_.expect(LexMode::kSearch, ")", "AND, OR, a comparison or )"));
      inner.span = {token.span.begin, parser_.position()};
      return inner;
    }
    if (token.is("[")) {
      RW_TRY(Pipeline search, parse_subsearch(parser_, token));
      return SearchExpression{SearchSubsearch{std::make_shared<const Pipeline>(std::move(search))},
                              {token.span.begin, parser_.position()}};
    }
    const bool name = token.kind == TokenKind::kWord || token.kind == TokenKind::kString;
    if (!name || end || token.is_word("AND") || token.is_word("OR")) {
      return parser_.expected("a comparison", token);
    }
    RW_TRY(const Token op, parser_.peek(LexMode::kSearch));
    if (const std::optional<CompareOp> compare = compare_op(op)) {
      parser_.set_position(op.span.end);
      return parse_comparison(token, *compare);
    }
    if (op.is_word("IN")) {
      parser_.set_position(op.span.end);
      return parse_in(token);
    }
    return parse_term(token);
  }

  core::Result<SearchExpression> parse_comparison(const Token& field, CompareOp op) {
    RW_CHECK(check_field(field));
    RW_TRY(SearchValue value, parse_value(fmt::format("a value after `{}{}`", field.text, op_text(op))));
    return SearchExpression{SearchComparison{field.text, op, std::move(value)}, {field.span.begin, parser_.position()}};
  }

  core::Result<SearchExpression> parse_in(const Token& field) {
    RW_CHECK(check_field(field));
    RW_CHECK(parser_.expect(LexMode::kSearch, "(", "( after IN"));
    SearchIn in{field.text, {}};
    while (true) {
      RW_TRY(SearchValue value, parse_value("a value in the list of IN"));
      in.values.push_back(std::move(value));
      if (in.values.size() > kMaxInValues) {
        return parser_.limit(field.span, fmt::format("the list of IN has more than {} values", kMaxInValues));
      }
      RW_TRY(const Token separator, parser_.next(LexMode::kSearch));
      if (separator.is(")")) return SearchExpression{std::move(in), {field.span.begin, parser_.position()}};
      if (!separator.is(",")) return parser_.expected(", or ) in the list of IN", separator);
    }
  }

  core::Result<SearchValue> parse_value(std::string_view what) {
    RW_TRY(const Token token, parser_.next(LexMode::kValue));
    if (token.kind == TokenKind::kString) return SearchValue(token.text);
    if (token.kind != TokenKind::kWord) return parser_.expected(what, token);
    if (token.is_word("AND") || token.is_word("OR") || token.is_word("NOT")) {
      return parser_.invalid(token.span, fmt::format("expected {}, found `{}`", what, token.text),
                             fmt::format("write \"{}\" in quotes to mean the word", token.text));
    }
    RW_TRY(const Token next, parser_.peek(LexMode::kSearch));
    if (next.is("(") && next.span.begin == token.span.end && (token.is_word("CASE") || token.is_word("TERM"))) {
      return parser_.unsupported(token.span, fmt::format("{}( )", token.text));
    }
    return SearchValue(token.text);
  }

  core::Result<SearchExpression> parse_term(const Token& term) {
    if (term.text == "*") return SearchExpression{SearchAnd{}, term.span};
    if (term.is_nocase("AND") || term.is_nocase("OR") || term.is_nocase("NOT")) {
      return parser_.unsupported(term.span, fmt::format("the free-text term `{}`", term.text),
                                 "AND, OR and NOT count only in capitals");
    }
    return parser_.unsupported(term.span, fmt::format("the free-text term {}", describe(term)),
                               "name a field: field=value");
  }

  core::Result<void> check_field(const Token& field) const {
    if (has_wildcard(field.text)) return parser_.unsupported(field.span, "a wildcard in a field name");
    return {};
  }

  core::Result<bool> at_end() const {
    RW_TRY(const Token token, parser_.peek(LexMode::kSearch));
    if (token.kind == TokenKind::kEnd || token.is("|") || token.is("]") || token.is(")")) return true;
    return place_ == SearchPlace::kTstatsWhere && (token.is_nocase("BY") || token.is_nocase("GROUPBY"));
  }

  Parser& parser_;
  const SearchPlace place_;
};

// A cell against a value. Of several texts in a cell one must match.
bool holds(const storage::Value& cell, CompareOp op, const SearchValue& value) {
  if (cell.is_null()) return false;
  const std::vector<std::string> texts = texts_of(cell);
  switch (op) {
    case CompareOp::kEqual:
      return std::any_of(texts.begin(), texts.end(), [&](const auto& text) { return value.pattern.matches(text); });
    case CompareOp::kNotEqual:
      return std::none_of(texts.begin(), texts.end(), [&](const auto& text) { return value.pattern.matches(text); });
    default:
      return std::any_of(texts.begin(), texts.end(), [&](const auto& text) { return compares(text, op, value.text); });
  }
}

struct Passes {
  const Rows& rows;
  const Row& row;

  const storage::Value& cell(const std::string& field) const {
    static const storage::Value kNull;
    const auto index = rows.find(field);
    return index ? row[*index] : kNull;
  }
  bool operator()(const SearchAnd& all) const {
    return std::all_of(all.terms.begin(), all.terms.end(), [&](const auto& term) { return passes(term, rows, row); });
  }
  bool operator()(const SearchOr& any) const {
    return std::any_of(any.terms.begin(), any.terms.end(), [&](const auto& term) { return passes(term, rows, row); });
  }
  bool operator()(const SearchNot& negation) const { return !passes(*negation.term, rows, row); }
  bool operator()(const SearchComparison& test) const { return holds(cell(test.field), test.op, test.value); }
  bool operator()(const SearchIn& in) const {
    const storage::Value& value = cell(in.field);
    if (in.list) {
      const std::vector<std::string> texts = texts_of(value);
      return std::any_of(texts.begin(), texts.end(), [&](const auto& text) { return in.list->matches(text); });
    }
    return std::any_of(in.values.begin(), in.values.end(),
                       [&](const auto& each) { return holds(value, CompareOp::kEqual, each); });
  }
  bool operator()(const SearchSubsearch&) const { return false; }
};

struct Printer {
  bool brief = false;

  std::string operator()(const SearchSubsearch& subsearch) const {
    return brief ? "[…]" : "[" + print(*subsearch.search) + "]";
  }
  std::string operator()(const SearchAnd& all) const { return join(all.terms, " AND "); }
  std::string operator()(const SearchOr& any) const { return join(any.terms, " OR "); }
  std::string operator()(const SearchNot& negation) const { return "NOT " + operand(*negation.term); }
  std::string operator()(const SearchComparison& test) const {
    return print_name(test.field) + std::string(op_text(test.op)) + print_string(test.value.text);
  }
  std::string operator()(const SearchIn& in) const {
    std::string text = print_name(in.field) + " IN (";
    for (const SearchValue& value : in.values) {
      if (&value != &in.values.front()) text += ", ";
      text += print_string(value.text);
    }
    return text + ")";
  }

  std::string text_of(const SearchExpression& expression) const { return std::visit(*this, expression.node); }
  std::string operand(const SearchExpression& expression) const {
    const auto* all = std::get_if<SearchAnd>(&expression.node);
    const bool compound = (all != nullptr && !all->terms.empty()) || std::holds_alternative<SearchOr>(expression.node);
    return compound ? "(" + text_of(expression) + ")" : text_of(expression);
  }
  std::string join(const std::vector<SearchExpression>& terms, std::string_view between) const {
    if (terms.empty()) return "*";
    std::string text;
    for (const SearchExpression& term : terms) {
      if (&term != &terms.front()) text += between;
      text += operand(term);
    }
    return text;
  }
};

}  // namespace

SearchValue::SearchValue(std::string unescaped)
    : text(std::move(unescaped)), pattern(core::TextPattern::with_stars(text)) {}

std::string_view op_text(CompareOp op) {
  switch (op) {
    case CompareOp::kEqual:
      return "=";
    case CompareOp::kNotEqual:
      return "!=";
    case CompareOp::kLess:
      return "<";
    case CompareOp::kLessEqual:
      return "<=";
    case CompareOp::kGreater:
      return ">";
    case CompareOp::kGreaterEqual:
      return ">=";
  }
  return "";
}

core::Result<SearchExpression> parse_search(Parser& parser, SearchPlace place) {
  return SearchParser(parser, place).parse_and();
}

bool passes(const SearchExpression& expression, const Rows& rows, const Row& row) {
  return std::visit(Passes{rows, row}, expression.node);
}

bool compares(std::string_view a, CompareOp op, std::string_view b) {
  const std::optional<double> x = number_of(a);
  const std::optional<double> y = number_of(b);
  const auto test = [op](const auto& left, const auto& right) {
    switch (op) {
      case CompareOp::kEqual:
        return left == right;
      case CompareOp::kNotEqual:
        return left != right;
      case CompareOp::kLess:
        return left < right;
      case CompareOp::kLessEqual:
        return left <= right;
      case CompareOp::kGreater:
        return left > right;
      case CompareOp::kGreaterEqual:
        return left >= right;
    }
    return false;
  };
  return x && y ? test(*x, *y) : test(core::fold(a), core::fold(b));
}

std::string print(const SearchExpression& expression) { return std::visit(Printer(), expression.node); }
std::string print_title(const SearchExpression& expression) { return std::visit(Printer{true}, expression.node); }

}  // namespace rw::detect::spl
