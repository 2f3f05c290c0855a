#include "daemon/detect/plan.h"

#include <fmt/format.h>

#include "daemon/core/units.h"

namespace rw::detect {
namespace {

constexpr std::string_view kUnknownField = "unknown field";

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
