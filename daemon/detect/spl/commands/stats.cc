// stats agg { [","] agg } [ BY field { [","] field } ]: one row a group, in the order of the BY values. A row with a
// null BY field is left out, one with several values counts once for each.
#include <fmt/format.h>

#include <utility>
#include <vector>

#include "daemon/detect/spl/aggregates.h"
#include "daemon/detect/spl/commands.h"
#include "daemon/detect/spl/grouping.h"
#include "daemon/detect/spl/parser.h"
#include "storage/row_meter.h"

namespace rw::detect::spl {
namespace {

std::string print_grouping(const RowGrouping& grouping) {
  std::string text;
  for (const AggregateCall& call : grouping.aggregates) text += " " + print(call);
  for (const RowGrouping::By& by : grouping.by) {
    text += (&by == &grouping.by.front() ? " BY " : " ") + print_name(by.column);
  }
  return text;
}

class Stats final : public Command {
 public:
  explicit Stats(RowGrouping grouping) : grouping_(std::move(grouping)) {}
  std::string print() const override { return "stats" + print_grouping(grouping_); }
  core::Result<void> apply(Rows& rows, StepContext& context) const override {
    return tally(grouping_, rows, context, "stats");
  }

 private:
  const RowGrouping grouping_;
};

// eventstats: every row stays and gets its group's aggregates. Of a row that is in several groups they are those of the
// first.
class Eventstats final : public Command {
 public:
  explicit Eventstats(RowGrouping grouping) : grouping_(std::move(grouping)) {}
  std::string print() const override { return "eventstats" + print_grouping(grouping_); }

  core::Result<void> apply(Rows& rows, StepContext& context) const override {
    RW_TRY(const Groups groups, group_rows(grouping_, rows, context, "eventstats"));
    // All are computed before one is written: an aggregate's name may be that of a field.
    std::vector<std::vector<storage::Value>> results;
    std::vector<std::optional<std::size_t>> group_of(rows.rows.size());
    for (const auto& [key, members] : groups) {
      std::vector<storage::Value> values;
      for (const AggregateCall& call : grouping_.aggregates) values.push_back(aggregate(call, rows, members, context));
      for (const std::size_t member : members) {
        if (!group_of[member]) group_of[member] = results.size();
      }
      results.push_back(std::move(values));
    }
    storage::RowMeter meter(context.limits, "eventstats");
    for (std::size_t n = 0; n < grouping_.aggregates.size(); ++n) {
      const std::size_t column = rows.find_or_add(grouping_.aggregates[n].column);
      rows.columns[column].group = false;
      for (std::size_t i = 0; i < rows.rows.size(); ++i) {
        if (!group_of[i]) continue;
        const storage::Value& value = results[*group_of[i]][n];
        RW_CHECK(meter.add_bytes(storage::size_bytes(value)));
        rows.rows[i][column] = value;
      }
    }
    return {};
  }

 private:
  const RowGrouping grouping_;
};

core::Result<RowGrouping> parse_grouping(Parser& parser, std::string_view command) {
  RW_TRY(const Tstats::Option option, parser.accept_option());
  if (!option.name.empty()) {
    return parser.unsupported(option.at, fmt::format("the option {}= of {}", option.name, command));
  }
  RowGrouping grouping;
  RW_TRY(grouping.aggregates, parse_aggregates(parser));
  RW_TRY(const bool grouped, parser.accept_word(LexMode::kArgument, "BY"));
  if (grouped) {
    RW_TRY(std::vector<std::string> names, parser.parse_names("a field after BY"));
    for (std::string& name : names) grouping.by.push_back({std::move(name)});
  }
  return grouping;
}

}  // namespace

core::Result<CommandPtr> parse_stats(Parser& parser) {
  RW_TRY(RowGrouping grouping, parse_grouping(parser, "stats"));
  return CommandPtr(std::make_shared<Stats>(std::move(grouping)));
}

core::Result<CommandPtr> parse_eventstats(Parser& parser) {
  RW_TRY(RowGrouping grouping, parse_grouping(parser, "eventstats"));
  return CommandPtr(std::make_shared<Eventstats>(std::move(grouping)));
}

}  // namespace rw::detect::spl
