// convert [timeformat="…"] function(field) [AS name] …
//   ctime: epoch seconds → text in the configured time zone     mktime: the way back, null where the text is no such
//   time num, auto: text → number; num makes null of other texts     none: stays as it is (keeps a field out of a
//   wildcard) dur2sec: [D+]HH:MM:SS → seconds     memk: "5k", "2m", "1g" → kilobytes rmcomma: "1,234" → number rmunit:
//   "12 MB" → 12
// The field may hold `*`. A field that is not there stays away; ctime leaves what is no number.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "daemon/core/text.h"
#include "daemon/core/time_parse.h"
#include "daemon/detect/spl/commands.h"
#include "daemon/detect/spl/parser.h"

namespace rw::detect::spl {
namespace {

constexpr std::string_view kDefaultFormat = "%m/%d/%Y %H:%M:%S";

struct Means {
  const std::string& format;
  const StepContext& context;
};

using storage::Value;
using ConversionFunction = Value (*)(const Value& value, const Means& means);

Value number_or(const Value& value, const Value& otherwise) {
  const std::optional<double> number = number_of(value);
  return number ? value_of_number(*number) : otherwise;
}

Value ctime(const Value& value, const Means& means) {
  const std::optional<double> seconds = number_of(value);
  const std::optional<core::Micros> time = seconds ? time_of_seconds(*seconds) : std::nullopt;
  return time ? Value(core::format_time(means.format, *time, means.context.zone)) : value;
}

Value mktime(const Value& value, const Means& means) {
  if (value.is_null()) return {};
  const auto time = core::parse_time(means.format, text_of(value), means.context.now, means.context.zone);
  return time ? epoch_seconds(core::to_us(*time)) : Value();
}

Value automatic(const Value& value, const Means&) { return number_or(value, value); }
Value number(const Value& value, const Means&) { return number_or(value, {}); }
Value none(const Value& value, const Means&) { return value; }

Value dur2sec(const Value& value, const Means&) {
  const std::string text = text_of(value);
  std::string_view rest = text;
  double seconds = 0;
  if (const std::size_t plus = rest.find('+'); plus != std::string_view::npos) {
    const auto days = number_of(rest.substr(0, plus));
    if (!days) return {};
    seconds = *days * 24;
    rest.remove_prefix(plus + 1);
  }
  for (int i = 0; i < 3; ++i) {
    const std::size_t colon = rest.find(':');
    const auto part = number_of(rest.substr(0, colon));
    if (!part || (colon == std::string_view::npos) != (i == 2)) return {};
    seconds = (i == 0 ? seconds : seconds * 60) + *part;
    rest.remove_prefix(std::min(rest.size(), colon == std::string_view::npos ? rest.size() : colon + 1));
  }
  return value_of_number(seconds);
}

Value memk(const Value& value, const Means&) {
  const std::string text = core::fold(core::trim(text_of(value)));
  if (text.empty()) return {};
  const std::size_t unit = std::string_view("kmg").find(text.back());
  const auto size = number_of(std::string_view(text).substr(0, text.size() - (unit == std::string_view::npos ? 0 : 1)));
  constexpr double kFactors[] = {1, 1024, 1048576};
  return size ? value_of_number(*size * (unit == std::string_view::npos ? 1 : kFactors[unit])) : Value();
}

Value rmcomma(const Value& value, const Means&) {
  std::string text = text_of(value);
  std::erase(text, ',');
  return number_or(Value(text), value);
}

Value rmunit(const Value& value, const Means&) {
  const std::string text(core::trim(text_of(value)));
  const std::size_t end = std::min(text.find_first_not_of("0123456789.+-"), text.size());
  return number_or(Value(text.substr(0, end)), value);
}

struct NamedConversion {
  std::string_view name;
  ConversionFunction convert;
};
constexpr NamedConversion kConversions[] = {{"ctime", ctime},    {"mktime", mktime},   {"num", number},
                                            {"auto", automatic}, {"none", none},       {"dur2sec", dur2sec},
                                            {"memk", memk},      {"rmcomma", rmcomma}, {"rmunit", rmunit}};

struct Conversion {
  const NamedConversion* function;
  std::string field;
  std::string column;
};

class Convert final : public Command {
 public:
  Convert(std::string format, std::vector<Conversion> conversions)
      : format_(std::move(format)), conversions_(std::move(conversions)) {}

  bool works_row_by_row() const override { return true; }

  std::string print() const override {
    std::string text = "convert timeformat=" + print_string(format_);
    for (const Conversion& each : conversions_) {
      text += fmt::format(" {}({})", each.function->name, print_name(each.field));
      if (each.column != each.field) text += " AS " + print_name(each.column);
    }
    return text;
  }

  core::Result<void> apply(Rows& rows, StepContext& context) const override {
    const Means means{format_, context};
    std::vector<bool> done(rows.columns.size());  // the first conversion of a column counts
    for (const Conversion& each : conversions_) {
      for (std::size_t from = 0; from < done.size(); ++from) {
        const bool wildcard = has_wildcard(each.field);
        if (!match_wildcards(each.field, rows.columns[from].name) || (wildcard && done[from])) continue;
        done[from] = true;
        if (each.function->convert == none) continue;
        const std::size_t to = wildcard ? from : rows.find_or_add(each.column);
        rows.columns[to].origin = std::nullopt;
        for (Row& row : rows.rows) {
          row[to] = row[from].is_null() ? Value() : each.function->convert(row[from], means);
        }
      }
    }
    return {};
  }

 private:
  const std::string format_;
  const std::vector<Conversion> conversions_;
};

core::Result<Conversion> parse_conversion(Parser& parser) {
  RW_TRY(const Token name, parser.expect_name("ctime(field)"));
  const auto* function = std::find_if(std::begin(kConversions), std::end(kConversions),
                                      [&](const NamedConversion& entry) { return name.is_nocase(entry.name); });
  if (function == std::end(kConversions)) {
    return parser.unsupported(name.span, fmt::format("{}( ) of convert", name.text));
  }
  RW_CHECK(parser.expect(LexMode::kArgument, "(", fmt::format("( after {}", name.text)));
  RW_TRY(const Token field, parser.expect_name(fmt::format("a field in {}( )", name.text)));
  RW_CHECK(parser.expect(LexMode::kArgument, ")", ") after the field"));
  Conversion conversion{function, field.text, field.text};
  RW_TRY(const bool as, parser.accept_word(LexMode::kArgument, "AS"));
  if (as) {
    RW_TRY(const Token column, parser.expect_name("a name after AS"));
    if (has_wildcard(field.text)) return parser.unsupported(column.span, "AS after a wildcard in convert");
    conversion.column = column.text;
  }
  return conversion;
}

}  // namespace

core::Result<CommandPtr> parse_convert(Parser& parser) {
  std::string format(kDefaultFormat);
  std::vector<Conversion> conversions;
  while (true) {
    RW_TRY(const Tstats::Option option, parser.accept_option());
    if (!option.name.empty()) {
      if (option.name != "timeformat")
        return parser.unsupported(option.at, fmt::format("the option {}= of convert", option.name));
      format = option.value;
      continue;
    }
    RW_TRY(Conversion conversion, parse_conversion(parser));
    conversions.push_back(std::move(conversion));
    RW_TRY(const bool comma, parser.accept(LexMode::kArgument, ","));
    if (comma) continue;
    RW_TRY(const bool end, parser.at_command_end());
    if (end) return CommandPtr(std::make_shared<Convert>(std::move(format), std::move(conversions)));
  }
}

}  // namespace rw::detect::spl
