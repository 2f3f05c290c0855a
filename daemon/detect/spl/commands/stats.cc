// stats agg { [","] agg } [ BY field { [","] field } ]: one row a group, in the order of the BY values. A row with a
// null BY field is left out, one with several values counts once for each.
#include <fmt/format.h>

#include <map>
#include <utility>
#include <vector>

#include "daemon/detect/spl/aggregates.h"
#include "daemon/detect/spl/commands.h"
#include "daemon/detect/spl/parser.h"

namespace rw::detect::spl {
namespace {

using Key = std::vector<storage::Value>;

struct KeyOrder {
  bool operator()(const Key& a, const Key& b) const {
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (const int order = compare_values(a[i], b[i]); order != 0) return order < 0;
      // "1" and "1.0" are equal as numbers but different texts.
      if (const int order = text_of(a[i]).compare(text_of(b[i])); order != 0) return order < 0;
    }
    return false;
  }
};

class Stats final : public Command {
 public:
  Stats(std::vector<AggregateCall> aggregates, std::vector<std::string> by)
      : aggregates_(std::move(aggregates)), by_(std::move(by)) {}

  std::string print() const override {
    std::string text = "stats";
    for (const AggregateCall& call : aggregates_) text += " " + spl::print(call);
    for (const std::string& name : by_) text += (&name == &by_.front() ? " BY " : " ") + print_name(name);
    return text;
  }

  core::Result<void> apply(Rows& rows, StepContext& context) const override {
    std::map<Key, std::vector<std::size_t>, KeyOrder> groups;
    if (by_.empty()) groups.try_emplace({});  // one row even when there are none
    std::int64_t memberships = 0;
    for (std::size_t i = 0; i < rows.rows.size(); ++i) {
      for (Key& key : keys_of(rows, rows.rows[i], context.max_rows)) {
        groups[std::move(key)].push_back(i);
        if (++memberships > context.max_rows) {
          return core::Error{core::ErrorCode::kLimit, fmt::format("stats: more than {} rows", context.max_rows)};
        }
      }
    }
    Rows result;
    result.fill_null = rows.fill_null;
    for (const std::string& name : by_) result.columns.push_back({name, true});
    for (const AggregateCall& call : aggregates_) {
      if (!result.find(call.column)) result.columns.push_back({call.column, false});
    }
    for (const auto& [key, members] : groups) {
      Row row = key;
      row.resize(result.columns.size());
      for (const AggregateCall& call : aggregates_) row[*result.find(call.column)] = aggregate(call, rows, members);
      result.rows.push_back(std::move(row));
    }
    rows = std::move(result);
    return {};
  }

 private:
  // Every combination of the values of the BY fields; none when one of them is null.
  std::vector<Key> keys_of(const Rows& rows, const Row& row, std::int64_t max_keys) const {
    std::vector<Key> keys(1);
    for (const std::string& name : by_) {
      const auto column = rows.find(name);
      if (!column || row[*column].is_null()) return {};
      const storage::Value& cell = row[*column];
      if (!std::holds_alternative<std::vector<std::string>>(cell)) {
        for (Key& key : keys) key.push_back(cell);
        continue;
      }
      std::vector<Key> longer;
      for (const Key& key : keys) {
        for (const std::string& text : std::get<std::vector<std::string>>(cell)) {
          if (static_cast<std::int64_t>(longer.size()) > max_keys)
            return longer;  // the caller sees that it is too many
          longer.push_back(key);
          longer.back().emplace_back(text);
        }
      }
      keys = std::move(longer);
    }
    return keys;
  }

  const std::vector<AggregateCall> aggregates_;
  const std::vector<std::string> by_;
};

}  // namespace

core::Result<CommandPtr> parse_stats(Parser& parser) {
  RW_TRY(const Tstats::Option option, parser.accept_option());
  if (!option.name.empty()) return parser.unsupported(option.at, fmt::format("the option {}= of stats", option.name));
  RW_TRY(std::vector<AggregateCall> aggregates, parse_aggregates(parser));
  std::vector<std::string> by;
  RW_TRY(const bool grouped, parser.accept_word(LexMode::kArgument, "BY"));
  if (grouped) {
    RW_TRY(by, parser.parse_names("a field after BY"));
  }
  return CommandPtr(std::make_shared<Stats>(std::move(aggregates), std::move(by)));
}

}  // namespace rw::detect::spl
