// lookup table match [AS field] … [OUTPUT | OUTPUTNEW column [AS field] …]
// Each row meets the rows of the table whose match columns fit its fields (a row with a null there meets none; of
// several texts in a field each may fit) and gets their other columns, several as a list. OUTPUT writes over the field,
// also with null; OUTPUTNEW fills fields that are null. Without either: all columns that do not match, as with OUTPUT.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "daemon/core/text.h"
#include "daemon/core/text_test.h"
#include "daemon/detect/spl/commands.h"
#include "daemon/detect/spl/parser.h"

namespace rw::detect::spl {
namespace {

// Rows of a table times distinct texts to try on them: some seconds of work.
constexpr std::size_t kMaxTests = 50'000'000;

struct Pair {
  std::string column;  // of the table
  std::string field;   // of the rows
};

std::string print_pairs(const std::vector<Pair>& pairs) {
  std::string text;
  for (const Pair& pair : pairs) {
    text += " " + print_name(pair.column);
    if (pair.field != pair.column) text += " AS " + print_name(pair.field);
  }
  return text;
}

// How one column of the table matches, prepared.
class ColumnMatcher {
 public:
  ColumnMatcher(const LookupTable& table, std::size_t column) : folds_(!table.case_sensitive) {
    const auto type = table.match_types.find(table.csv.columns[column]);
    type_ = type == table.match_types.end() ? LookupMatch::kExact : type->second;
    for (std::size_t i = 0; i < table.csv.rows.size(); ++i) {
      const std::string& cell = table.csv.rows[i][column];
      if (type_ == LookupMatch::kExact) {
        rows_[folded(cell)].push_back(i);
      } else if (type_ == LookupMatch::kWildcard) {
        tests_.emplace_back(pattern(cell));
      } else {
        const auto network = core::TextTest::cidr(cell);
        tests_.push_back(network.ok() ? *network : core::TextTest(core::TextPattern::exact(cell)));
      }
    }
  }

  // It tries each row of the table.
  bool tries_rows() const { return type_ != LookupMatch::kExact; }
  // The rows of the table that fit the text, in order; the work is added to `tests`.
  std::vector<std::size_t> rows_for(const std::string& text, std::size_t& tests) const {
    if (type_ == LookupMatch::kExact) {
      const auto found = rows_.find(folded(text));
      return found == rows_.end() ? std::vector<std::size_t>() : found->second;
    }
    std::vector<std::size_t> fitting;
    tests += tests_.size();
    for (std::size_t i = 0; i < tests_.size(); ++i) {
      if (tests_[i].matches(text)) fitting.push_back(i);
    }
    return fitting;
  }

 private:
  std::string folded(const std::string& text) const { return folds_ ? core::fold(text) : text; }

  core::TextTest pattern(const std::string& cell) const {
    core::TextPattern pattern(folds_ ? core::TextPattern::Case::kFolded : core::TextPattern::Case::kExact);
    for (std::size_t begin = 0; begin <= cell.size();) {
      const std::size_t star = std::min(cell.find('*', begin), cell.size());
      if (star > begin) pattern.literal(std::string_view(cell).substr(begin, star - begin));
      if (star < cell.size()) pattern.any_run();
      begin = star + 1;
    }
    return pattern;
  }

  const bool folds_;
  LookupMatch type_;
  std::unordered_map<std::string, std::vector<std::size_t>> rows_;
  std::vector<core::TextTest> tests_;
};

class Lookup final : public Command {
 public:
  Lookup(std::shared_ptr<const LookupTable> table, std::string name, std::vector<Pair> matches,
         std::vector<Pair> outputs, bool only_new)
      : table_(std::move(table)),
        name_(std::move(name)),
        matches_(std::move(matches)),
        outputs_(std::move(outputs)),
        only_new_(only_new) {
    for (const Pair& pair : matches_) matchers_.emplace_back(*table_, column_of(pair));
  }

  // Patterns are much work, which is counted over all rows.
  bool works_row_by_row() const override {
    return std::none_of(matchers_.begin(), matchers_.end(),
                        [](const ColumnMatcher& each) { return each.tries_rows(); });
  }

  std::string print() const override {
    return "lookup " + print_name(name_) + print_pairs(matches_) + (only_new_ ? " OUTPUTNEW" : " OUTPUT") +
           print_pairs(outputs_);
  }

  core::Result<void> apply(Rows& rows, StepContext&) const override {
    std::vector<std::optional<std::size_t>> fields;
    for (const Pair& pair : matches_) fields.push_back(rows.find(pair.field));
    std::vector<std::size_t> targets;
    for (const Pair& pair : outputs_) {
      targets.push_back(rows.find_or_add(pair.field));
      rows.columns[targets.back()].group = false;
    }
    std::map<std::vector<storage::Value>, std::vector<std::size_t>> known;  // what a tick's rows ask again and again
    std::size_t tests = 0;
    for (Row& row : rows.rows) {
      std::vector<storage::Value> asked;
      for (const auto& field : fields) asked.push_back(field ? row[*field] : storage::Value());
      auto found = known.find(asked);
      if (found == known.end()) {
        std::vector<std::size_t> fitting = rows_for(asked, tests);
        found = known.emplace(std::move(asked), std::move(fitting)).first;
      }
      if (tests > kMaxTests) {
        return core::Error{core::ErrorCode::kLimit,
                           fmt::format("lookup {}: more than {} tests of rows against the table", name_, kMaxTests)};
      }
      fill(row, targets, found->second);
    }
    return {};
  }

 private:
  std::size_t column_of(const Pair& pair) const {
    const auto& columns = table_->csv.columns;
    return static_cast<std::size_t>(std::find(columns.begin(), columns.end(), pair.column) - columns.begin());
  }

  std::vector<std::size_t> rows_for(const std::vector<storage::Value>& asked, std::size_t& tests) const {
    std::optional<std::vector<std::size_t>> all;
    for (std::size_t i = 0; i < asked.size(); ++i) {
      std::vector<std::size_t> fitting;
      for (const std::string& text : texts_of(asked[i])) {
        const std::vector<std::size_t> more = matchers_[i].rows_for(text, tests);
        std::vector<std::size_t> merged;
        std::set_union(fitting.begin(), fitting.end(), more.begin(), more.end(), std::back_inserter(merged));
        fitting = std::move(merged);
      }
      if (!all) {
        all = std::move(fitting);
        continue;
      }
      std::vector<std::size_t> both;
      std::set_intersection(all->begin(), all->end(), fitting.begin(), fitting.end(), std::back_inserter(both));
      all = std::move(both);
    }
    if (all->size() > table_->max_matches) all->resize(table_->max_matches);
    return *std::move(all);
  }

  void fill(Row& row, const std::vector<std::size_t>& targets, const std::vector<std::size_t>& fitting) const {
    for (std::size_t n = 0; n < outputs_.size(); ++n) {
      if (only_new_ && !row[targets[n]].is_null()) continue;
      const std::size_t column = column_of(outputs_[n]);
      std::vector<std::string> texts;
      for (const std::size_t i : fitting) {
        if (!table_->csv.rows[i][column].empty()) texts.push_back(table_->csv.rows[i][column]);
      }
      for (std::size_t i = fitting.size(); i < table_->min_matches && !table_->default_match.empty(); ++i) {
        texts.push_back(table_->default_match);
      }
      row[targets[n]] = value_of_texts(std::move(texts));
    }
  }

  const std::shared_ptr<const LookupTable> table_;
  const std::string name_;
  const std::vector<Pair> matches_;
  const std::vector<Pair> outputs_;
  const bool only_new_;
  std::vector<ColumnMatcher> matchers_;
};

// column [AS field] …, to the end of the command or OUTPUT.
core::Result<std::vector<Pair>> parse_pairs(Parser& parser, const LookupTable& table) {
  std::vector<Pair> pairs;
  while (true) {
    RW_TRY(const Token column, parser.expect_name("a column of the lookup"));
    const auto& columns = table.csv.columns;
    if (std::find(columns.begin(), columns.end(), column.text) == columns.end()) {
      return parser.invalid(column.span, fmt::format("the lookup `{}` has no column {}", table.name, describe(column)));
    }
    pairs.push_back({column.text, column.text});
    RW_TRY(const bool as, parser.accept_word(LexMode::kArgument, "AS"));
    if (as) {
      RW_TRY(const Token field, parser.expect_name("a field after AS"));
      pairs.back().field = field.text;
    }
    RW_TRY(const bool comma, parser.accept(LexMode::kArgument, ","));
    if (comma) continue;
    RW_TRY(const bool end, parser.at_command_end());
    RW_TRY(const Token next, parser.peek(LexMode::kArgument));
    if (end || next.is_nocase("OUTPUT") || next.is_nocase("OUTPUTNEW")) return pairs;
  }
}

}  // namespace

core::Result<CommandPtr> parse_lookup(Parser& parser) {
  while (true) {
    RW_TRY(const Tstats::Option option, parser.accept_option());
    if (option.name.empty()) break;
    // Where Splunk should look, and whether a changed file counts at once.
    if (option.name != "local" && option.name != "update") {
      return parser.unsupported(option.at, fmt::format("the option {}= of lookup", option.name));
    }
  }
  RW_TRY(const Token name, parser.expect_name("the name of a lookup"));
  RW_TRY(std::shared_ptr<const LookupTable> table, find_lookup(parser, name));
  RW_TRY(std::vector<Pair> matches, parse_pairs(parser, *table));
  RW_TRY(const Token word, parser.peek(LexMode::kArgument));
  std::vector<Pair> outputs;
  if (word.is_nocase("OUTPUT") || word.is_nocase("OUTPUTNEW")) {
    parser.set_position(word.span.end);
    RW_TRY(outputs, parse_pairs(parser, *table));
  } else {
    for (const std::string& column : table->csv.columns) {
      const bool matched =
          std::any_of(matches.begin(), matches.end(), [&](const Pair& pair) { return pair.column == column; });
      if (!matched && !column.empty()) outputs.push_back({column, column});
    }
  }
  return CommandPtr(std::make_shared<Lookup>(std::move(table), name.text, std::move(matches), std::move(outputs),
                                             word.is_nocase("OUTPUTNEW")));
}

}  // namespace rw::detect::spl
