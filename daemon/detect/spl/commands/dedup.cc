// dedup [N] fields: keeps the first N rows (1 unless told) of each combination of values. A row with a null in one of
// the fields is dropped.
#include <fmt/format.h>

#include <charconv>
#include <map>
#include <utility>
#include <vector>

#include "daemon/detect/spl/commands.h"
#include "daemon/detect/spl/parser.h"

namespace rw::detect::spl {
namespace {

class Dedup final : public Command {
 public:
  Dedup(std::size_t count, std::vector<std::string> fields) : count_(count), fields_(std::move(fields)) {}

  std::string print() const override {
    std::string text = fmt::format("dedup {}", count_);
    for (const std::string& field : fields_) text += " " + print_name(field);
    return text;
  }

  core::Result<void> apply(Rows& rows, StepContext&) const override {
    std::map<std::vector<std::string>, std::size_t> seen;
    std::erase_if(rows.rows, [&](const Row& row) {
      std::vector<std::string> key;
      for (const std::string& field : fields_) {
        const auto column = rows.find(field);
        if (!column || row[*column].is_null()) return true;
        key.push_back(text_of(row[*column]));
      }
      return ++seen[std::move(key)] > count_;
    });
    return {};
  }

 private:
  const std::size_t count_;
  const std::vector<std::string> fields_;
};

}  // namespace

core::Result<CommandPtr> parse_dedup(Parser& parser) {
  std::size_t count = 1;
  RW_TRY(const Token first, parser.peek(LexMode::kArgument));
  const std::string& text = first.text;
  const auto [last, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (first.kind == TokenKind::kWord && error == std::errc() && last == text.data() + text.size()) {
    if (count == 0) return parser.invalid(first.span, "dedup: expected a number from 1");
    parser.set_position(first.span.end);
  } else {
    count = 1;
  }
  const std::size_t begin = parser.position();
  RW_TRY(const Tstats::Option option, parser.accept_option());
  if (!option.name.empty()) return parser.unsupported(option.at, fmt::format("the option {}= of dedup", option.name));
  parser.set_position(begin);
  std::vector<std::string> fields;
  while (true) {
    RW_TRY(const Tstats::Option late, parser.accept_option());
    if (!late.name.empty()) return parser.unsupported(late.at, fmt::format("the option {}= of dedup", late.name));
    RW_TRY(const Token field, parser.expect_name("a field"));
    if (field.is_word("sortby")) return parser.unsupported(field.span, "sortby of dedup");
    fields.push_back(field.text);
    RW_TRY(const bool comma, parser.accept(LexMode::kArgument, ","));
    if (comma) continue;
    RW_TRY(const bool end, parser.at_command_end());
    if (end) return CommandPtr(std::make_shared<Dedup>(count, std::move(fields)));
  }
}

}  // namespace rw::detect::spl
