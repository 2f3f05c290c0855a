#include "storage/predicate.h"

#include <fmt/format.h>

#include <utility>

namespace rw::storage {
namespace {

struct PredicatePrinter {
  std::string operator()(const All& all) const { return join(all.terms, " AND ", "true"); }
  std::string operator()(const Any& any) const { return join(any.terms, " OR ", "false"); }
  std::string operator()(const Not& negation) const { return fmt::format("NOT {}", operand(*negation.term)); }
  std::string operator()(const Matches& matches) const {
    return fmt::format("{} {}", matches.field->name, matches.test.describe());
  }
  std::string operator()(const Exists& exists) const { return fmt::format("{} exists", exists.field->name); }
  std::string operator()(const Compares& compares) const {
    return fmt::format("{} {} {}\"{}\"", compares.field->name, op_text(compares.op),
                       compares.numbers_only ? "number " : "", compares.constant);
  }
  std::string operator()(const Same& same) const {
    const bool exact_case = same.case_rule == core::TextPattern::Case::kExact;
    return fmt::format("{} {} {}", same.field->name, exact_case ? "==" : "=", same.other->name);
  }

  static std::string operand(const Predicate& predicate) {
    const bool compound = (std::holds_alternative<All>(predicate.node) && !is_always(predicate)) ||
                          (std::holds_alternative<Any>(predicate.node) && !is_never(predicate));
    return compound ? fmt::format("({})", print(predicate)) : print(predicate);
  }
  static std::string join(const std::vector<Predicate>& terms, std::string_view between, std::string_view none) {
    if (terms.empty()) return std::string(none);
    std::string text;
    for (const Predicate& term : terms) {
      if (&term != &terms.front()) text += between;
      text += operand(term);
    }
    return text;
  }
};

}  // namespace

std::string_view op_text(CompareOp op) {
  switch (op) {
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

Predicate always() { return {All{}}; }
Predicate never() { return {Any{}}; }

Predicate negated(Predicate predicate) { return {Not{std::make_shared<const Predicate>(std::move(predicate))}}; }

bool is_always(const Predicate& predicate) {
  const auto* all = std::get_if<All>(&predicate.node);
  return all != nullptr && all->terms.empty();
}

bool is_never(const Predicate& predicate) {
  const auto* any = std::get_if<Any>(&predicate.node);
  return any != nullptr && any->terms.empty();
}

std::string print(const Predicate& predicate) { return std::visit(PredicatePrinter(), predicate.node); }

}  // namespace rw::storage
