// The trees of SPL, as parsed: search expressions (tstats WHERE, `search`) and eval expressions (`where`, `eval`).
// Immutable once built and freely shared between threads. No names are resolved here, except functions.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "daemon/core/text_pattern.h"
#include "daemon/core/text_test.h"
#include "storage/query.h"

namespace re2 {
class RE2;
}

namespace rw::detect::spl {

struct Function;  // spl/functions.h
struct Pipeline;  // spl/command.h

inline constexpr int kMaxExpressionDepth = 200;
inline constexpr std::size_t kMaxInValues = 1000;

// Where a piece of a search stands: offsets into the expanded text, half open.
struct SourceSpan {
  std::size_t begin = 0;
  std::size_t end = 0;
};

enum class CompareOp { kEqual, kNotEqual, kLess, kLessEqual, kGreater, kGreaterEqual };
std::string_view op_text(CompareOp op);  // "=", "!=", …

// ---- Search expressions. Text comparison, case ignored, `*` is any run; OR binds before AND.

struct SearchExpression;

// A value after one level of backslashes is gone. Every `*` in it is a wildcard: SPL cannot escape one.
struct SearchValue {
  std::string text;
  core::TextPattern pattern;

  explicit SearchValue(std::string unescaped);
};

struct SearchAnd {
  std::vector<SearchExpression> terms;  // none: everything passes
};
struct SearchOr {
  std::vector<SearchExpression> terms;
};
struct SearchNot {
  std::shared_ptr<const SearchExpression> term;
};
struct SearchComparison {
  std::string field;
  CompareOp op = CompareOp::kEqual;
  SearchValue value;
};
struct SearchIn {
  std::string field;
  std::vector<SearchValue> values;
  // All the values in one look-up, where they are many and none has a wildcard.
  std::optional<core::TextTest> list = std::nullopt;
};
// [ search ]: its rows become OR-ed terms, the columns of each AND-ed comparisons, once it has run.
struct SearchSubsearch {
  std::shared_ptr<const Pipeline> search;
};

struct SearchExpression {
  std::variant<SearchAnd, SearchOr, SearchNot, SearchComparison, SearchIn, SearchSubsearch> node;
  SourceSpan span;
};

// ---- Eval expressions. Three-valued logic, case matters, AND binds before OR.

// SPL does not mix them: `where` and AND want a boolean, arithmetic and eval a value.
enum class ValueType { kBoolean, kValue };

struct Expression;
using ExpressionPtr = std::shared_ptr<const Expression>;

struct Literal {
  storage::Value value;  // a number or a text
  std::string written;   // of a number
};
struct FieldName {
  std::string name;
};
struct FunctionCall {
  const Function* function;
  std::vector<Expression> arguments;
  std::shared_ptr<const re2::RE2> pattern;  // where the function's regular expression is a literal
};
// mvfilter(test), mvmap(field, value): the body for each value of the field, which stands for that value in it.
struct EachValue {
  bool filters = false;
  std::string field;
  ExpressionPtr body;
};
struct Negation {
  ExpressionPtr operand;
};
struct Arithmetic {
  char op;  // + - * / % and . (concatenation)
  ExpressionPtr left;
  ExpressionPtr right;
};
struct Comparison {
  CompareOp op;
  ExpressionPtr left;
  ExpressionPtr right;
};
struct InList {
  ExpressionPtr operand;
  std::vector<Expression> values;
};
struct LogicalNot {
  ExpressionPtr operand;
};
struct Logical {
  enum class Op { kAnd, kOr } op;
  std::vector<Expression> terms;  // two or more
};

struct Expression {
  std::variant<Literal, FieldName, FunctionCall, EachValue, Negation, Arithmetic, Comparison, InList, LogicalNot,
               Logical>
      node;
  ValueType type = ValueType::kValue;
  int depth = 1;
  SourceSpan span;
};

}  // namespace rw::detect::spl
