#include "daemon/detect/spl/expression.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "daemon/detect/rows.h"
#include "daemon/detect/spl/functions.h"
#include "daemon/detect/spl/parser.h"

namespace rw::detect::spl {
namespace {

constexpr LexMode kMode = LexMode::kExpression;
constexpr std::int64_t kRegexMemoryBytes = std::int64_t{8} * 1024 * 1024;

std::optional<CompareOp> compare_op(const Token& token) {
  if (token.is("=") || token.is("==")) return CompareOp::kEqual;
  if (token.is("!=")) return CompareOp::kNotEqual;
  if (token.is("<")) return CompareOp::kLess;
  if (token.is("<=")) return CompareOp::kLessEqual;
  if (token.is(">")) return CompareOp::kGreater;
  if (token.is(">=")) return CompareOp::kGreaterEqual;
  return std::nullopt;
}

ExpressionPtr shared(Expression expression) { return std::make_shared<const Expression>(std::move(expression)); }

int deepest(const std::vector<Expression>& expressions) {
  int depth = 0;
  for (const Expression& each : expressions) depth = std::max(depth, each.depth);
  return depth;
}

bool is_operator_word(std::string_view name) {
  const Token token{TokenKind::kWord, std::string(name), {}};
  for (const std::string_view word : {"AND", "OR", "NOT", "IN", "LIKE"}) {
    if (token.is_nocase(word)) return true;
  }
  return false;
}

// The fields that an expression names.
struct FieldsOf {
  std::set<std::string>& found;

  void operator()(const Literal&) const {}
  void operator()(const FieldName& field) const { found.insert(field.name); }
  void operator()(const FunctionCall& call) const { all(call.arguments); }
  void operator()(const EachValue& each) const {
    found.insert(each.field);
    one(*each.body);
  }
  void operator()(const Negation& negation) const { one(*negation.operand); }
  void operator()(const Arithmetic& node) const { both(*node.left, *node.right); }
  void operator()(const Comparison& node) const { both(*node.left, *node.right); }
  void operator()(const InList& in) const {
    one(*in.operand);
    all(in.values);
  }
  void operator()(const LogicalNot& negation) const { one(*negation.operand); }
  void operator()(const Logical& logical) const { all(logical.terms); }

  void one(const Expression& expression) const { std::visit(*this, expression.node); }
  void both(const Expression& left, const Expression& right) const {
    one(left);
    one(right);
  }
  void all(const std::vector<Expression>& expressions) const {
    for (const Expression& expression : expressions) one(expression);
  }
};

void fields_of(const Expression& expression, std::set<std::string>& found) { FieldsOf{found}.one(expression); }

class ExpressionParser {
 public:
  explicit ExpressionParser(Parser& parser) : parser_(parser) {}

  core::Result<Expression> parse_or() { return parse_logical(Logical::Op::kOr); }

  core::Result<Expression> typed(Expression expression, ValueType type) const {
    if (expression.type == type) return expression;
    return parser_.invalid(expression.span, type == ValueType::kBoolean
                                                ? "expected a test that is true or false, found a value"
                                                : "expected a value, found a test that is true or false");
  }

 private:
  core::Result<Expression> parse_logical(Logical::Op op) {
    const bool is_or = op == Logical::Op::kOr;
    Logical logical{op, {}};
    while (true) {
      RW_TRY(Expression term, is_or ? parse_logical(Logical::Op::kAnd) : parse_not());
      RW_TRY(const bool more, parser_.accept_word(kMode, is_or ? "OR" : "AND"));
      if (!more && logical.terms.empty()) return term;
      RW_TRY(Expression boolean, typed(std::move(term), ValueType::kBoolean));
      logical.terms.push_back(std::move(boolean));
      if (more) continue;
      const int depth = deepest(logical.terms) + 1;
      const SourceSpan span{logical.terms.front().span.begin, parser_.position()};
      return finish({std::move(logical), ValueType::kBoolean, depth, span});
    }
  }

  core::Result<Expression> parse_not() {
    RW_TRY(const Token word, parser_.peek(kMode));
    if (!word.is_nocase("NOT")) return parse_comparison();
    const Parser::Nesting nesting(parser_);
    RW_CHECK(nesting.check(word.span));
    parser_.set_position(word.span.end);
    RW_TRY(Expression operand, parse_not());
    RW_TRY(Expression boolean, typed(std::move(operand), ValueType::kBoolean));
    return negate(std::move(boolean), word.span.begin);
  }

  core::Result<Expression> negate(Expression operand, std::size_t begin) {
    const int depth = operand.depth + 1;
    return finish({LogicalNot{shared(std::move(operand))}, ValueType::kBoolean, depth, {begin, parser_.position()}});
  }

  core::Result<Expression> parse_comparison() {
    RW_TRY(Expression left, parse_sum());
    RW_TRY(const Token token, parser_.peek(kMode));
    const std::size_t begin = left.span.begin;
    if (const std::optional<CompareOp> op = compare_op(token)) {
      parser_.set_position(token.span.end);
      RW_TRY(Expression right, parse_sum());
      const bool booleans = left.type == ValueType::kBoolean && right.type == ValueType::kBoolean;
      if (!booleans || (*op != CompareOp::kEqual && *op != CompareOp::kNotEqual)) {
        RW_TRY(left, typed(std::move(left), ValueType::kValue));
        RW_TRY(right, typed(std::move(right), ValueType::kValue));
      }
      const int depth = std::max(left.depth, right.depth) + 1;
      return finish({Comparison{*op, shared(std::move(left)), shared(std::move(right))},
                     ValueType::kBoolean,
                     depth,
                     {begin, parser_.position()}});
    }
    if (token.is_nocase("IN")) {
      parser_.set_position(token.span.end);
      return parse_in(std::move(left));
    }
    if (token.is_nocase("NOT")) {
      parser_.set_position(token.span.end);
      RW_TRY(const Token in, parser_.next(kMode));
      if (!in.is_nocase("IN")) return parser_.expected("IN after NOT", in);
      RW_TRY(Expression list, parse_in(std::move(left)));
      return negate(std::move(list), begin);
    }
    if (token.is_nocase("LIKE")) {
      parser_.set_position(token.span.end);
      RW_TRY(Expression pattern, parse_sum());
      std::vector<Expression> arguments;
      arguments.push_back(std::move(left));
      arguments.push_back(std::move(pattern));
      return call(*find_function("like"), std::move(arguments), {begin, parser_.position()});
    }
    return left;
  }

  core::Result<Expression> parse_in(Expression operand) {
    RW_TRY(Expression left, typed(std::move(operand), ValueType::kValue));
    RW_CHECK(parser_.expect(kMode, "(", "( after IN"));
    InList in;
    while (true) {
      RW_TRY(Expression value, parse_sum());
      RW_TRY(value, typed(std::move(value), ValueType::kValue));
      in.values.push_back(std::move(value));
      if (in.values.size() > kMaxInValues) {
        return parser_.limit(left.span, fmt::format("the list of IN has more than {} values", kMaxInValues));
      }
      RW_TRY(const Token separator, parser_.next(kMode));
      if (separator.is(")")) break;
      if (!separator.is(",")) return parser_.expected(", or ) in the list of IN", separator);
    }
    const int depth = std::max(left.depth, deepest(in.values)) + 1;
    const SourceSpan span{left.span.begin, parser_.position()};
    in.operand = shared(std::move(left));
    return finish({std::move(in), ValueType::kBoolean, depth, span});
  }

  core::Result<Expression> parse_sum() {
    return parse_chain("+-.", [this] { return parse_product(); });
  }
  core::Result<Expression> parse_product() {
    return parse_chain("*/%", [this] { return parse_unary(); });
  }

  // operand { op operand }, grouped from the left.
  template <class ParseOperand>
  core::Result<Expression> parse_chain(std::string_view ops, const ParseOperand& parse_operand) {
    RW_TRY(Expression left, parse_operand());
    while (true) {
      RW_TRY(const Token token, parser_.peek(kMode));
      if (token.kind != TokenKind::kSymbol || token.text.size() != 1 || ops.find(token.text[0]) == ops.npos)
        return left;
      parser_.set_position(token.span.end);
      RW_TRY(Expression right, parse_operand());
      RW_TRY(left, typed(std::move(left), ValueType::kValue));
      RW_TRY(right, typed(std::move(right), ValueType::kValue));
      const int depth = std::max(left.depth, right.depth) + 1;
      const SourceSpan span{left.span.begin, parser_.position()};
      RW_TRY(left, finish({Arithmetic{token.text[0], shared(std::move(left)), shared(std::move(right))},
                           ValueType::kValue, depth, span}));
    }
  }

  core::Result<Expression> parse_unary() {
    RW_TRY(const Token minus, parser_.peek(kMode));
    if (!minus.is("-")) return parse_atom();
    const Parser::Nesting nesting(parser_);
    RW_CHECK(nesting.check(minus.span));
    parser_.set_position(minus.span.end);
    RW_TRY(Expression operand, parse_unary());
    RW_TRY(operand, typed(std::move(operand), ValueType::kValue));
    const int depth = operand.depth + 1;
    return finish(
        {Negation{shared(std::move(operand))}, ValueType::kValue, depth, {minus.span.begin, parser_.position()}});
  }

  core::Result<Expression> parse_atom() {
    RW_TRY(const Token token, parser_.next(kMode));
    switch (token.kind) {
      case TokenKind::kNumber: {
        const std::optional<double> number = number_of(std::string_view(token.text));
        if (!number) return parser_.invalid(token.span, fmt::format("{} is too large a number", describe(token)));
        return Expression{Literal{value_of_number(*number), token.text}, ValueType::kValue, 1, token.span};
      }
      case TokenKind::kString:
        return Expression{Literal{token.text, {}}, ValueType::kValue, 1, token.span};
      case TokenKind::kQuotedField:
        return Expression{FieldName{token.text}, ValueType::kValue, 1, token.span};
      case TokenKind::kWord:
        return parse_word(token);
      case TokenKind::kSymbol:
        if (token.is("(")) return parse_parentheses(token);
        break;
      case TokenKind::kEnd:
        break;
    }
    return parser_.expected("a field, a value or (", token);
  }

  core::Result<Expression> parse_parentheses(const Token& open) {
    const Parser::Nesting nesting(parser_);
    RW_CHECK(nesting.check(open.span));
    RW_TRY(Expression inner, parse_or());
    RW_CHECK(parser_.expect(kMode, ")", "an operator or )"));
    return inner;
  }

  core::Result<Expression> parse_word(const Token& word) {
    RW_TRY(const bool is_call, parser_.accept(kMode, "("));
    // in(…) and like(…) are functions too.
    const bool function_word = is_call && (word.is_nocase("IN") || word.is_nocase("LIKE"));
    if (is_operator_word(word.text) && !function_word) return parser_.expected("a field, a value or (", word);
    if (!is_call) return Expression{FieldName{word.text}, ValueType::kValue, 1, word.span};
    const Parser::Nesting nesting(parser_);
    RW_CHECK(nesting.check(word.span));
    if (word.is_nocase("mvfilter") || word.is_nocase("mvmap")) return parse_each_value(word);
    const Function* function = find_function(word.text);
    if (function == nullptr) {
      return parser_.unsupported(word.span, fmt::format("the function {}()", word.text), reason_against(word));
    }
    std::vector<Expression> arguments;
    RW_TRY(const bool none, parser_.accept(kMode, ")"));
    while (!none) {
      RW_TRY(Expression argument, parse_or());
      arguments.push_back(std::move(argument));
      RW_TRY(const Token separator, parser_.next(kMode));
      if (separator.is(")")) break;
      if (!separator.is(",")) return parser_.expected(fmt::format(", or ) in {}()", word.text), separator);
    }
    return call(*function, std::move(arguments), {word.span.begin, parser_.position()});
  }

  static std::string reason_against(const Token& function) {
    if (function.is_nocase("random")) return "a search gives the same rows whenever its window is searched";
    if (function.is_nocase("searchmatch")) return "compare fields: like(), match(), =";
    return {};
  }

  // mvfilter(test of one field), mvmap(field, value); what follows the "(".
  core::Result<Expression> parse_each_value(const Token& word) {
    if (in_each_value_)
      return parser_.unsupported(word.span, fmt::format("{}() inside mvfilter() or mvmap()", word.text));
    EachValue each;
    each.filters = word.is_nocase("mvfilter");
    if (!each.filters) {
      RW_TRY(const Token field, parser_.next(kMode));
      if (field.kind != TokenKind::kWord && field.kind != TokenKind::kQuotedField) {
        return parser_.expected("a field in mvmap()", field);
      }
      each.field = field.text;
      RW_CHECK(parser_.expect(kMode, ",", ", after the field in mvmap()"));
    }
    in_each_value_ = true;
    RW_TRY(Expression body, parse_or());
    in_each_value_ = false;
    RW_TRY(body, typed(std::move(body), each.filters ? ValueType::kBoolean : ValueType::kValue));
    RW_CHECK(parser_.expect(kMode, ")", fmt::format(") at the end of {}()", word.text)));
    if (each.filters) {
      std::set<std::string> fields;
      fields_of(body, fields);
      if (fields.size() != 1) {
        return parser_.invalid(word.span, fmt::format("mvfilter() tests one field, not {}", fields.size()));
      }
      each.field = *fields.begin();
    }
    const int depth = body.depth + 1;
    each.body = shared(std::move(body));
    return finish({std::move(each), ValueType::kValue, depth, {word.span.begin, parser_.position()}});
  }

  core::Result<Expression> call(const Function& function, std::vector<Expression> arguments, SourceSpan span) {
    if (!function.takes(arguments.size())) {
      return parser_.invalid(
          span, fmt::format("{}() takes {}, not {}", function.name, function.arity_text(), arguments.size()));
    }
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      RW_TRY(arguments[i], typed(std::move(arguments[i]), function.argument_type(i)));
    }
    FunctionCall node{&function, std::move(arguments), nullptr};
    if (function.pattern_argument >= 0) {
      const Expression& argument = node.arguments[static_cast<std::size_t>(function.pattern_argument)];
      if (const auto* literal = std::get_if<Literal>(&argument.node)) {
        RW_TRY(node.pattern, compile_regex(parser_, argument.span, text_of(literal->value)));
      }
    }
    const int depth = deepest(node.arguments) + 1;
    return finish({std::move(node), function.result, depth, span});
  }

  core::Result<Expression> finish(Expression expression) const {
    if (expression.depth > kMaxExpressionDepth) return parser_.too_deep(expression.span);
    return expression;
  }

  Parser& parser_;
  bool in_each_value_ = false;  // within each other their work would multiply
};

std::string print_field(const std::string& name) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  const bool bare = !name.empty() && std::all_of(name.begin(), name.end(), plain) &&
                    !(name[0] >= '0' && name[0] <= '9') && !is_operator_word(name);
  if (bare) return name;
  std::string text = "'";
  for (const char c : name) {
    if (c == '\\' || c == '\'') text += '\\';
    text += c;
  }
  return text + "'";
}

struct Printer {
  std::string operator()(const Literal& literal) const {
    return literal.written.empty() ? print_string(text_of(literal.value)) : literal.written;
  }
  std::string operator()(const FieldName& field) const { return print_field(field.name); }
  std::string operator()(const FunctionCall& call) const {
    return std::string(call.function->name) + "(" + list(call.arguments) + ")";
  }
  std::string operator()(const EachValue& each) const {
    if (each.filters) return "mvfilter(" + print(*each.body) + ")";
    return "mvmap(" + print_field(each.field) + ", " + print(*each.body) + ")";
  }
  std::string operator()(const Negation& negation) const { return "-" + operand(*negation.operand); }
  std::string operator()(const Arithmetic& node) const {
    return fmt::format("{} {} {}", operand(*node.left), node.op, operand(*node.right));
  }
  std::string operator()(const Comparison& node) const {
    return fmt::format("{} {} {}", operand(*node.left), op_text(node.op), operand(*node.right));
  }
  std::string operator()(const InList& in) const {
    return fmt::format("{} IN ({})", operand(*in.operand), list(in.values));
  }
  std::string operator()(const LogicalNot& negation) const { return "NOT " + operand(*negation.operand); }
  std::string operator()(const Logical& logical) const {
    std::string text;
    for (const Expression& term : logical.terms) {
      if (&term != &logical.terms.front()) text += logical.op == Logical::Op::kAnd ? " AND " : " OR ";
      text += operand(term);
    }
    return text;
  }

  static std::string operand(const Expression& expression) {
    const bool simple =
        std::holds_alternative<Literal>(expression.node) || std::holds_alternative<FieldName>(expression.node) ||
        std::holds_alternative<FunctionCall>(expression.node) || std::holds_alternative<EachValue>(expression.node);
    return simple ? print(expression) : "(" + print(expression) + ")";
  }
  // An argument or element may stand without parentheses, but an element of IN must not be a comparison.
  static std::string list(const std::vector<Expression>& expressions) {
    std::string text;
    for (const Expression& each : expressions) {
      if (&each != &expressions.front()) text += ", ";
      text += print(each);
    }
    return text;
  }
};

}  // namespace

core::Result<Expression> parse_expression(Parser& parser) { return ExpressionParser(parser).parse_or(); }

core::Result<Expression> parse_expression(Parser& parser, ValueType type) {
  ExpressionParser expressions(parser);
  RW_TRY(Expression expression, expressions.parse_or());
  return expressions.typed(std::move(expression), type);
}

std::string as_re2(std::string_view pcre) {
  std::string out;
  bool in_class = false;
  for (std::size_t i = 0; i < pcre.size(); ++i) {
    out += pcre[i];
    if (pcre[i] == '\\' && i + 1 < pcre.size()) {
      out += pcre[++i];
    } else if (in_class) {
      in_class = pcre[i] != ']';
    } else if (pcre[i] == '[') {
      in_class = true;
      // "]" at once, also after "^", is a member of the class
      if (pcre.substr(i + 1, 1) == "^") out += pcre[++i];
      if (pcre.substr(i + 1, 1) == "]") out += pcre[++i];
    } else if (pcre.substr(i, 3) == "(?<" && i + 3 < pcre.size() && pcre[i + 3] != '=' && pcre[i + 3] != '!') {
      out += "?P";
      ++i;
    }
  }
  return out;
}

core::Result<std::shared_ptr<const re2::RE2>> compile_regex(const Parser& parser, SourceSpan at,
                                                            const std::string& pattern) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kRegexMemoryBytes);
  auto regex = std::make_shared<const re2::RE2>(as_re2(pattern), options);
  if (regex->ok()) return regex;
  if (regex->error_code() == re2::RE2::ErrorBadPerlOp || regex->error_code() == re2::RE2::ErrorBadEscape) {
    return parser.unsupported(at, fmt::format("the regular expression operator `{}`", regex->error_arg()),
                              "RE2 has no look-around and no back-references");
  }
  return parser.invalid(at, fmt::format("regular expression: {}", regex->error()));
}

std::string print(const Expression& expression) { return std::visit(Printer(), expression.node); }

}  // namespace rw::detect::spl
