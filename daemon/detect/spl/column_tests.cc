#include "daemon/detect/spl/column_tests.h"

#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "daemon/detect/spl/functions.h"

namespace rw::detect::spl {
namespace {

constexpr double kLongest = 1e9;  // no text is longer

const FunctionCall* call_of(const Expression& expression, std::string_view function) {
  const auto* call = std::get_if<FunctionCall>(&expression.node);
  return call != nullptr && call->function->name == function ? call : nullptr;
}

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

std::optional<ColumnTest> test_of(const Expression& left, CompareOp op, const Expression& right) {
  const auto* literal = std::get_if<Literal>(&right.node);
  if (literal == nullptr) return std::nullopt;
  if (const FunctionCall* len = call_of(left, "len")) {
    const auto* field = std::get_if<FieldName>(&len->arguments.front().node);
    const std::optional<double> number = number_of(literal->value);
    if (field == nullptr || !number) return std::nullopt;
    auto test = length_test(op, *number);
    if (!test) return std::nullopt;
    return ColumnTest{field->name, *std::move(test)};
  }
  const auto* field = std::get_if<FieldName>(&left.node);
  const auto* text = std::get_if<std::string>(&literal->value);
  if (field == nullptr || text == nullptr || op != CompareOp::kEqual || number_of(literal->value)) return std::nullopt;
  return ColumnTest{field->name, core::TextPattern::exact(*text, core::TextPattern::Case::kExact)};
}

void collect(const Expression& condition, std::vector<ColumnTest>& tests) {
  if (const auto* logical = std::get_if<Logical>(&condition.node)) {
    if (logical->op != Logical::Op::kAnd) return;
    for (const Expression& term : logical->terms) collect(term, tests);
  } else if (const auto* comparison = std::get_if<Comparison>(&condition.node)) {
    auto test = test_of(*comparison->left, comparison->op, *comparison->right);
    if (!test) test = test_of(*comparison->right, turned(comparison->op), *comparison->left);
    if (test) tests.push_back(*std::move(test));
  } else if (const FunctionCall* match = call_of(condition, "match")) {
    const auto* field = std::get_if<FieldName>(&match->arguments[0].node);
    const auto* pattern = std::get_if<Literal>(&match->arguments[1].node);
    const auto* text = pattern == nullptr ? nullptr : std::get_if<std::string>(&pattern->value);
    if (field == nullptr || text == nullptr) return;
    if (auto test = core::TextTest::regex(*text); test.ok()) tests.push_back({field->name, std::move(test).value()});
  }
}

}  // namespace

std::vector<ColumnTest> column_tests_of(const Expression& condition) {
  std::vector<ColumnTest> tests;
  collect(condition, tests);
  return tests;
}

}  // namespace rw::detect::spl
