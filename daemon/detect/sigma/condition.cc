#include "daemon/detect/sigma/condition.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "daemon/core/text.h"
#include "daemon/detect/rows.h"

namespace rw::detect::sigma {
namespace {

using core::Error;
using core::ErrorCode;
using core::Result;

// A word, a parenthesis or a bar; empty at the end of the text.
struct Token {
  std::size_t at = 0;
  std::string_view text;

  bool is(std::string_view keyword) const { return core::equals_ascii_nocase(text, keyword); }
};

bool is_sign(char c) { return c == '(' || c == ')' || c == '|'; }

std::vector<Token> tokens_of(std::string_view text) {
  std::vector<Token> tokens;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i + 1;
    if (core::is_blank(text[i])) {
      i = end;
      continue;
    }
    while (!is_sign(text[i]) && end < text.size() && !core::is_blank(text[end]) && !is_sign(text[end])) ++end;
    tokens.push_back({i, text.substr(i, end - i)});
    i = end;
  }
  tokens.push_back({text.size(), {}});
  return tokens;
}

class Parser {
 public:
  Parser(std::string_view text, const std::vector<std::string>& names) : tokens_(tokens_of(text)), names_(names) {}

  Result<Condition> parse() {
    RW_TRY(Condition condition, parse_any());
    if (now().text == "|") return aggregation();
    if (!now().text.empty()) return fault("expected and, or, or the end of the condition");
    return condition;
  }

 private:
  const Token& now() const { return tokens_[next_]; }
  const Token& then() const { return tokens_[std::min(next_ + 1, tokens_.size() - 1)]; }

  Error fault(std::string_view expected, ErrorCode code = ErrorCode::kInvalidInput) const {
    const std::string found = now().text.empty() ? "the end" : core::quoted(now().text);
    return {code, fmt::format("at {}: {}, found {}", now().at + 1, expected, found)};
  }
  Error aggregation() const {
    const std::string_view name = then().text;
    return {ErrorCode::kUnsupported,
            fmt::format("at {}: the aggregation {} is not supported: expected a correlation rule for it", now().at + 1,
                        core::quoted(name))};
  }

  template <class Group>
  Result<Condition> parse_chain(std::string_view keyword, Result<Condition> (Parser::*parse_term)()) {
    RW_TRY(Condition first, (this->*parse_term)());
    if (!now().is(keyword)) return first;
    Group group;
    group.terms.push_back(std::move(first));
    while (now().is(keyword)) {
      ++next_;
      RW_TRY(Condition term, (this->*parse_term)());
      group.terms.push_back(std::move(term));
    }
    return Condition{std::move(group)};
  }
  Result<Condition> parse_any() { return parse_chain<ConditionAny>("or", &Parser::parse_all); }
  Result<Condition> parse_all() { return parse_chain<ConditionAll>("and", &Parser::parse_not); }

  Result<Condition> parse_not() {
    if (!now().is("not")) return parse_primary();
    if (depth_ >= kMaxConditionDepth) return too_deep();
    ++next_;
    ++depth_;
    RW_TRY(Condition term, parse_not());
    --depth_;
    return Condition{ConditionNot{std::make_shared<const Condition>(std::move(term))}};
  }

  Result<Condition> parse_primary() {
    if (now().text == "(") {
      if (depth_ >= kMaxConditionDepth) return too_deep();
      ++next_;
      ++depth_;
      RW_TRY(Condition inner, parse_any());
      if (now().text == "|") return aggregation();
      if (now().text != ")") return fault("expected `)`");
      ++next_;
      --depth_;
      return inner;
    }
    if (then().is("of")) return parse_quantity();
    if (now().is("near")) {
      return Error{ErrorCode::kUnsupported,
                   fmt::format("at {}: `near` is not supported: expected a correlation rule for it", now().at + 1)};
    }
    if (now().text.empty() || is_sign(now().text.front()) || now().is("and") || now().is("or")) {
      return fault("expected the name of a search, not, `(`, or a quantity such as `1 of`");
    }
    const auto found = std::ranges::find(names_, now().text);
    if (found == names_.end()) return fault("expected the name of a search of this rule");
    ++next_;
    return Condition{SearchHolds{static_cast<std::size_t>(found - names_.begin())}};
  }

  Result<Condition> parse_quantity() {
    std::size_t count = 0;
    const Token quantity = now();
    const bool all = quantity.is("all");
    if (quantity.is("any")) {
      count = 1;
    } else if (!all) {
      const char* end = quantity.text.data() + quantity.text.size();
      const auto [read_to, error] = std::from_chars(quantity.text.data(), end, count);
      if (error != std::errc() || read_to != end || count == 0) {
        return fault("expected 1, any, all or a number of at least 1 before `of`");
      }
    }
    next_ += 2;
    AtLeast out;
    const Token pattern = now();
    if (pattern.text.empty() || is_sign(pattern.text.front())) return fault("expected them or a pattern after `of`");
    for (std::size_t i = 0; i < names_.size(); ++i) {
      const bool named =
          pattern.is("them") ? !names_[i].starts_with('_') : match_wildcards(pattern.text, names_[i]).has_value();
      if (named) out.searches.push_back(i);
    }
    if (out.searches.empty()) return fault("expected a pattern that names a search of this rule");
    out.count = all ? out.searches.size() : count;
    if (out.count > out.searches.size()) {
      return Error{ErrorCode::kInvalidInput,
                   fmt::format("at {}: {} of {}, which names only {} searches", quantity.at + 1, count,
                               core::quoted(pattern.text), out.searches.size())};
    }
    ++next_;
    return Condition{std::move(out)};
  }

  Error too_deep() const {
    return {ErrorCode::kLimit, fmt::format("at {}: nested deeper than {} levels", now().at + 1, kMaxConditionDepth)};
  }

  const std::vector<Token> tokens_;
  const std::vector<std::string>& names_;
  std::size_t next_ = 0;
  int depth_ = 0;
};

struct Printer {
  const std::vector<std::string>& names;

  std::string operator()(const SearchHolds& holds) const { return names[holds.search]; }
  std::string operator()(const AtLeast& at_least) const {
    std::vector<std::string> texts;
    for (const std::size_t search : at_least.searches) texts.push_back(names[search]);
    return fmt::format("{} of ({})", at_least.count, fmt::join(texts, ", "));
  }
  std::string operator()(const ConditionNot& negation) const { return "not " + operand(*negation.term); }
  std::string operator()(const ConditionAll& all) const { return join(all.terms, " and "); }
  std::string operator()(const ConditionAny& any) const { return join(any.terms, " or "); }

  std::string operand(const Condition& condition) const {
    const std::string text = print(condition, names);
    const bool chain =
        std::holds_alternative<ConditionAll>(condition.node) || std::holds_alternative<ConditionAny>(condition.node);
    return chain ? "(" + text + ")" : text;
  }
  std::string join(const std::vector<Condition>& terms, std::string_view between) const {
    std::vector<std::string> texts;
    for (const Condition& term : terms) texts.push_back(operand(term));
    return fmt::format("{}", fmt::join(texts, between));
  }
};

}  // namespace

Result<Condition> parse_condition(std::string_view text, const std::vector<std::string>& names) {
  if (text.size() > kMaxConditionBytes) {
    return Error{ErrorCode::kLimit, fmt::format("at {}: longer than {} bytes", kMaxConditionBytes, kMaxConditionBytes)};
  }
  return Parser(text, names).parse();
}

std::string print(const Condition& condition, const std::vector<std::string>& names) {
  return std::visit(Printer{names}, condition.node);
}

}  // namespace rw::detect::sigma
