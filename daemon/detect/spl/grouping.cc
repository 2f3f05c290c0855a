#include "daemon/detect/spl/grouping.h"

#include <fmt/format.h>

#include <utility>

#include "daemon/core/units.h"
#include "daemon/detect/spl/aggregates.h"
#include "daemon/detect/time_buckets.h"
#include "storage/row_meter.h"

namespace rw::detect::spl {
namespace {

using storage::Value;

// Every combination of the values of the BY columns; none when one of them is null and nothing stands for it.
class KeyMaker {
 public:
  KeyMaker(const RowGrouping& grouping, const Rows& rows, const StepContext& context)
      : grouping_(grouping), max_keys_(context.limits.max_rows) {
    for (const RowGrouping::By& by : grouping.by) {
      columns_.push_back(rows.find(by.column));
      if (by.span.count() > 0 && ranges_.empty()) ranges_ = bucket_ranges(kAllTime, by.span, context.zone);
    }
  }

  std::vector<GroupKey> keys_of(const Row& row) const {
    std::vector<GroupKey> keys(1);
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const Value cell = cell_of(row, i);
      if (cell.is_null()) return {};
      const auto* texts = std::get_if<std::vector<std::string>>(&cell);
      if (texts == nullptr) {
        for (GroupKey& key : keys) key.push_back(cell);
        continue;
      }
      std::vector<GroupKey> longer;
      for (const GroupKey& key : keys) {
        for (const std::string& text : *texts) {
          if (static_cast<std::int64_t>(longer.size()) > max_keys_)
            return longer;  // the caller sees that it is too many
          longer.push_back(key);
          longer.back().emplace_back(text);
        }
      }
      keys = std::move(longer);
    }
    return keys;
  }

 private:
  // Zones change their offset within these years at most.
  static constexpr cim::Window kAllTime{core::from_us(0), std::chrono::sys_days(std::chrono::year(2100) / 1 / 1)};

  Value cell_of(const Row& row, std::size_t i) const {
    const Value cell = columns_[i] ? row[*columns_[i]] : Value();
    if (cell.is_null()) return grouping_.fill_null ? Value(*grouping_.fill_null) : Value();
    const std::chrono::seconds span = grouping_.by[i].span;
    if (span.count() == 0) return cell;
    const auto seconds = number_of(cell);
    const auto time = seconds ? time_of_seconds(*seconds) : std::nullopt;
    return time ? epoch_seconds(bucket_start_us(ranges_, span, *time)) : cell;
  }

  const RowGrouping& grouping_;
  const std::int64_t max_keys_;
  std::vector<std::optional<std::size_t>> columns_;
  std::vector<BucketRange> ranges_;
};

class Tally final : public RowStep {
 public:
  explicit Tally(RowGrouping grouping) : grouping_(std::move(grouping)) {}

  std::string print() const override {
    std::string text = "stats";
    for (const AggregateCall& call : grouping_.aggregates) text += " " + spl::print(call);
    for (const RowGrouping::By& by : grouping_.by) {
      text += (&by == &grouping_.by.front() ? " BY " : " ") + print_name(by.column);
      if (by.span.count() > 0) text += " span=" + core::format_duration(by.span);
    }
    if (grouping_.fill_null) text += fmt::format(" (null: {})", print_string(*grouping_.fill_null));
    return text;
  }

  core::Result<void> apply(Rows& rows, StepContext& context) const override {
    return tally(grouping_, rows, context, "tstats");
  }

 private:
  const RowGrouping grouping_;
};

}  // namespace

bool GroupKeyOrder::operator()(const GroupKey& a, const GroupKey& b) const {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (const int order = compare_values(a[i], b[i]); order != 0) return order < 0;
    if (const int order = text_of(a[i]).compare(text_of(b[i])); order != 0) return order < 0;
  }
  return false;
}

core::Result<Groups> group_rows(const RowGrouping& grouping, const Rows& rows, const StepContext& context,
                                std::string_view command) {
  const KeyMaker maker(grouping, rows, context);
  Groups groups;
  storage::RowMeter meter(context.limits, command);  // a row of several groups counts in each
  for (std::size_t i = 0; i < rows.rows.size(); ++i) {
    for (GroupKey& key : maker.keys_of(rows.rows[i])) {
      RW_CHECK(meter.add(key));
      groups[std::move(key)].push_back(i);
    }
  }
  return groups;
}

core::Result<void> tally(const RowGrouping& grouping, Rows& rows, const StepContext& context,
                         std::string_view command) {
  RW_TRY(Groups groups, group_rows(grouping, rows, context, command));
  if (grouping.by.empty()) groups.try_emplace({});
  Rows result;
  result.fill_null = grouping.fill_null ? grouping.fill_null : rows.fill_null;
  for (const RowGrouping::By& by : grouping.by) result.columns.push_back({by.column, true});
  for (const AggregateCall& call : grouping.aggregates) {
    if (!result.find(call.column)) result.columns.push_back({call.column, false});
  }
  for (const auto& [key, members] : groups) {
    Row row = key;
    row.resize(result.columns.size());
    for (const AggregateCall& call : grouping.aggregates) {
      row[*result.find(call.column)] = aggregate(call, rows, members, context);
    }
    result.rows.push_back(std::move(row));
  }
  rows = std::move(result);
  return {};
}

std::shared_ptr<const RowStep> make_tally(RowGrouping grouping) {
  return std::make_shared<const Tally>(std::move(grouping));
}

}  // namespace rw::detect::spl
