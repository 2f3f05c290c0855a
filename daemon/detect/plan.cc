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

std::string print(const Selected& selected) {
  std::string text = selected.column;
  if (selected.fields.size() == 1 && selected.fields[0]->name == selected.column) return text;
  text += " =";
  for (const cim::Field* field : selected.fields) text += fmt::format(" {}", field->name);
  return text;
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

void print_plan(const Plan& plan, const std::string& indent, std::string& out);

// A line and below it, in brackets, the subsearches.
void print_with(std::string_view line, const std::vector<std::shared_ptr<const Plan>>& subsearches,
                const std::string& indent, std::string& out) {
  out += fmt::format("{}{}", indent, line);
  for (const auto& subsearch : subsearches) {
    out += fmt::format("{}[\n", subsearch == subsearches.front() ? " " : indent);
    print_plan(*subsearch, indent + "  ", out);
    out += fmt::format("{}]{}", indent, subsearch == subsearches.back() ? "" : "\n");
  }
  out += '\n';
}

void print_events(const EventQuery& events, const std::string& indent, std::string& out) {
  out += fmt::format("{}events {}\n", indent, cim::datamodel_name(events.dataset));
  if (events.earliest || events.latest) {
    out += fmt::format("{}  time ", indent);
    if (events.earliest) out += fmt::format(" from {}", events.earliest->text());
    if (events.latest) out += fmt::format(" until {}", events.latest->text());
    out += '\n';
  }
  if (!is_always(events.where)) out += fmt::format("{}  where {}\n", indent, print(events.where));
  if (events.open) print_with(fmt::format("  search {}", events.open->print()), events.subsearches, indent, out);
  if (!events.select.empty()) {
    out += fmt::format("{}  rows  {}\n", indent, print_list(events.select));
    return;
  }
  if (!events.by.empty()) {
    out += fmt::format("{}  by    {}\n", indent, print_list(events.by));
    if (events.fill_null) out += fmt::format("{}  null  \"{}\"\n", indent, *events.fill_null);
  }
  out += fmt::format("{}  make  {}\n", indent, print_list(events.aggregates));
}

void print_plan(const Plan& plan, const std::string& indent, std::string& out) {
  if (plan.reads_events) print_events(plan.events, indent, out);
  for (const Step& step : plan.steps) {
    print_with(step.subsearches.empty() ? step.step->print() : step.step->title(), step.subsearches, indent, out);
  }
}

}  // namespace

cim::Window time_of(const EventQuery& query, const cim::Window& window, core::Micros now, const core::TimeZone& zone) {
  return {query.earliest ? query.earliest->apply(now, zone) : window.earliest - query.lookback,
          query.latest ? query.latest->apply(now, zone) : window.latest};
}

Rows columns_of(const EventQuery& events) {
  Rows rows;
  rows.fill_null = events.fill_null;
  rows.columns.reserve(events.by.size() + events.aggregates.size() + events.select.size());
  for (const GroupBy& by : events.by) rows.columns.push_back({by.column, true, rows.columns.size()});
  for (const Aggregate& aggregate : events.aggregates) rows.columns.push_back({aggregate.column});
  for (const Selected& selected : events.select) rows.columns.push_back({selected.column});
  return rows;
}

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
    case AggregateFunction::kMedian:
      return "median";
    case AggregateFunction::kPercentile:
      return "perc";
    case AggregateFunction::kMode:
      return "mode";
    case AggregateFunction::kRange:
      return "range";
    case AggregateFunction::kDeviation:
      return "stdev";
    case AggregateFunction::kPopulationDeviation:
      return "stdevp";
    case AggregateFunction::kVariance:
      return "var";
    case AggregateFunction::kPopulationVariance:
      return "varp";
    case AggregateFunction::kSumOfSquares:
      return "sumsq";
    case AggregateFunction::kEarliestTime:
      return "earliest_time";
    case AggregateFunction::kLatestTime:
      return "latest_time";
  }
  return "";
}

}  // namespace rw::detect
