#include "daemon/detect/search.h"

#include <algorithm>
#include <utility>

#include "daemon/detect/emit_sql.h"
#include "daemon/detect/execute.h"

namespace rw::detect {
namespace {

// The queries of the plan and of its subsearches.
template <class Visit>
void each_query(const Plan& plan, const Visit& visit) {
  if (plan.reads_events) visit(plan.events);
  for (const auto& subsearch : plan.events.subsearches) each_query(*subsearch, visit);
  for (const Step& step : plan.steps) {
    for (const auto& subsearch : step.subsearches) each_query(*subsearch, visit);
  }
}

class PlannedSearch final : public Search {
 public:
  explicit PlannedSearch(Plan plan) : plan_(std::move(plan)) {}

  core::Result<SearchResult> run(const SearchContext& context) const override {
    SearchResult result;
    RW_TRY(Rows rows, execute(plan_, context, result.warnings));
    for (Column& column : rows.columns) {
      if (column.group) result.group_columns.push_back(column.name);
      result.table.columns.push_back(std::move(column.name));
    }
    result.table.rows = std::move(rows.rows);
    return result;
  }

  std::vector<const EventQuery*> queries() const override {
    std::vector<const EventQuery*> queries;
    each_query(plan_, [&](const EventQuery& query) { queries.push_back(&query); });
    return queries;
  }

  std::string explain_plan() const override { return detect::print(plan_); }

  std::string explain_sql(const storage::Dialect& dialect, const cim::Window& window,
                          const core::TimeZone& zone) const override {
    std::string text;
    each_query(plan_, [&](const EventQuery& query) {
      if (!text.empty()) text += "\n-- subsearch\n";
      text += detect::print(emit_sql(query, dialect, window, zone));
      if (query.open) text += "-- and what the subsearches of its WHERE give\n";
    });
    return text;
  }

 private:
  const Plan plan_;
};

}  // namespace

bool Search::reads(cim::Dataset dataset) const {
  const std::vector<const EventQuery*> all = queries();
  return std::any_of(all.begin(), all.end(), [&](const EventQuery* query) { return query->dataset == dataset; });
}

cim::Window Search::time_read(const cim::Window& window, core::Micros now, const core::TimeZone& zone) const {
  cim::Window all = window;
  for (const EventQuery* query : queries()) {
    const cim::Window read = time_of(*query, window, now, zone);
    all.earliest = std::min(all.earliest, read.earliest);
    all.latest = std::max(all.latest, read.latest);
  }
  return all;
}

std::shared_ptr<const Search> make_search(Plan plan) { return std::make_shared<const PlannedSearch>(std::move(plan)); }

}  // namespace rw::detect
