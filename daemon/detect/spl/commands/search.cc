// search expression: keeps the rows that match. Here AND binds last, and text compares without case.
#include <utility>

#include "daemon/detect/spl/commands.h"
#include "daemon/detect/spl/search_expression.h"

namespace rw::detect::spl {
namespace {

class Search final : public Command {
 public:
  explicit Search(SearchExpression expression) : expression_(std::move(expression)) {}

  bool works_row_by_row() const override { return true; }

  std::string print() const override { return "search " + spl::print(expression_); }

  core::Result<void> apply(Rows& rows, StepContext&) const override {
    std::erase_if(rows.rows, [&](const Row& row) { return !passes(expression_, rows, row); });
    return {};
  }

 private:
  const SearchExpression expression_;
};

}  // namespace

core::Result<CommandPtr> parse_search_command(Parser& parser) {
  RW_TRY(SearchExpression expression, parse_search(parser, SearchPlace::kSearchCommand));
  return CommandPtr(std::make_shared<Search>(std::move(expression)));
}

}  // namespace rw::detect::spl
