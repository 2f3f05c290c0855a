// join [type=inner|left|outer] [max=N] [overwrite=bool] [fields] [ subsearch ]
// Each row meets the first `max` rows of the subsearch (1 unless told, 0: all) that have the same values in the
// fields; without fields, in all columns both sides have. Keys compare as text, exactly; null never matches, nor does
// the text that tstats puts in its place (it would pair any two events without a process_guid). Columns of the
// subsearch overwrite equal-named ones, unless null.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "daemon/core/text.h"
#include "daemon/detect/spl/commands.h"
#include "daemon/detect/spl/parser.h"
#include "storage/row_meter.h"

namespace rw::detect::spl {
namespace {

constexpr std::size_t kMaxSubsearchRows = 50'000;  // as in Splunk (limits.conf, subsearch_maxout)

struct JoinOptions {
  bool keeps_unmatched = false;  // left, outer
  std::size_t max = 1;           // 0: all
  bool overwrite = true;
};

// The key of a row; nullopt: it has a null in it.
std::optional<std::string> key_of(const Rows& rows, const Row& row, const std::vector<std::size_t>& columns) {
  std::string key;
  for (const std::size_t column : columns) {
    const std::string text = text_of(row[column]);
    const bool filled = rows.fill_null && text == *rows.fill_null;
    if (row[column].is_null() || filled) return std::nullopt;
    key += fmt::format("{}:{};", text.size(), text);  // lengths keep ("ab", "c") and ("a", "bc") apart
  }
  return key;
}

class Join final : public Command {
 public:
  Join(JoinOptions options, std::vector<std::string> fields, Pipeline subsearch)
      : options_(options), fields_(std::move(fields)), subsearch_(std::move(subsearch)) {}

  std::vector<const Pipeline*> subsearches() const override { return {&subsearch_}; }
  bool needs_rows() const override { return true; }
  std::vector<std::string> meets_in() const override { return fields_; }
  bool needs_partner() const override { return !options_.keeps_unmatched; }

  std::string print() const override { return title() + " [" + spl::print(subsearch_) + "]"; }

  std::string title() const override {
    std::string text = "join type=";
    text += options_.keeps_unmatched ? "left" : "inner";
    text += fmt::format(" max={}", options_.max);
    if (!options_.overwrite) text += " overwrite=false";
    for (const std::string& field : fields_) text += " " + print_name(field);
    return text;
  }

  core::Result<void> apply(Rows& rows, StepContext& context) const override {
    Rows& right = context.subsearches.front();
    if (right.rows.size() > kMaxSubsearchRows) {
      context.warnings.push_back(fmt::format("join: the subsearch gave {} rows, only the first {} were used",
                                             right.rows.size(), kMaxSubsearchRows));
      right.rows.resize(kMaxSubsearchRows);
    }
    std::vector<std::size_t> left_keys;
    std::vector<std::size_t> right_keys;
    Index index;  // stays empty when a side lacks a key column: nothing matches
    if (find_keys(rows, right, left_keys, right_keys)) {
      for (const Row& row : right.rows) {
        if (const auto key = key_of(right, row, right_keys)) index[*key].push_back(&row);
      }
    }
    return merge(rows, right, left_keys, index, context.limits);
  }

 private:
  using Index = std::unordered_map<std::string, std::vector<const Row*>>;

  // False: a side lacks a key column.
  bool find_keys(const Rows& left, const Rows& right, std::vector<std::size_t>& left_keys,
                 std::vector<std::size_t>& right_keys) const {
    std::vector<std::string> names = fields_;
    if (names.empty()) {
      for (const Column& column : left.columns) {
        if (!column.name.starts_with('_') && right.find(column.name)) names.push_back(column.name);
      }
    }
    for (const std::string& name : names) {
      const auto in_left = left.find(name);
      const auto in_right = right.find(name);
      if (!in_left || !in_right) return false;
      left_keys.push_back(*in_left);
      right_keys.push_back(*in_right);
    }
    return !names.empty();
  }

  core::Result<void> merge(Rows& rows, const Rows& right, const std::vector<std::size_t>& left_keys, const Index& index,
                           const storage::SearchLimits& limits) const {
    const std::vector<Row> left_rows = std::exchange(rows.rows, {});
    std::vector<std::size_t> target;  // of each right column
    std::vector<bool> added;          // the left side did not have it
    for (const Column& column : right.columns) {
      const bool is_new = !rows.find(column.name).has_value();
      added.push_back(is_new);
      target.push_back(rows.find_or_add(column.name));
      if (is_new || (options_.overwrite && !is_key(target.back(), left_keys))) {
        rows.columns[target.back()].group = column.group;
      }
    }
    storage::RowMeter meter(limits, "join");
    for (const Row& left : left_rows) {
      const auto key = key_of(rows, left, left_keys);
      const auto found = key ? index.find(*key) : index.end();
      if (found == index.end()) {
        if (!options_.keeps_unmatched) continue;
        rows.rows.push_back(left);
        rows.rows.back().resize(rows.columns.size());
        RW_CHECK(meter.add(rows.rows.back()));
      }
      for (std::size_t n = 0; found != index.end() && n < found->second.size(); ++n) {
        if (options_.max > 0 && n >= options_.max) break;
        rows.rows.push_back(left);
        Row& row = rows.rows.back();
        row.resize(rows.columns.size());
        const Row& match = *found->second[n];
        for (std::size_t i = 0; i < match.size(); ++i) {
          if ((added[i] || options_.overwrite) && !match[i].is_null()) row[target[i]] = match[i];
        }
        RW_CHECK(meter.add(row));
      }
    }
    return {};
  }

  static bool is_key(std::size_t column, const std::vector<std::size_t>& keys) {
    return std::find(keys.begin(), keys.end(), column) != keys.end();
  }

  const JoinOptions options_;
  const std::vector<std::string> fields_;
  const Pipeline subsearch_;
};

core::Result<void> set_option(const Parser& parser, const Tstats::Option& option, JoinOptions& options) {
  const std::string value = core::fold(option.value);
  if (option.name == "type") {
    if (value != "inner" && value != "left" && value != "outer") {
      return parser.invalid(option.at, fmt::format("type={}: expected inner, left or outer", option.value));
    }
    options.keeps_unmatched = value != "inner";
    return {};
  }
  if (option.name == "max") {
    RW_TRY(options.max, parser.count_of(option));
    return {};
  }
  if (option.name == "overwrite") {
    RW_TRY(options.overwrite, parser.boolean_of(option));
    return {};
  }
  return parser.unsupported(option.at, fmt::format("the option {}= of join", option.name));
}

}  // namespace

core::Result<CommandPtr> parse_join(Parser& parser) {
  JoinOptions options;
  while (true) {
    RW_TRY(const Tstats::Option option, parser.accept_option());
    if (option.name.empty()) break;
    RW_CHECK(set_option(parser, option, options));
  }
  std::vector<std::string> fields;
  RW_TRY(const Token first, parser.peek(LexMode::kArgument));
  if (!first.is("[")) {
    RW_TRY(fields, parser.parse_names("a field or [ of the subsearch"));
  }
  RW_TRY(const Token open, parser.next(LexMode::kArgument));
  if (!open.is("[")) return parser.expected("[ of the subsearch", open);
  RW_TRY(Pipeline subsearch, parse_subsearch(parser, open));
  return CommandPtr(std::make_shared<Join>(options, std::move(fields), std::move(subsearch)));
}

}  // namespace rw::detect::spl
