// convert [timeformat="…"] ctime(field) [AS name] …: epoch seconds → text in the configured time zone. A field that
// is not there, or no number, stays as it is.
#include <fmt/format.h>

#include <optional>
#include <utility>
#include <vector>

#include "daemon/core/text.h"
#include "daemon/detect/spl/commands.h"
#include "daemon/detect/spl/parser.h"

namespace rw::detect::spl {
namespace {

constexpr std::string_view kDefaultFormat = "%m/%d/%Y %H:%M:%S";

struct Conversion {
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
      text += " ctime(" + print_name(each.field) + ")";
      if (each.column != each.field) text += " AS " + print_name(each.column);
    }
    return text;
  }

  core::Result<void> apply(Rows& rows, StepContext& context) const override {
    for (const Conversion& each : conversions_) {
      const std::optional<std::size_t> from = rows.find(each.field);
      if (!from) continue;
      const std::size_t to = rows.find_or_add(each.column);
      for (Row& row : rows.rows) row[to] = convert(row[*from], context.zone);
    }
    return {};
  }

 private:
  storage::Value convert(const storage::Value& value, const core::TimeZone& zone) const {
    const std::optional<double> seconds = number_of(value);
    const std::optional<core::Micros> time = seconds ? time_of_seconds(*seconds) : std::nullopt;
    return time ? storage::Value(core::format_time(format_, *time, zone)) : value;
  }

  const std::string format_;
  const std::vector<Conversion> conversions_;
};

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
    RW_TRY(const Token function, parser.expect_name("ctime(field)"));
    if (!function.is_nocase("ctime")) {
      return parser.unsupported(function.span, fmt::format("{}( ) of convert", function.text));
    }
    RW_CHECK(parser.expect(LexMode::kArgument, "(", "( after ctime"));
    RW_TRY(const Token field, parser.expect_name("a field in ctime( )"));
    if (has_wildcard(field.text)) return parser.unsupported(field.span, "a wildcard in ctime( )");
    RW_CHECK(parser.expect(LexMode::kArgument, ")", ") after the field"));
    Conversion conversion{field.text, field.text};
    RW_TRY(const bool as, parser.accept_word(LexMode::kArgument, "AS"));
    if (as) {
      RW_TRY(const Token column, parser.expect_name("a name after AS"));
      conversion.column = column.text;
    }
    conversions.push_back(std::move(conversion));
    RW_TRY(const bool comma, parser.accept(LexMode::kArgument, ","));
    if (comma) continue;
    RW_TRY(const bool end, parser.at_command_end());
    if (end) return CommandPtr(std::make_shared<Convert>(std::move(format), std::move(conversions)));
  }
}

}  // namespace rw::detect::spl
