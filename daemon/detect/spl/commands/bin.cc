// bin [span=…] field [AS name], also called bucket: the start of the bucket in which a number or a time falls. Buckets
// of _time are those of tstats; of other numbers they are multiples of the span.
#include <fmt/format.h>

#include <cmath>
#include <optional>
#include <utility>

#include "daemon/detect/spl/commands.h"
#include "daemon/detect/spl/parser.h"
#include "daemon/detect/time_buckets.h"
#include "daemon/detect/time_span.h"

namespace rw::detect::spl {
namespace {

class Bin final : public Command {
 public:
  Bin(std::string field, std::string column, std::string span, std::optional<std::chrono::seconds> time_span,
      double number_span)
      : field_(std::move(field)),
        column_(std::move(column)),
        span_(std::move(span)),
        time_span_(time_span),
        number_span_(number_span) {}

  bool works_row_by_row() const override { return true; }

  std::string print() const override {
    std::string text = "bin span=" + print_name(span_) + " " + print_name(field_);
    return column_ == field_ ? text : text + " AS " + print_name(column_);
  }

  core::Result<void> apply(Rows& rows, StepContext& context) const override {
    const auto from = rows.find(field_);
    if (!from) return {};
    const std::size_t to = rows.find_or_add(column_);
    std::vector<BucketRange> ranges;
    if (time_span_) {
      ranges = bucket_ranges({core::from_us(0), std::chrono::sys_days(std::chrono::year(2100) / 1 / 1)}, *time_span_,
                             context.zone);
    }
    for (Row& row : rows.rows) {
      const std::optional<double> number = number_of(row[*from]);
      if (!number) {
        if (to != *from) row[to] = row[*from];
        continue;
      }
      const auto time = time_span_ ? time_of_seconds(*number) : std::nullopt;
      if (time) {
        row[to] = epoch_seconds(bucket_start_us(ranges, *time_span_, *time));
      } else if (!time_span_) {
        row[to] = value_of_number(std::floor(*number / number_span_) * number_span_);
      }
    }
    return {};
  }

 private:
  const std::string field_;
  const std::string column_;
  const std::string span_;
  const std::optional<std::chrono::seconds> time_span_;
  const double number_span_;  // without time_span_
};

}  // namespace

core::Result<CommandPtr> parse_bin(Parser& parser) {
  std::optional<Tstats::Option> span;
  std::optional<Token> field;
  std::string column;
  RW_TRY(const Token first, parser.peek(LexMode::kArgument));
  while (true) {
    RW_TRY(const bool end, parser.at_command_end());
    if (end) break;
    RW_TRY(Tstats::Option option, parser.accept_option());
    if (option.name == "span") {
      span = std::move(option);
      continue;
    }
    if (!option.name.empty()) return parser.unsupported(option.at, fmt::format("the option {}= of bin", option.name));
    RW_TRY(const Token name, parser.expect_name("a field"));
    if (field) return parser.expected("the end of bin", name);
    field = name;
    column = name.text;
    RW_TRY(const bool as, parser.accept_word(LexMode::kArgument, "AS"));
    if (as) {
      RW_TRY(const Token renamed, parser.expect_name("a name after AS"));
      column = renamed.text;
    }
  }
  if (!field) return parser.invalid(first.span, "bin: expected a field");
  if (!span) return parser.unsupported(first.span, "bin without span=", "write bin span=1h _time");
  const std::optional<double> number = number_of(std::string_view(span->value));
  std::optional<std::chrono::seconds> time_span;
  if (!number || field->text == "_time") {
    auto parsed = parse_time_span(number ? span->value + "s" : span->value);
    if (!parsed.ok()) {
      return parser.source().error(parsed.error().code, span->at.begin, parsed.error().message, parsed.error().hint);
    }
    time_span = *parsed;
  } else if (!(*number > 0)) {
    return parser.invalid(span->at, fmt::format("span={}: expected a number above 0", span->value));
  }
  return CommandPtr(std::make_shared<Bin>(field->text, std::move(column), span->value, time_span, number.value_or(1)));
}

}  // namespace rw::detect::spl
