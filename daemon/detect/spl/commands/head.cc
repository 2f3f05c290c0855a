// head [N | limit=N]: the first N rows; 10 unless told.
#include <fmt/format.h>

#include <charconv>

#include "daemon/detect/spl/commands.h"
#include "daemon/detect/spl/parser.h"

namespace rw::detect::spl {
namespace {

class Head final : public Command {
 public:
  explicit Head(std::size_t count) : count_(count) {}
  std::string print() const override { return fmt::format("head {}", count_); }
  core::Result<void> apply(Rows& rows, StepContext&) const override {
    if (rows.rows.size() > count_) rows.rows.resize(count_);
    return {};
  }

 private:
  const std::size_t count_;
};

}  // namespace

core::Result<CommandPtr> parse_head(Parser& parser) {
  std::size_t count = 10;
  RW_TRY(const bool end, parser.at_command_end());
  if (!end) {
    RW_TRY(const Tstats::Option option, parser.accept_option());
    if (!option.name.empty() && option.name != "limit") {
      return parser.unsupported(option.at, fmt::format("the option {}= of head", option.name));
    }
    Token number{TokenKind::kWord, option.value, option.at};
    if (option.name.empty()) {
      RW_TRY(number, parser.next(LexMode::kArgument));
    }
    const std::string& text = number.text;
    const auto [last, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (number.kind != TokenKind::kWord || error != std::errc() || last != text.data() + text.size()) {
      return parser.expected("a number of rows after head", number);
    }
  }
  return CommandPtr(std::make_shared<Head>(count));
}

}  // namespace rw::detect::spl
