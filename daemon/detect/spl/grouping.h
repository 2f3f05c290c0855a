// Grouping of rows: what stats, eventstats and a tstats over risk events have in common.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/core/result.h"
#include "daemon/detect/plan.h"
#include "daemon/detect/spl/command.h"

namespace rw::detect::spl {

struct RowGrouping {
  struct By {
    std::string column;
    std::chrono::seconds span{0};  // of _time: buckets, as in GroupBy
  };

  std::vector<AggregateCall> aggregates;
  std::vector<By> by;
  std::optional<std::string> fill_null;  // for a null BY value; none: the row is in no group
};

using GroupKey = std::vector<storage::Value>;
// By number, text, then null; "1" and "1.0" are two.
struct GroupKeyOrder {
  bool operator()(const GroupKey& a, const GroupKey& b) const;
};
using Groups = std::map<GroupKey, std::vector<std::size_t>, GroupKeyOrder>;

// The rows of each group, in their order. A row with several values in a BY column is in the group of each.
// Errors: Limit, which names the command.
core::Result<Groups> group_rows(const RowGrouping& grouping, const Rows& rows, const StepContext& context,
                                std::string_view command);

// One row a group in the order of the BY values; without BY one row, also of none.
core::Result<void> tally(const RowGrouping& grouping, Rows& rows, const StepContext& context, std::string_view command);

// The grouping of a tstats, as a step on rows.
std::shared_ptr<const RowStep> make_tally(RowGrouping grouping);

}  // namespace rw::detect::spl
