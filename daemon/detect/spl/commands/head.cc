// head [N] [limit=N] [(test)] [null=bool] [keeplast=bool]: the first N rows (10 unless told), or the rows up to the
// first for which the test is not true; with keeplast that one too; with null= a row for which it is null does not end
// them.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "daemon/detect/spl/commands.h"
#include "daemon/detect/spl/evaluate.h"
#include "daemon/detect/spl/expression.h"
#include "daemon/detect/spl/parser.h"

namespace rw::detect::spl {
namespace {

struct HeadOptions {
  std::optional<std::size_t> count;
  std::optional<Expression> test;
  bool passes_null = false;
  bool keeps_last = false;
};

class Head final : public Command {
 public:
  explicit Head(HeadOptions options) : options_(std::move(options)) {}

  std::string print() const override {
    std::string text = "head";
    if (options_.count)
      text += options_.test ? fmt::format(" limit={}", *options_.count) : fmt::format(" {}", *options_.count);
    if (options_.test) text += " (" + spl::print(*options_.test) + ")";
    if (options_.passes_null) text += " null=true";
    if (options_.keeps_last) text += " keeplast=true";
    return text;
  }

  core::Result<void> apply(Rows& rows, StepContext& context) const override {
    std::size_t kept = rows.rows.size();
    for (std::size_t i = 0; options_.test && i < kept; ++i) {
      const storage::Value outcome = evaluate(*options_.test, {rows, rows.rows[i], context.zone, context.now});
      const bool goes_on = outcome.is_null() ? options_.passes_null : outcome == storage::Value(std::int64_t{1});
      if (!goes_on) kept = options_.keeps_last ? i + 1 : i;
    }
    if (options_.count) kept = std::min(kept, *options_.count);
    rows.rows.resize(kept);
    return {};
  }

 private:
  const HeadOptions options_;
};

}  // namespace

core::Result<CommandPtr> parse_head(Parser& parser) {
  HeadOptions options;
  while (true) {
    RW_TRY(const bool end, parser.at_command_end());
    if (end) break;
    RW_TRY(const Tstats::Option option, parser.accept_option());
    if (option.name == "limit") {
      RW_TRY(options.count, parser.count_of(option));
      continue;
    }
    if (option.name == "null") {
      RW_TRY(options.passes_null, parser.boolean_of(option));
      continue;
    }
    if (option.name == "keeplast") {
      RW_TRY(options.keeps_last, parser.boolean_of(option));
      continue;
    }
    if (!option.name.empty()) return parser.unsupported(option.at, fmt::format("the option {}= of head", option.name));
    RW_TRY(const Token token, parser.next(LexMode::kArgument));
    if (token.is("(") && !options.test) {
      RW_TRY(options.test, parse_expression(parser, ValueType::kBoolean));
      RW_CHECK(parser.expect(LexMode::kExpression, ")", "an operator or )"));
      continue;
    }
    const bool digits = !token.text.empty() && token.text.find_first_not_of("0123456789") == std::string::npos;
    if (token.kind != TokenKind::kWord || !digits) return parser.expected("a number of rows after head", token);
    RW_TRY(options.count, parser.count_of({"head", token.text, token.span}));
  }
  if (!options.count && !options.test) options.count = 10;
  return CommandPtr(std::make_shared<Head>(std::move(options)));
}

}  // namespace rw::detect::spl
