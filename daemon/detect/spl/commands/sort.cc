// sort [count | limit=count] [-|+] field, … [desc]: a field may be in auto( ), num( ), str( ) or ip( ). Null comes
// last, equal rows keep their order. Without a count Splunk keeps 10,000 rows; 0 keeps all. "desc" turns the order
// round.
#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "daemon/detect/spl/commands.h"
#include "daemon/detect/spl/parser.h"
#include "daemon/detect/spl/sort_order.h"

namespace rw::detect::spl {
namespace {

constexpr std::size_t kDefaultCount = 10'000;

class Sort final : public Command {
 public:
  Sort(std::size_t count, std::vector<SortKey> keys) : count_(count), keys_(std::move(keys)) {}

  std::string print() const override { return fmt::format("sort {}", count_) + spl::print(keys_); }

  core::Result<void> apply(Rows& rows, StepContext&) const override {
    sort_rows(rows, keys_);
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
  RW_TRY(Tstats::Option limit, parser.accept_option());
  if (!limit.name.empty() && limit.name != "limit") {
    return parser.unsupported(limit.at, fmt::format("the option {}= of sort", limit.name));
  }
  RW_TRY(const Token first, parser.peek(LexMode::kArgument));
  if (limit.name.empty() && first.kind == TokenKind::kWord && all_digits(first.text)) {
    parser.set_position(first.span.end);
    limit = {"sort", first.text, first.span};
  }
  if (!limit.name.empty()) {
    RW_TRY(count, parser.count_of(limit));
  }
  RW_TRY(std::vector<SortKey> keys, parse_sort_keys(parser));
  RW_TRY(const bool end, parser.at_command_end());
  if (!end) {
    RW_TRY(const Token word, parser.next(LexMode::kArgument));
    for (SortKey& key : keys) key.descending = !key.descending;
  }
  return CommandPtr(std::make_shared<Sort>(count, std::move(keys)));
}

}  // namespace rw::detect::spl
