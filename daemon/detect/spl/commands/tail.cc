// tail [N]: the last N rows (10 unless told), the last first. reverse: all rows, the last first.
#include <fmt/format.h>

#include <algorithm>

#include "daemon/detect/spl/commands.h"
#include "daemon/detect/spl/parser.h"

namespace rw::detect::spl {
namespace {

class Tail final : public Command {
 public:
  explicit Tail(std::optional<std::size_t> count) : count_(count) {}

  std::string print() const override { return count_ ? fmt::format("tail {}", *count_) : "reverse"; }

  core::Result<void> apply(Rows& rows, StepContext&) const override {
    std::reverse(rows.rows.begin(), rows.rows.end());
    if (count_ && rows.rows.size() > *count_) rows.rows.resize(*count_);
    return {};
  }

 private:
  const std::optional<std::size_t> count_;  // none: all
};

}  // namespace

core::Result<CommandPtr> parse_tail(Parser& parser) {
  std::size_t count = 10;
  RW_TRY(const bool end, parser.at_command_end());
  if (!end) {
    RW_TRY(const Token number, parser.next(LexMode::kArgument));
    RW_TRY(count, parser.count_of({"tail", number.text, number.span}));
  }
  return CommandPtr(std::make_shared<Tail>(count));
}

core::Result<CommandPtr> parse_reverse(Parser&) { return CommandPtr(std::make_shared<Tail>(std::nullopt)); }

}  // namespace rw::detect::spl
