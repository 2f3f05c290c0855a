#include "daemon/detect/spl/column_tests.h"

#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "daemon/detect/spl/functions.h"

namespace rw::detect::spl {
namespace {

constexpr double kLongest = 1e9;  // no text is longer

// 5 < len(x) is len(x) > 5.
CompareOp turned(CompareOp op) {
  switch (op) {
    case CompareOp::kLess:
      return CompareOp::kGreater;
    case CompareOp::kLessEqual:
      return CompareOp::kGreaterEqual;
    case CompareOp::kGreater:
      return CompareOp::kLess;
    case CompareOp::kGreaterEqual:
      return CompareOp::kLessEqual;
    case CompareOp::kEqual:
    case CompareOp::kNotEqual:
      break;
  }
  return op;
}

// Lengths are whole: > 5.5 is >= 6. nullopt: it is no span of lengths.
std::optional<core::TextTest> length_test(CompareOp op, double number) {
  if (!(number >= 0 && number <= kLongest)) return std::nullopt;
  const auto up = static_cast<std::size_t>(std::ceil(number));
  const auto down = static_cast<std::size_t>(std::floor(number));
  switch (op) {
    case CompareOp::kGreater:
      return core::TextTest::length(down + 1);
    case CompareOp::kGreaterEqual:
      return core::TextTest::length(up);
    case CompareOp::kLess:
      if (up == 0) return std::nullopt;
      return core::TextTest::length(0, up - 1);
    case CompareOp::kLessEqual:
      return core::TextTest::length(0, down);
    case CompareOp::kEqual:
      if (up != down) return std::nullopt;
      return core::TextTest::length(up, up);
    case CompareOp::kNotEqual:
      break;
  }
  return std::nullopt;
}

class Collector {
 public:
  explicit Collector(const Definitions& definitions) : definitions_(definitions) {}

  void collect(const Expression& condition) {
    if (const auto* logical = std::get_if<Logical>(&condition.node)) {
      if (logical->op != Logical::Op::kAnd) return;
      for (const Expression& term : logical->terms) collect(term);
    } else if (const auto* comparison = std::get_if<Comparison>(&condition.node)) {
      compare(resolved(*comparison->left), comparison->op, resolved(*comparison->right));
      compare(resolved(*comparison->right), turned(comparison->op), resolved(*comparison->left));
    } else if (const FunctionCall* match = call_of(condition, "match")) {
      const auto* field = std::get_if<FieldName>(&resolved(match->arguments[0]).node);
      const std::string* pattern = text_of(match->arguments[1]);
      if (field == nullptr || pattern == nullptr) return;
      if (auto test = core::TextTest::regex(*pattern); test.ok()) add(*field, std::move(test).value());
    }
  }

  std::vector<ColumnTest> take() { return std::move(tests_); }

 private:
  static const FunctionCall* call_of(const Expression& expression, std::string_view function) {
    const auto* call = std::get_if<FunctionCall>(&expression.node);
    return call != nullptr && call->function->name == function ? call : nullptr;
  }
  static const std::string* text_of(const Expression& expression) {
    const auto* literal = std::get_if<Literal>(&expression.node);
    return literal == nullptr ? nullptr : std::get_if<std::string>(&literal->value);
  }

  // What a defined column stands for; definitions name no defined column.
  const Expression& resolved(const Expression& expression) const {
    const auto* field = std::get_if<FieldName>(&expression.node);
    const auto found = field == nullptr ? definitions_.end() : definitions_.find(field->name);
    return found == definitions_.end() ? expression : *found->second;
  }

  void add(const FieldName& field, core::TextTest test) { tests_.push_back({field.name, std::move(test)}); }

  void compare(const Expression& left, CompareOp op, const Expression& right) {
    const auto* literal = std::get_if<Literal>(&right.node);
    if (literal == nullptr) return;
    const std::optional<double> number = number_of(literal->value);
    if (const FunctionCall* len = call_of(left, "len")) {
      const auto* field = std::get_if<FieldName>(&len->arguments[0].node);
      if (field == nullptr || !number) return;
      if (auto test = length_test(op, *number)) add(*field, *std::move(test));
      return;
    }
    // Texts that are numbers compare as numbers: another text may be equal.
    const std::string* text = text_of(right);
    if (text == nullptr || number || op != CompareOp::kEqual) return;
    if (const FunctionCall* choice = call_of(left, "if")) {
      const std::string* otherwise = text_of(choice->arguments[2]);
      if (otherwise != nullptr && *otherwise != *text) collect(choice->arguments[0]);
    } else if (const auto* field = std::get_if<FieldName>(&left.node)) {
      add(*field, core::TextPattern::exact(*text, core::TextPattern::Case::kExact));
    }
  }

  const Definitions& definitions_;
  std::vector<ColumnTest> tests_;
};

}  // namespace

std::vector<ColumnTest> column_tests_of(const Expression& condition, const Definitions& definitions) {
  Collector collector(definitions);
  collector.collect(condition);
  return collector.take();
}

}  // namespace rw::detect::spl
