// format [mvsep="…"] [maxresults=N] ["row begin" "column begin" "column between" "column end" "row between" "row end"]
// return [N] field | name=field | $field …
// What a subsearch gives to the search around it, as one row with the column `search`: of each row its comparisons
// AND-ed, the rows OR-ed. `return` takes the first row, or the first N; `$field` is a bare value.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "daemon/detect/spl/commands.h"
#include "daemon/detect/spl/functions.h"
#include "daemon/detect/spl/parser.h"

namespace rw::detect::spl {
namespace {

core::Result<void> set_search(Rows& rows, std::string text, std::string_view command) {
  if (text.size() > kMaxValueBytes) {
    return core::Error{core::ErrorCode::kLimit,
                       fmt::format("{}: the search is longer than {} bytes", command, kMaxValueBytes)};
  }
  Rows result;
  result.columns = {{"search"}};
  result.rows.push_back({std::move(text)});
  rows = std::move(result);
  return {};
}

class Format final : public Command {
 public:
  using Words = std::array<std::string, 6>;

  Format(Words words, std::string mvsep, std::size_t max_results)
      : words_(std::move(words)), mvsep_(std::move(mvsep)), max_results_(max_results) {}

  std::string print() const override {
    std::string text = "format mvsep=" + print_string(mvsep_);
    if (max_results_ > 0) text += fmt::format(" maxresults={}", max_results_);
    for (const std::string& word : words_) text += " " + print_string(word);
    return text;
  }

  core::Result<void> apply(Rows& rows, StepContext&) const override {
    const auto& [row_begin, column_begin, and_word, column_end, or_word, row_end] = words_;
    std::string all;
    std::size_t count = 0;
    for (const Row& row : rows.rows) {
      const std::string term = term_of(rows, row, and_word);
      if (term.empty()) continue;
      if (!all.empty()) all += " " + or_word + " ";
      all += column_begin + " " + term + " " + column_end;
      if (max_results_ > 0 && ++count >= max_results_) break;
      if (all.size() > kMaxValueBytes) break;  // set_search() says so
    }
    return set_search(rows, all.empty() ? "NOT *" : row_begin + " " + all + " " + row_end, "format");
  }

 private:
  std::string term_of(const Rows& rows, const Row& row, const std::string& and_word) const {
    std::string term;
    for (std::size_t i = 0; i < rows.columns.size(); ++i) {
      const std::string& name = rows.columns[i].name;
      if (row[i].is_null() || name.starts_with('_')) continue;
      if (!term.empty()) term += " " + and_word + " ";
      if (name == "search" || name == "query") {
        term += text_of(row[i]);
        continue;
      }
      std::string values;
      const std::vector<std::string> texts = texts_of(row[i]);
      for (const std::string& text : texts) {
        if (!values.empty()) values += " " + mvsep_ + " ";
        values += print_name(name) + "=" + print_string(text);
      }
      term += texts.size() > 1 ? "( " + values + " )" : values;
    }
    return term;
  }

  const Words words_;
  const std::string mvsep_;
  const std::size_t max_results_;  // 0: all
};

class Return final : public Command {
 public:
  struct Item {
    std::string name;  // empty: a bare value
    std::string field;
  };

  Return(std::size_t count, std::vector<Item> items) : count_(count), items_(std::move(items)) {}

  std::string print() const override {
    std::string text = fmt::format("return {}", count_);
    for (const Item& item : items_) {
      text += " ";
      if (item.name.empty()) {
        text += "$" + item.field;
      } else if (item.name == item.field) {
        text += print_name(item.field);
      } else {
        text += print_name(item.name) + "=" + print_name(item.field);
      }
    }
    return text;
  }

  core::Result<void> apply(Rows& rows, StepContext&) const override {
    std::string all;
    for (std::size_t i = 0; i < rows.rows.size() && i < count_ && all.size() <= kMaxValueBytes; ++i) {
      std::string term;
      for (const Item& item : items_) {
        const auto column = rows.find(item.field);
        if (!column || rows.rows[i][*column].is_null()) continue;
        const std::string text = text_of(rows.rows[i][*column]);
        if (!term.empty()) term += " ";
        term += item.name.empty() ? text : print_name(item.name) + "=" + print_string(text);
      }
      if (term.empty()) continue;
      if (!all.empty()) all += " OR ";
      all += "(" + term + ")";
    }
    return set_search(rows, all.empty() ? "NOT *" : all, "return");
  }

 private:
  const std::size_t count_;
  const std::vector<Item> items_;
};

}  // namespace

core::Result<CommandPtr> parse_format(Parser& parser) {
  Format::Words words = {"(", "(", "AND", ")", "OR", ")"};
  std::string mvsep = "OR";
  std::size_t max_results = 0;
  std::size_t read = 0;
  while (true) {
    RW_TRY(const bool end, parser.at_command_end());
    if (end) break;
    RW_TRY(const Tstats::Option option, parser.accept_option());
    if (option.name == "mvsep") {
      mvsep = option.value;
    } else if (option.name == "maxresults") {
      RW_TRY(max_results, parser.count_of(option));
    } else if (!option.name.empty()) {
      return parser.unsupported(option.at, fmt::format("the option {}= of format", option.name));
    } else {
      RW_TRY(const Token word, parser.next(LexMode::kArgument));
      if (word.kind != TokenKind::kString || read == words.size()) return parser.expected("six texts in quotes", word);
      words[read++] = word.text;
    }
  }
  RW_TRY(const Token at, parser.peek(LexMode::kArgument));
  if (read != 0 && read != words.size()) return parser.expected("six texts in quotes", at);
  return CommandPtr(std::make_shared<Format>(std::move(words), std::move(mvsep), max_results));
}

core::Result<CommandPtr> parse_return(Parser& parser) {
  std::size_t count = 1;
  std::vector<Return::Item> items;
  while (true) {
    RW_TRY(const bool end, parser.at_command_end());
    if (end && !items.empty()) return CommandPtr(std::make_shared<Return>(count, std::move(items)));
    RW_TRY(const Token name, parser.expect_name("a field to return"));
    const bool digits = std::all_of(name.text.begin(), name.text.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (name.kind == TokenKind::kWord && digits && items.empty()) {
      RW_TRY(count, parser.count_of({"return", name.text, name.span}));
      continue;
    }
    Return::Item item{name.text, name.text};
    if (name.kind == TokenKind::kWord && name.text.starts_with('$') && name.text.size() > 1) {
      item = {"", name.text.substr(1)};
    }
    RW_TRY(const bool equals, parser.accept(LexMode::kArgument, "="));
    if (equals) {
      RW_TRY(const Token field, parser.expect_name("a field after ="));
      item.field = field.text;
    }
    items.push_back(std::move(item));
    RW_TRY(const bool comma, parser.accept(LexMode::kArgument, ","));
    (void)comma;  // blanks separate too
  }
}

}  // namespace rw::detect::spl
