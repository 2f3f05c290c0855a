// mvexpand field [limit=N]: a row for each text of the field. A row without one is dropped, as in Splunk.
// makemv [delim="…" | tokenizer="regex"] [allowempty=bool] field: a text cut into several. (setsv= is not supported.)
#include <fmt/format.h>
#include <re2/re2.h>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "daemon/detect/spl/commands.h"
#include "daemon/detect/spl/expression.h"
#include "daemon/detect/spl/functions.h"
#include "daemon/detect/spl/parser.h"
#include "daemon/detect/spl/regex_matches.h"
#include "storage/row_meter.h"

namespace rw::detect::spl {
namespace {

class Mvexpand final : public Command {
 public:
  Mvexpand(std::string field, std::size_t limit) : field_(std::move(field)), limit_(limit) {}

  std::string print() const override {
    return "mvexpand " + print_name(field_) + (limit_ > 0 ? fmt::format(" limit={}", limit_) : "");
  }

  core::Result<void> apply(Rows& rows, StepContext& context) const override {
    if (!rows.find(field_)) {
      rows.rows.clear();
      return {};
    }
    const std::size_t column = rows.find_or_add(field_);
    std::vector<Row> expanded;
    storage::RowMeter meter(context.limits, "mvexpand");
    for (Row& row : rows.rows) {
      std::vector<std::string> texts = texts_of(row[column]);
      if (limit_ > 0 && texts.size() > limit_) texts.resize(limit_);
      if (texts.size() < 2) {
        if (row[column].is_null()) continue;
        RW_CHECK(meter.add(row));
        expanded.push_back(std::move(row));
        continue;
      }
      row[column] = storage::Value();
      for (std::string& text : texts) {
        RW_CHECK(meter.add(row));
        expanded.push_back(row);
        expanded.back()[column] = std::move(text);
      }
    }
    rows.rows = std::move(expanded);
    // By its value a row is the same row when the search runs again.
    const auto is_group = [](const Column& each) { return each.group; };
    if (std::any_of(rows.columns.begin(), rows.columns.end(), is_group)) rows.columns[column].group = true;
    return {};
  }

 private:
  const std::string field_;
  const std::size_t limit_;  // 0: none
};

class Makemv final : public Command {
 public:
  struct Options {
    std::string delimiter = " ";
    std::string tokenizer;
    std::shared_ptr<const re2::RE2> regex;  // of the tokenizer
    bool allow_empty = false;
  };

  Makemv(std::string field, Options options) : field_(std::move(field)), options_(std::move(options)) {}

  bool works_row_by_row() const override { return true; }

  std::string print() const override {
    std::string text = options_.regex ? "makemv tokenizer=" + print_string(options_.tokenizer)
                                      : "makemv delim=" + print_string(options_.delimiter);
    if (options_.allow_empty) text += " allowempty=true";
    return text + " " + print_name(field_);
  }

  core::Result<void> apply(Rows& rows, StepContext&) const override {
    if (!rows.find(field_)) return {};
    const std::size_t column = rows.find_or_add(field_);
    rows.columns[column].group = false;
    for (Row& row : rows.rows) {
      std::vector<std::string> parts;
      for (const std::string& text : texts_of(row[column])) cut(text, parts);
      if (parts.size() <= kMaxListValues) row[column] = value_of_texts(std::move(parts));
    }
    return {};
  }

 private:
  void cut(const std::string& text, std::vector<std::string>& parts) const {
    const auto add = [&](std::string part) {
      if (options_.allow_empty || !part.empty()) parts.push_back(std::move(part));
    };
    if (options_.regex) {
      if (parts.size() > kMaxListValues) return;
      each_match(*options_.regex, text, [&](const MatchGroups& groups) {
        add(groups[1].as_string());
        return parts.size() <= kMaxListValues;
      });
      return;
    }
    for (std::size_t begin = 0; parts.size() <= kMaxListValues;) {
      const std::size_t end = text.find(options_.delimiter, begin);
      add(text.substr(begin, end - begin));
      if (end == std::string::npos) return;
      begin = end + options_.delimiter.size();
    }
  }

  const std::string field_;
  const Options options_;
};

}  // namespace

core::Result<CommandPtr> parse_mvexpand(Parser& parser) {
  RW_TRY(const Token field, parser.expect_name("a field to expand"));
  RW_TRY(const Tstats::Option option, parser.accept_option());
  std::size_t limit = 0;
  if (!option.name.empty()) {
    if (option.name != "limit") {
      return parser.unsupported(option.at, fmt::format("the option {}= of mvexpand", option.name));
    }
    RW_TRY(limit, parser.count_of(option));
  }
  return CommandPtr(std::make_shared<Mvexpand>(field.text, limit));
}

core::Result<CommandPtr> parse_makemv(Parser& parser) {
  Makemv::Options options;
  std::optional<std::string> field;
  while (true) {
    RW_TRY(const bool end, parser.at_command_end());
    if (end && field) return CommandPtr(std::make_shared<Makemv>(*std::move(field), std::move(options)));
    RW_TRY(const Tstats::Option option, parser.accept_option());
    if (option.name == "delim") {
      if (option.value.empty()) return parser.invalid(option.at, "delim=: expected a text");
      options.delimiter = option.value;
    } else if (option.name == "tokenizer") {
      RW_TRY(options.regex, compile_regex(parser, option.at, option.value));
      options.tokenizer = option.value;
      if (options.regex->NumberOfCapturingGroups() != 1) {
        return parser.invalid(option.at, "tokenizer=: expected an expression with one group");
      }
    } else if (option.name == "allowempty") {
      RW_TRY(options.allow_empty, parser.boolean_of(option));
    } else if (!option.name.empty()) {
      return parser.unsupported(option.at, fmt::format("the option {}= of makemv", option.name));
    } else {
      RW_TRY(const Token name, parser.expect_name("a field to cut"));
      if (field) return parser.expected("the end of makemv", name);
      field = name.text;
    }
  }
}

}  // namespace rw::detect::spl
