// search expression: keeps the rows that match. Here AND binds last, and text compares without case.
#include <utility>

#include "daemon/detect/spl/commands.h"
#include "daemon/detect/spl/search_expression.h"

namespace rw::detect::spl {
namespace {

class Search final : public Command {
 public:
  explicit Search(SearchExpression expression) : expression_(std::move(expression)) {}

  bool works_row_by_row() const override { return subsearches().empty(); }
  bool needs_rows() const override { return true; }
  std::vector<const Pipeline*> subsearches() const override { return subsearches_in(expression_); }
  const SearchExpression* search() const override { return &expression_; }

  std::string print() const override { return "search " + spl::print(expression_); }
  std::string title() const override { return "search " + print_title(expression_); }

  core::Result<void> apply(Rows& rows, StepContext& context) const override {
    if (context.subsearches.empty()) {
      keep(rows, expression_);
      return {};
    }
    RW_TRY(const SearchExpression resolved, resolve(expression_, context.subsearches, context.warnings));
    keep(rows, resolved);
    return {};
  }

 private:
  static void keep(Rows& rows, const SearchExpression& expression) {
    std::erase_if(rows.rows, [&](const Row& row) { return !passes(expression, rows, row); });
  }

  const SearchExpression expression_;
};

}  // namespace

CommandPtr make_search(SearchExpression expression) { return std::make_shared<Search>(std::move(expression)); }

core::Result<CommandPtr> parse_search_command(Parser& parser) {
  RW_TRY(SearchExpression expression, parse_search(parser, SearchPlace::kSearchCommand));
  return make_search(std::move(expression));
}

}  // namespace rw::detect::spl
