#include "daemon/detect/spl/aggregates.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "daemon/core/text.h"
#include "daemon/detect/spl/parser.h"

namespace rw::detect::spl {
namespace {

using storage::Value;
constexpr LexMode kMode = LexMode::kArgument;

struct Entry {
  std::string_view name;
  AggregateFunction function;
};

constexpr Entry kAggregates[] = {
    {"avg", AggregateFunction::kAverage},
    {"c", AggregateFunction::kCount},
    {"count", AggregateFunction::kCount},
    {"dc", AggregateFunction::kDistinctCount},
    {"distinct_count", AggregateFunction::kDistinctCount},
    {"earliest", AggregateFunction::kEarliest},
    {"first", AggregateFunction::kFirst},
    {"last", AggregateFunction::kLast},
    {"latest", AggregateFunction::kLatest},
    {"list", AggregateFunction::kList},
    {"max", AggregateFunction::kMax},
    {"mean", AggregateFunction::kAverage},
    {"min", AggregateFunction::kMin},
    {"sum", AggregateFunction::kSum},
    {"values", AggregateFunction::kValues},
};

core::Result<void> parse_argument(Parser& parser, AggregateCall& call) {
  RW_TRY(const bool empty, parser.accept(kMode, ")"));
  if (empty) return {};
  RW_TRY(const Token field, parser.expect_name(fmt::format("a field in {}( )", call.written)));
  RW_TRY(const Token next, parser.peek(kMode));
  if (next.is("(")) return parser.unsupported(field.span, fmt::format("{}( ) inside {}( )", field.text, call.written));
  if (has_wildcard(field.text)) return parser.unsupported(field.span, fmt::format("a wildcard in {}( )", call.written));
  call.field = field.text;
  return parser.expect(kMode, ")", fmt::format(") after {}({}", call.written, field.text));
}

core::Result<AggregateCall> parse_aggregate(Parser& parser) {
  RW_TRY(const Token name, parser.next(kMode));
  if (name.kind != TokenKind::kWord) return parser.expected("an aggregate such as count or min(_time)", name);
  AggregateCall call;
  call.written = core::fold(name.text);
  const auto* entry = std::find_if(std::begin(kAggregates), std::end(kAggregates),
                                   [&](const Entry& each) { return each.name == call.written; });
  if (entry == std::end(kAggregates))
    return parser.unsupported(name.span, fmt::format("the aggregate `{}`", name.text));
  call.function = entry->function;
  RW_TRY(const bool open, parser.accept(kMode, "("));
  if (open) RW_CHECK(parse_argument(parser, call));
  if (!call.field && call.function != AggregateFunction::kCount) {
    return parser.invalid(name.span, fmt::format("{} needs a field: {}(field)", call.written, call.written));
  }
  call.column = call.field ? fmt::format("{}({})", call.written, *call.field) : "count";
  RW_TRY(const bool as, parser.accept_word(kMode, "AS"));
  if (as) {
    RW_TRY(const Token column, parser.expect_name("a name after AS"));
    call.column = column.text;
  }
  call.span = {name.span.begin, parser.position()};
  return call;
}

// A value of the field in one row. A cell with several texts counts as so many values.
std::vector<Value> values_of(const Value& cell) {
  if (cell.is_null()) return {};
  if (const auto* texts = std::get_if<std::vector<std::string>>(&cell)) return {texts->begin(), texts->end()};
  return {cell};
}

// min and max: by number if every value is one, else by text.
Value extreme(const std::vector<Value>& values, bool greatest) {
  if (values.empty()) return {};
  const bool numbers =
      std::all_of(values.begin(), values.end(), [](const Value& v) { return number_of(v).has_value(); });
  const Value* best = &values.front();
  for (const Value& value : values) {
    const int order = numbers ? compare_values(value, *best) : text_of(value).compare(text_of(*best));
    if (greatest ? order > 0 : order < 0) best = &value;
  }
  if (!numbers) return text_of(*best);
  // A number stays as it is; a numeric text becomes one.
  return std::holds_alternative<std::string>(*best) ? value_of_number(*number_of(*best)) : *best;
}

Value total(const std::vector<Value>& values, bool average) {
  double sum = 0;
  std::size_t numbers = 0;
  for (const Value& value : values) {
    const std::optional<double> number = number_of(value);
    if (!number) continue;
    sum += *number;
    ++numbers;
  }
  if (numbers == 0) return {};
  return value_of_number(average ? sum / static_cast<double>(numbers) : sum);
}

// The field in the row with the least or greatest _time.
Value at_time(const Rows& rows, const std::vector<std::size_t>& members, std::size_t field, bool latest) {
  const std::optional<std::size_t> time = rows.find("_time");
  if (!time) return {};
  const Row* best = nullptr;
  for (const std::size_t member : members) {
    const Row& row = rows.rows[member];
    if (row[field].is_null() || !number_of(row[*time])) continue;
    if (best == nullptr ||
        (latest ? compare_values(row[*time], (*best)[*time]) > 0 : compare_values(row[*time], (*best)[*time]) < 0)) {
      best = &row;
    }
  }
  return best == nullptr ? Value() : (*best)[field];
}

}  // namespace

core::Result<std::vector<AggregateCall>> parse_aggregates(Parser& parser) {
  std::vector<AggregateCall> calls;
  while (true) {
    RW_TRY(AggregateCall call, parse_aggregate(parser));
    calls.push_back(std::move(call));
    RW_TRY(const bool comma, parser.accept(kMode, ","));
    if (comma) continue;
    RW_TRY(const bool end, parser.at_command_end());
    RW_TRY(const Token next, parser.peek(kMode));
    if (end || next.is_nocase("FROM") || next.is_nocase("WHERE") || next.is_nocase("BY")) return calls;
  }
}

Value aggregate(const AggregateCall& call, const Rows& rows, const std::vector<std::size_t>& members) {
  if (!call.field) return static_cast<std::int64_t>(members.size());
  const std::optional<std::size_t> field = rows.find(*call.field);
  std::vector<Value> values;
  for (const std::size_t member : members) {
    if (!field) break;
    for (Value& value : values_of(rows.rows[member][*field])) values.push_back(std::move(value));
  }
  std::vector<std::string> texts;
  switch (call.function) {
    case AggregateFunction::kCount:
      return static_cast<std::int64_t>(values.size());
    case AggregateFunction::kMin:
      return extreme(values, false);
    case AggregateFunction::kMax:
      return extreme(values, true);
    case AggregateFunction::kSum:
      return total(values, false);
    case AggregateFunction::kAverage:
      return total(values, true);
    case AggregateFunction::kEarliest:
    case AggregateFunction::kLatest:
      return field ? at_time(rows, members, *field, call.function == AggregateFunction::kLatest) : Value();
    case AggregateFunction::kFirst:
      return values.empty() ? Value() : values.front();
    case AggregateFunction::kLast:
      return values.empty() ? Value() : values.back();
    case AggregateFunction::kDistinctCount:
    case AggregateFunction::kValues:
    case AggregateFunction::kList:
      for (const Value& value : values) texts.push_back(text_of(value));
      break;
  }
  if (call.function != AggregateFunction::kList) {
    std::sort(texts.begin(), texts.end());
    texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  }
  if (call.function == AggregateFunction::kDistinctCount) return static_cast<std::int64_t>(texts.size());
  return value_of_texts(std::move(texts));
}

std::string print(const AggregateCall& call) {
  const std::string plain = call.field ? fmt::format("{}({})", call.written, *call.field) : "count";
  std::string text = call.field ? fmt::format("{}({})", call.written, print_name(*call.field)) : "count";
  if (call.column != plain) text += " AS " + print_name(call.column);
  return text;
}

}  // namespace rw::detect::spl
