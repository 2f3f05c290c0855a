// eval field=expr, …: left to right; a column computed here is no group-by value any more.
#include <utility>
#include <vector>

#include "daemon/detect/spl/commands.h"
#include "daemon/detect/spl/evaluate.h"
#include "daemon/detect/spl/expression.h"
#include "daemon/detect/spl/parser.h"
#include "storage/row_meter.h"

namespace rw::detect::spl {
namespace {

struct Assignment {
  std::string column;
  Expression value;
};

class Eval final : public Command {
 public:
  explicit Eval(std::vector<Assignment> assignments) : assignments_(std::move(assignments)) {}

  bool works_row_by_row() const override { return true; }

  std::vector<Definition> definitions() const override {
    std::vector<Definition> definitions;
    for (const Assignment& assignment : assignments_) definitions.push_back({assignment.column, &assignment.value});
    return definitions;
  }

  std::string print() const override {
    std::string text = "eval ";
    for (const Assignment& assignment : assignments_) {
      if (&assignment != &assignments_.front()) text += ", ";
      text += print_name(assignment.column) + "=" + spl::print(assignment.value);
    }
    return text;
  }

  core::Result<void> apply(Rows& rows, StepContext& context) const override {
    storage::RowMeter meter(context.limits, "eval");
    for (const Assignment& assignment : assignments_) {
      const std::size_t column = rows.find_or_add(assignment.column);
      rows.columns[column].group = false;
      for (Row& row : rows.rows) {
        row[column] = evaluate(assignment.value, {rows, row, context.zone, context.now});
        RW_CHECK(meter.add_bytes(storage::size_bytes(row[column])));
      }
    }
    return {};
  }

 private:
  const std::vector<Assignment> assignments_;
};

}  // namespace

core::Result<CommandPtr> parse_eval(Parser& parser) {
  std::vector<Assignment> assignments;
  while (true) {
    RW_TRY(const Token column, parser.expect_name("a field to assign to"));
    RW_CHECK(parser.expect(LexMode::kArgument, "=", "= after the field"));
    RW_TRY(Expression value, parse_expression(parser, ValueType::kValue));
    assignments.push_back({column.text, std::move(value)});
    RW_TRY(const bool more, parser.accept(LexMode::kExpression, ","));
    if (!more) return CommandPtr(std::make_shared<Eval>(std::move(assignments)));
  }
}

}  // namespace rw::detect::spl
