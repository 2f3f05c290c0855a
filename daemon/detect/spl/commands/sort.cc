// sort [count] [-|+] field, …: by number where both are numbers, else by text; null last. Equal rows keep their order.
// Without a count Splunk keeps 10,000 rows; 0 keeps all.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "daemon/detect/spl/commands.h"
#include "daemon/detect/spl/parser.h"

namespace rw::detect::spl {
namespace {

constexpr std::size_t kDefaultCount = 10'000;

struct SortKey {
  std::string field;
  bool descending = false;
};

class Sort final : public Command {
 public:
  Sort(std::size_t count, std::vector<SortKey> keys) : count_(count), keys_(std::move(keys)) {}

  std::string print() const override {
    std::string text = fmt::format("sort {}", count_);
    for (const SortKey& key : keys_) text += (key.descending ? " - " : " + ") + print_name(key.field);
    return text;
  }

  core::Result<void> apply(Rows& rows, StepContext&) const override {
    std::vector<std::pair<std::size_t, bool>> order;
    for (const SortKey& key : keys_) {
      if (const auto column = rows.find(key.field)) order.emplace_back(*column, key.descending);
    }
    std::stable_sort(rows.rows.begin(), rows.rows.end(), [&](const Row& a, const Row& b) {
      for (const auto& [column, descending] : order) {
        const int result = compare_values(a[column], b[column]);
        const bool nulls = a[column].is_null() || b[column].is_null();
        if (result != 0) return descending && !nulls ? result > 0 : result < 0;
      }
      return false;
    });
    if (count_ > 0 && rows.rows.size() > count_) rows.rows.resize(count_);
    return {};
  }

 private:
  const std::size_t count_;
  const std::vector<SortKey> keys_;
};

bool all_digits(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

core::Result<CommandPtr> parse_sort(Parser& parser) {
  std::size_t count = kDefaultCount;
  std::vector<SortKey> keys;
  RW_TRY(const Token first, parser.peek(LexMode::kArgument));
  if (first.kind == TokenKind::kWord && all_digits(first.text)) {
    parser.set_position(first.span.end);
    const auto [end, error] = std::from_chars(first.text.data(), first.text.data() + first.text.size(), count);
    (void)end;
    if (error != std::errc()) return parser.invalid(first.span, "sort: the count is too large");
  }
  while (true) {
    RW_TRY(Token name, parser.expect_name("a field to sort by"));
    SortKey key;
    const bool word = name.kind == TokenKind::kWord;
    if (word && (name.text[0] == '-' || name.text[0] == '+')) {
      key.descending = name.text[0] == '-';
      name.text.erase(0, 1);
      if (name.text.empty()) {
        RW_TRY(name, parser.expect_name("a field to sort by"));
      }
    }
    RW_TRY(const Token next, parser.peek(LexMode::kArgument));
    if (next.is("(")) return parser.unsupported(name.span, fmt::format("{}( ) of sort", name.text));
    key.field = name.text;
    keys.push_back(std::move(key));
    RW_TRY(const bool comma, parser.accept(LexMode::kArgument, ","));
    if (comma) continue;
    RW_TRY(const bool end, parser.at_command_end());
    if (end) return CommandPtr(std::make_shared<Sort>(count, std::move(keys)));
  }
}

}  // namespace rw::detect::spl
