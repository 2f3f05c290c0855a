// where expr: keeps the rows for which it is true; null is not true.
#include <utility>

#include "daemon/detect/spl/column_tests.h"
#include "daemon/detect/spl/commands.h"
#include "daemon/detect/spl/evaluate.h"
#include "daemon/detect/spl/expression.h"

namespace rw::detect::spl {
namespace {

class Where final : public Command {
 public:
  explicit Where(Expression condition) : condition_(std::move(condition)) {}

  bool works_row_by_row() const override { return true; }

  std::vector<ColumnTest> column_tests(const Definitions& definitions) const override {
    return column_tests_of(condition_, definitions);
  }

  std::string print() const override { return "where " + spl::print(condition_); }

  core::Result<void> apply(Rows& rows, StepContext& context) const override {
    std::erase_if(rows.rows, [&](const Row& row) {
      return !is_true(condition_, {rows, row, context.zone, context.now});
    });
    return {};
  }

 private:
  const Expression condition_;
};

}  // namespace

core::Result<CommandPtr> parse_where(Parser& parser) {
  RW_TRY(Expression condition, parse_expression(parser, ValueType::kBoolean));
  return CommandPtr(std::make_shared<Where>(std::move(condition)));
}

}  // namespace rw::detect::spl
