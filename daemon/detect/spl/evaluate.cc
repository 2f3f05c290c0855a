#include "daemon/detect/spl/evaluate.h"

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/detect/spl/functions.h"

namespace rw::detect::spl {
namespace {

using storage::Value;

Value boolean(bool value) { return std::int64_t{value ? 1 : 0}; }

// Null stays null.
std::optional<bool> truth(const Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return *integer != 0;
  return std::nullopt;
}

template <class T>
bool ordered(const T& a, CompareOp op, const T& b) {
  switch (op) {
    case CompareOp::kEqual:
      return a == b;
    case CompareOp::kNotEqual:
      return a != b;
    case CompareOp::kLess:
      return a < b;
    case CompareOp::kLessEqual:
      return a <= b;
    case CompareOp::kGreater:
      return a > b;
    case CompareOp::kGreaterEqual:
      return a >= b;
  }
  return false;
}

// As numbers when both are, else as texts, case-sensitive. Of several values in a cell one must do.
Value compare(const Value& a, CompareOp op, const Value& b) {
  if (a.is_null() || b.is_null()) return {};
  if (const auto* several = std::get_if<std::vector<std::string>>(&a)) {
    for (const std::string& each : *several) {
      if (truth(compare(Value(each), op, b)) == true) return boolean(true);
    }
    return boolean(false);
  }
  if (std::holds_alternative<std::vector<std::string>>(b)) {
    for (const std::string& each : std::get<std::vector<std::string>>(b)) {
      if (truth(compare(a, op, Value(each))) == true) return boolean(true);
    }
    return boolean(false);
  }
  const std::optional<double> x = number_of(a);
  const std::optional<double> y = number_of(b);
  if (x && y) return boolean(ordered(*x, op, *y));
  return boolean(ordered(text_of(a), op, text_of(b)));
}

Value concatenate(const Value& a, const Value& b) {
  std::string text = text_of(a) + text_of(b);
  if (text.size() > kMaxValueBytes) return {};
  return text;
}

Value calculate(const Value& a, char op, const Value& b) {
  if (a.is_null() || b.is_null()) return {};
  if (op == '.') return concatenate(a, b);
  const std::optional<double> x = number_of(a);
  const std::optional<double> y = number_of(b);
  if (!x || !y) {
    // + joins two texts, and nothing else does anything with them.
    const bool texts = op == '+' && std::holds_alternative<std::string>(a) && std::holds_alternative<std::string>(b);
    return texts ? concatenate(a, b) : Value();
  }
  switch (op) {
    case '+':
      return value_of_number(*x + *y);
    case '-':
      return value_of_number(*x - *y);
    case '*':
      return value_of_number(*x * *y);
    case '/':
      return value_of_number(*x / *y);
    case '%':
      return value_of_number(std::fmod(*x, *y));
  }
  return {};
}

struct Evaluator {
  const EvaluationContext& context;

  Value operator()(const Literal& literal) const { return literal.value; }
  Value operator()(const FieldName& field) const {
    if (context.binding != nullptr && context.binding->field == field.name) return context.binding->value;
    const auto index = context.rows.find(field.name);
    return index ? context.row[*index] : Value();
  }
  Value operator()(const FunctionCall& call) const {
    std::vector<Value> arguments;
    arguments.reserve(call.arguments.size());
    for (const Expression& argument : call.arguments) arguments.push_back(evaluate(argument, context));
    return call.function->apply({context.zone, context.now, call.pattern.get()}, arguments);
  }
  Value operator()(const EachValue& each) const {
    std::vector<std::string> kept;
    std::size_t bytes = 0;
    for (std::string& text : texts_of((*this)(FieldName{each.field}))) {
      const Value value(text);
      const Binding binding{each.field, value};
      EvaluationContext inner = context;
      inner.binding = &binding;
      const Value outcome = evaluate(*each.body, inner);
      if (each.filters) {
        if (truth(outcome) == true) kept.push_back(std::move(text));
        continue;
      }
      for (std::string& made : texts_of(outcome)) {
        bytes += made.size();
        kept.push_back(std::move(made));
        if (bytes > kMaxValueBytes || kept.size() > kMaxListValues) return {};
      }
    }
    return value_of_texts(std::move(kept));
  }
  Value operator()(const Negation& negation) const {
    const std::optional<double> number = number_of(evaluate(*negation.operand, context));
    return number ? value_of_number(-*number) : Value();
  }
  Value operator()(const Arithmetic& node) const {
    return calculate(evaluate(*node.left, context), node.op, evaluate(*node.right, context));
  }
  Value operator()(const Comparison& node) const {
    return compare(evaluate(*node.left, context), node.op, evaluate(*node.right, context));
  }
  Value operator()(const InList& in) const {
    const Value operand = evaluate(*in.operand, context);
    bool unknown = operand.is_null();
    for (const Expression& value : in.values) {
      const std::optional<bool> equal = truth(compare(operand, CompareOp::kEqual, evaluate(value, context)));
      if (equal == true) return boolean(true);
      unknown = unknown || !equal;
    }
    return unknown ? Value() : boolean(false);
  }
  Value operator()(const LogicalNot& negation) const {
    const std::optional<bool> operand = truth(evaluate(*negation.operand, context));
    return operand ? boolean(!*operand) : Value();
  }
  Value operator()(const Logical& logical) const {
    // false AND null is false, true OR null is true; otherwise null wins.
    const bool decides = logical.op == Logical::Op::kOr;
    bool unknown = false;
    for (const Expression& term : logical.terms) {
      const std::optional<bool> value = truth(evaluate(term, context));
      if (value == decides) return boolean(decides);
      unknown = unknown || !value;
    }
    return unknown ? Value() : boolean(!decides);
  }
};

}  // namespace

Value evaluate(const Expression& expression, const EvaluationContext& context) {
  return std::visit(Evaluator{context}, expression.node);
}

bool is_true(const Expression& expression, const EvaluationContext& context) {
  return truth(evaluate(expression, context)) == true;
}

}  // namespace rw::detect::spl
