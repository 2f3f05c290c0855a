#include "daemon/detect/plan.h"

#include <fmt/format.h>

#include "daemon/core/units.h"

namespace rw::detect {
namespace {

constexpr std::string_view kUnknownField = "unknown field";

struct PredicatePrinter {
  std::string operator()(const All& all) const { return join(all.terms, " AND ", "true"); }
  std::string operator()(const Any& any) const { return join(any.terms, " OR ", "false"); }
  std::string operator()(const Not& negation) const { return fmt::format("NOT {}", operand(*negation.term)); }
  std::string operator()(const Matches& matches) const {
    // encode() is a letter for the case rule and the pattern with its wildcards and escapes.
    const std::string encoded = matches.pattern.encode();
    const bool exact_case = matches.pattern.case_rule() == core::TextPattern::Case::kExact;
    return fmt::format("{} {} \"{}\"", matches.field->name, exact_case ? "==" : "=", encoded.substr(1));
  }
  std::string operator()(const Exists& exists) const { return fmt::format("{} exists", exists.field->name); }
  std::string operator()(const Compares& compares) const {
    return fmt::format("{} {} \"{}\"", compares.field->name, op_text(compares.op), compares.constant);
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

std::string print(const GroupBy& by) {
  std::string text = by.column;
  if (by.field == nullptr) return fmt::format("{} ({})", text, kUnknownField);
  if (by.span.count() > 0) text += fmt::format(" in spans of {}", core::format_duration(by.span));
  return text;
}

std::string print(const Aggregate& aggregate) {
  if (aggregate.counts_events) return fmt::format("{} = count", aggregate.column);
  return fmt::format("{} = {}({})", aggregate.column, aggregate_name(aggregate.function),
                     aggregate.field == nullptr ? kUnknownField : aggregate.field->name);
}

template <class Item>
std::string print_list(const std::vector<Item>& items) {
  std::string text;
  for (const Item& item : items) {
    if (&item != &items.front()) text += ", ";
    text += print(item);
  }
  return text;
}

void print_plan(const Plan& plan, const std::string& indent, std::string& out) {
  const EventQuery& events = plan.events;
  out += fmt::format("{}events {}\n", indent, cim::datamodel_name(events.dataset));
  if (!is_always(events.where)) out += fmt::format("{}  where {}\n", indent, print(events.where));
  if (!events.by.empty()) {
    out += fmt::format("{}  by    {}\n", indent, print_list(events.by));
    if (events.fill_null) out += fmt::format("{}  null  \"{}\"\n", indent, *events.fill_null);
  }
  out += fmt::format("{}  make  {}\n", indent, print_list(events.aggregates));
  for (const Step& step : plan.steps) {
    if (step.subsearch) {
      // The subsearch stands below, as a plan.
      const std::string text = step.step->print();
      out += fmt::format("{}{} [\n", indent, text.substr(0, text.find(" [| tstats")));
      print_plan(*step.subsearch, indent + "  ", out);
      out += fmt::format("{}]\n", indent);
    } else {
      out += fmt::format("{}{}\n", indent, step.step->print());
    }
  }
}

}  // namespace

Predicate always() { return {All{}}; }
Predicate never() { return {Any{}}; }

bool is_always(const Predicate& predicate) {
  const auto* all = std::get_if<All>(&predicate.node);
  return all != nullptr && all->terms.empty();
}

bool is_never(const Predicate& predicate) {
  const auto* any = std::get_if<Any>(&predicate.node);
  return any != nullptr && any->terms.empty();
}

std::string print(const Predicate& predicate) { return std::visit(PredicatePrinter(), predicate.node); }

std::string print(const Plan& plan) {
  std::string out;
  print_plan(plan, "", out);
  return out;
}

std::string_view aggregate_name(AggregateFunction function) {
  switch (function) {
    case AggregateFunction::kCount:
      return "count";
    case AggregateFunction::kMin:
      return "min";
    case AggregateFunction::kMax:
      return "max";
    case AggregateFunction::kDistinctCount:
      return "dc";
    case AggregateFunction::kValues:
      return "values";
    case AggregateFunction::kSum:
      return "sum";
    case AggregateFunction::kAverage:
      return "avg";
    case AggregateFunction::kEarliest:
      return "earliest";
    case AggregateFunction::kLatest:
      return "latest";
    case AggregateFunction::kFirst:
      return "first";
    case AggregateFunction::kLast:
      return "last";
    case AggregateFunction::kList:
      return "list";
  }
  return "";
}

}  // namespace rw::detect
