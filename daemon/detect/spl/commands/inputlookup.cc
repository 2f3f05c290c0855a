// inputlookup [append=bool] [start=N] [max=N] table [WHERE search]: the rows of a lookup table, in the file's order. An
// empty cell is null. Not at the beginning of a search it needs append=true, as in Splunk.
#include <fmt/format.h>

#include <optional>
#include <utility>

#include "daemon/detect/spl/commands.h"
#include "daemon/detect/spl/parser.h"
#include "daemon/detect/spl/search_expression.h"
#include "storage/row_meter.h"

namespace rw::detect::spl {
namespace {

struct InputlookupOptions {
  bool append = false;
  std::size_t start = 0;
  std::size_t max = 1'000'000'000;  // Splunk's default
};

class Inputlookup final : public Command {
 public:
  Inputlookup(std::shared_ptr<const LookupTable> table, std::string name, InputlookupOptions options,
              std::optional<SearchExpression> where)
      : table_(std::move(table)), name_(std::move(name)), options_(options), where_(std::move(where)) {}

  std::vector<const Pipeline*> subsearches() const override {
    return where_ ? subsearches_in(*where_) : std::vector<const Pipeline*>();
  }
  std::string print() const override { return print_with(where_ ? spl::print(*where_) : ""); }
  std::string title() const override { return print_with(where_ ? print_title(*where_) : ""); }

  core::Result<void> apply(Rows& rows, StepContext& context) const override {
    if (!options_.append) rows = Rows();
    std::optional<SearchExpression> where = where_;
    if (where && !context.subsearches.empty()) {
      RW_TRY(where, resolve(*where_, context.subsearches, context.warnings));
    }
    Rows table;
    for (const std::string& column : table_->csv.columns) table.columns.push_back({column});
    std::vector<std::size_t> targets;
    for (const std::string& column : table_->csv.columns) targets.push_back(rows.find_or_add(column));
    const std::string command = "inputlookup " + name_;
    storage::RowMeter meter(context.limits, command);
    RW_CHECK(meter.add_all(rows.rows));
    std::size_t taken = 0;
    for (std::size_t i = options_.start; i < table_->csv.rows.size() && taken < options_.max; ++i) {
      Row cells;
      for (const std::string& cell : table_->csv.rows[i]) cells.push_back(cell.empty() ? storage::Value() : cell);
      if (where && !passes(*where, table, cells)) continue;
      Row row(rows.columns.size());
      for (std::size_t n = 0; n < cells.size(); ++n) row[targets[n]] = std::move(cells[n]);
      RW_CHECK(meter.add(row));
      rows.rows.push_back(std::move(row));
      ++taken;
    }
    return {};
  }

 private:
  std::string print_with(const std::string& where) const {
    std::string text = "inputlookup";
    if (options_.append) text += " append=true";
    if (options_.start > 0) text += fmt::format(" start={}", options_.start);
    if (options_.max != InputlookupOptions().max) text += fmt::format(" max={}", options_.max);
    text += " " + print_name(name_);
    return where.empty() ? text : text + " WHERE " + where;
  }

  const std::shared_ptr<const LookupTable> table_;
  const std::string name_;
  const InputlookupOptions options_;
  const std::optional<SearchExpression> where_;
};

}  // namespace

core::Result<std::shared_ptr<const LookupTable>> find_lookup(Parser& parser, const Token& name) {
  auto table = parser.lookups().find(name.text);
  if (table.ok()) return table;
  const core::Error& error = table.error();
  return parser.source().error(error.code, name.span.begin, error.message, error.hint);
}

core::Result<CommandPtr> parse_inputlookup(Parser& parser) {
  InputlookupOptions options;
  while (true) {
    RW_TRY(const Tstats::Option option, parser.accept_option());
    if (option.name.empty()) break;
    if (option.name == "append") {
      RW_TRY(options.append, parser.boolean_of(option));
    } else if (option.name == "start") {
      RW_TRY(options.start, parser.count_of(option));
    } else if (option.name == "max") {
      RW_TRY(options.max, parser.count_of(option));
    } else if (option.name != "strict") {
      return parser.unsupported(option.at, fmt::format("the option {}= of inputlookup", option.name));
    }
  }
  RW_TRY(const Token name, parser.expect_name("the name of a lookup"));
  RW_TRY(std::shared_ptr<const LookupTable> table, find_lookup(parser, name));
  std::optional<SearchExpression> where;
  RW_TRY(const bool has_where, parser.accept_word(LexMode::kArgument, "WHERE"));
  if (has_where) {
    RW_TRY(where, parse_search(parser, SearchPlace::kSearchCommand));
  }
  return CommandPtr(std::make_shared<Inputlookup>(std::move(table), name.text, options, std::move(where)));
}

}  // namespace rw::detect::spl
