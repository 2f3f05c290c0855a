#include "daemon/detect/spl/aggregates.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "daemon/core/text.h"
#include "daemon/detect/spl/evaluate.h"
#include "daemon/detect/spl/expression.h"
#include "daemon/detect/spl/parser.h"

namespace rw::detect::spl {
namespace {

using storage::Value;
constexpr LexMode kMode = LexMode::kArgument;

struct NamedAggregate {
  std::string_view name;
  AggregateFunction function;
};

constexpr NamedAggregate kAggregates[] = {
    {"avg", AggregateFunction::kAverage},
    {"c", AggregateFunction::kCount},
    {"count", AggregateFunction::kCount},
    {"dc", AggregateFunction::kDistinctCount},
    {"distinct_count", AggregateFunction::kDistinctCount},
    {"earliest", AggregateFunction::kEarliest},
    {"earliest_time", AggregateFunction::kEarliestTime},
    {"first", AggregateFunction::kFirst},
    {"last", AggregateFunction::kLast},
    {"latest", AggregateFunction::kLatest},
    {"latest_time", AggregateFunction::kLatestTime},
    {"list", AggregateFunction::kList},
    {"max", AggregateFunction::kMax},
    {"mean", AggregateFunction::kAverage},
    {"median", AggregateFunction::kMedian},
    {"min", AggregateFunction::kMin},
    {"mode", AggregateFunction::kMode},
    {"range", AggregateFunction::kRange},
    {"stdev", AggregateFunction::kDeviation},
    {"stdevp", AggregateFunction::kPopulationDeviation},
    {"sum", AggregateFunction::kSum},
    {"sumsq", AggregateFunction::kSumOfSquares},
    {"values", AggregateFunction::kValues},
    {"var", AggregateFunction::kVariance},
    {"varp", AggregateFunction::kPopulationVariance},
};

// "perc95", "p99.9", "exactperc50", "upperperc90": of so few values they are all exact.
std::optional<double> percentile_of(std::string_view name) {
  for (const std::string_view prefix : {"exactperc", "upperperc", "perc", "p"}) {
    if (!name.starts_with(prefix)) continue;
    const std::string_view digits = name.substr(prefix.size());
    const bool number = !digits.empty() && digits.front() >= '0' && digits.front() <= '9';
    const std::optional<double> percent = number ? number_of(digits) : std::nullopt;
    if (percent && *percent >= 0 && *percent <= 100) return percent;
  }
  return std::nullopt;
}

core::Result<AggregateFunction> function_of(const Parser& parser, const Token& name, AggregateCall& call) {
  for (const NamedAggregate& entry : kAggregates) {
    if (entry.name == call.written) return entry.function;
  }
  if (const auto percent = percentile_of(call.written)) {
    call.percent = *percent;
    return AggregateFunction::kPercentile;
  }
  return parser.unsupported(name.span, fmt::format("the aggregate `{}`", name.text));
}

// count(eval(test)), sum(eval(value))
core::Result<void> parse_eval_argument(Parser& parser, AggregateCall& call) {
  RW_CHECK(parser.expect(kMode, "(", "( after eval"));
  RW_TRY(Expression expression, parse_expression(parser));
  if (expression.type == ValueType::kBoolean && call.function != AggregateFunction::kCount) {
    return parser.invalid(expression.span, "expected a value, found a test that is true or false",
                          "count(eval(…)) alone counts tests");
  }
  RW_CHECK(parser.expect(LexMode::kExpression, ")", ") at the end of eval( )"));
  RW_CHECK(parser.expect(kMode, ")", fmt::format(") at the end of {}( )", call.written)));
  call.expression = std::make_shared<const Expression>(std::move(expression));
  return {};
}

core::Result<void> parse_argument(Parser& parser, AggregateCall& call) {
  RW_TRY(const bool empty, parser.accept(kMode, ")"));
  if (empty) return {};
  RW_TRY(const Token field, parser.expect_name(fmt::format("a field in {}( )", call.written)));
  RW_TRY(const Token next, parser.peek(kMode));
  if (next.is("(") && field.is_nocase("eval")) return parse_eval_argument(parser, call);
  if (next.is("(")) return parser.unsupported(field.span, fmt::format("{}( ) inside {}( )", field.text, call.written));
  if (has_wildcard(field.text)) return parser.unsupported(field.span, fmt::format("a wildcard in {}( )", call.written));
  call.field = field.text;
  return parser.expect(kMode, ")", fmt::format(") after {}({}", call.written, field.text));
}

// The name of the column without AS.
std::string plain_column(const AggregateCall& call) {
  if (call.expression) return fmt::format("{}(eval({}))", call.written, print(*call.expression));
  return call.field ? fmt::format("{}({})", call.written, *call.field) : "count";
}

core::Result<AggregateCall> parse_aggregate(Parser& parser) {
  RW_TRY(const Token name, parser.next(kMode));
  if (name.kind != TokenKind::kWord) return parser.expected("an aggregate such as count or min(_time)", name);
  AggregateCall call;
  call.written = core::fold(name.text);
  RW_TRY(call.function, function_of(parser, name, call));
  RW_TRY(const bool open, parser.accept(kMode, "("));
  if (open) RW_CHECK(parse_argument(parser, call));
  if (!call.field && !call.expression && call.function != AggregateFunction::kCount) {
    return parser.invalid(name.span, fmt::format("{} needs a field: {}(field)", call.written, call.written));
  }
  call.column = plain_column(call);
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

std::vector<double> numbers_of(const std::vector<Value>& values) {
  std::vector<double> numbers;
  for (const Value& value : values) {
    if (const auto number = number_of(value)) numbers.push_back(*number);
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

// Between the two nearest ranks in proportion.
Value percentile(const std::vector<double>& sorted, double percent) {
  if (sorted.empty()) return {};
  const double rank = percent / 100 * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(rank);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return value_of_number(sorted[below] + (rank - std::floor(rank)) * (sorted[above] - sorted[below]));
}

// Of an even number of values the higher of the two in the middle, as Splunk has it.
Value median(const std::vector<double>& sorted) {
  return sorted.empty() ? Value() : value_of_number(sorted[sorted.size() / 2]);
}

Value variance(const std::vector<double>& numbers, bool population, bool root) {
  const auto count = static_cast<double>(numbers.size());
  if (numbers.empty()) return {};
  if (numbers.size() == 1) return std::int64_t{0};
  double sum = 0;
  for (const double number : numbers) sum += number;
  double squares = 0;
  for (const double number : numbers) squares += (number - sum / count) * (number - sum / count);
  const double result = squares / (population ? count : count - 1);
  return value_of_number(root ? std::sqrt(result) : result);
}

// The most frequent text; of several the first by code point.
Value mode(std::vector<std::string> texts) {
  std::sort(texts.begin(), texts.end());
  std::size_t best = 0;
  std::size_t best_count = 0;
  for (std::size_t begin = 0; begin < texts.size();) {
    std::size_t end = begin;
    while (end < texts.size() && texts[end] == texts[begin]) ++end;
    if (end - begin > best_count) {
      best = begin;
      best_count = end - begin;
    }
    begin = end;
  }
  return texts.empty() ? Value() : Value(texts[best]);
}

// What the rows hold of an aggregate's argument, each with the _time of its row.
struct Sample {
  std::vector<Value> values;
  std::vector<const Value*> times;  // of the row of each value; nullptr: the rows have no _time
};

Sample sample_of(const AggregateCall& call, const Rows& rows, const std::vector<std::size_t>& members,
                 const StepContext& context) {
  Sample sample;
  const std::optional<std::size_t> field = call.field ? rows.find(*call.field) : std::nullopt;
  const std::optional<std::size_t> time = rows.find("_time");
  if (!field && !call.expression) return sample;
  for (const std::size_t member : members) {
    const Row& row = rows.rows[member];
    const Value cell = field ? row[*field] : evaluate(*call.expression, {rows, row, context.zone, context.now});
    if (call.expression && call.expression->type == ValueType::kBoolean && cell != Value(std::int64_t{1})) continue;
    for (Value& value : values_of(cell)) {
      sample.values.push_back(std::move(value));
      sample.times.push_back(time ? &row[*time] : nullptr);
    }
  }
  return sample;
}

// The value, or its time, in the row with the least or greatest _time.
Value at_time(const Sample& sample, bool latest, bool wants_time) {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < sample.values.size(); ++i) {
    if (sample.times[i] == nullptr || !number_of(*sample.times[i])) continue;
    const int order = best ? compare_values(*sample.times[i], *sample.times[*best]) : 0;
    if (!best || (latest ? order > 0 : order < 0)) best = i;
  }
  if (!best) return {};
  return wants_time ? *sample.times[*best] : sample.values[*best];
}

std::vector<std::string> texts_of_all(const std::vector<Value>& values, bool distinct) {
  std::vector<std::string> texts;
  for (const Value& value : values) texts.push_back(text_of(value));
  if (distinct) {
    std::sort(texts.begin(), texts.end());
    texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  }
  return texts;
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

Value aggregate(const AggregateCall& call, const Rows& rows, const std::vector<std::size_t>& members,
                const StepContext& context) {
  if (!call.field && !call.expression) return static_cast<std::int64_t>(members.size());
  const Sample sample = sample_of(call, rows, members, context);
  const std::vector<Value>& values = sample.values;
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
      return at_time(sample, false, false);
    case AggregateFunction::kLatest:
      return at_time(sample, true, false);
    case AggregateFunction::kEarliestTime:
      return at_time(sample, false, true);
    case AggregateFunction::kLatestTime:
      return at_time(sample, true, true);
    case AggregateFunction::kFirst:
      return values.empty() ? Value() : values.front();
    case AggregateFunction::kLast:
      return values.empty() ? Value() : values.back();
    case AggregateFunction::kList:
      return value_of_texts(texts_of_all(values, false));
    case AggregateFunction::kDistinctCount:
      return static_cast<std::int64_t>(texts_of_all(values, true).size());
    case AggregateFunction::kValues:
      return value_of_texts(texts_of_all(values, true));
    case AggregateFunction::kMode:
      return mode(texts_of_all(values, false));
    case AggregateFunction::kMedian:
      return median(numbers_of(values));
    case AggregateFunction::kPercentile:
      return percentile(numbers_of(values), call.percent);
    case AggregateFunction::kRange: {
      const std::vector<double> numbers = numbers_of(values);
      return numbers.empty() ? Value() : value_of_number(numbers.back() - numbers.front());
    }
    case AggregateFunction::kDeviation:
      return variance(numbers_of(values), false, true);
    case AggregateFunction::kPopulationDeviation:
      return variance(numbers_of(values), true, true);
    case AggregateFunction::kVariance:
      return variance(numbers_of(values), false, false);
    case AggregateFunction::kPopulationVariance:
      return variance(numbers_of(values), true, false);
    case AggregateFunction::kSumOfSquares: {
      double sum = 0;
      const std::vector<double> numbers = numbers_of(values);
      for (const double number : numbers) sum += number * number;
      return numbers.empty() ? Value() : value_of_number(sum);
    }
  }
  return {};
}

std::string print(const AggregateCall& call) {
  std::string text = call.field ? fmt::format("{}({})", call.written, print_name(*call.field)) : plain_column(call);
  if (call.column != plain_column(call)) text += " AS " + print_name(call.column);
  return text;
}

}  // namespace rw::detect::spl
