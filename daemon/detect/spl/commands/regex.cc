// regex field="pattern", regex field!="pattern": keeps the rows in which the pattern is found, or is not; anywhere in
// the text, case-sensitive. A null field matches nothing.
#include <re2/re2.h>

#include <algorithm>
#include <utility>

#include "daemon/detect/spl/commands.h"
#include "daemon/detect/spl/expression.h"
#include "daemon/detect/spl/parser.h"

namespace rw::detect::spl {
namespace {

class Regex final : public Command {
 public:
  Regex(std::string field, bool keeps_found, std::string pattern, std::shared_ptr<const re2::RE2> regex)
      : field_(std::move(field)), keeps_found_(keeps_found), pattern_(std::move(pattern)), regex_(std::move(regex)) {}

  bool works_row_by_row() const override { return true; }

  std::vector<ColumnTest> column_tests(const Definitions&) const override {
    auto test = core::TextTest::regex(pattern_);
    if (!keeps_found_ || !test.ok()) return {};
    return {{field_, std::move(test).value()}};
  }

  std::string print() const override {
    return "regex " + print_name(field_) + (keeps_found_ ? "=" : "!=") + print_string(pattern_);
  }

  core::Result<void> apply(Rows& rows, StepContext&) const override {
    const auto column = rows.find(field_);
    std::erase_if(rows.rows, [&](const Row& row) {
      const std::vector<std::string> texts = column ? texts_of(row[*column]) : std::vector<std::string>();
      const bool found = std::any_of(texts.begin(), texts.end(),
                                     [&](const std::string& text) { return re2::RE2::PartialMatch(text, *regex_); });
      return found != keeps_found_;
    });
    return {};
  }

 private:
  const std::string field_;
  const bool keeps_found_;
  const std::string pattern_;
  const std::shared_ptr<const re2::RE2> regex_;
};

}  // namespace

core::Result<CommandPtr> parse_regex(Parser& parser) {
  RW_TRY(const Token field, parser.next(LexMode::kArgument));
  if (field.kind != TokenKind::kWord && field.kind != TokenKind::kString)
    return parser.expected("field=\"pattern\"", field);
  RW_TRY(const Token op, parser.next(LexMode::kArgument));
  if (field.kind == TokenKind::kString && !op.is("=") && !op.is("!=")) {
    return parser.unsupported(field.span, "regex on _raw", "name a field: regex field=\"pattern\"");
  }
  if (!op.is("=") && !op.is("!=")) return parser.expected("= or != after the field", op);
  RW_TRY(const Token pattern, parser.next(LexMode::kArgument));
  if (pattern.kind != TokenKind::kString) return parser.expected("a regular expression in quotes", pattern);
  RW_TRY(auto regex, compile_regex(parser, pattern.span, pattern.text));
  return CommandPtr(std::make_shared<Regex>(field.text, op.is("="), pattern.text, std::move(regex)));
}

}  // namespace rw::detect::spl
