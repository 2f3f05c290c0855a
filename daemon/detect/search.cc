#include "daemon/detect/search.h"

#include <utility>

#include "daemon/detect/emit_sql.h"
#include "daemon/detect/execute.h"

namespace rw::detect {
namespace {

// The plan first, then those of its subsearches.
template <class Visit>
void each_plan(const Plan& plan, const Visit& visit) {
  visit(plan);
  for (const Step& step : plan.steps) {
    if (step.subsearch) each_plan(*step.subsearch, visit);
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
    each_plan(plan_, [&](const Plan& plan) { queries.push_back(&plan.events); });
    return queries;
  }

  std::string explain_plan() const override { return print(plan_); }

  std::string explain_sql(const storage::Dialect& dialect, const cim::Window& window,
                          const core::TimeZone& zone) const override {
    std::string text;
    each_plan(plan_, [&](const Plan& plan) {
      if (!text.empty()) text += "\n-- subsearch\n";
      text += print(emit_sql(plan.events, dialect, window, zone));
    });
    return text;
  }

 private:
  const Plan plan_;
};

}  // namespace

std::shared_ptr<const Search> make_search(Plan plan) { return std::make_shared<const PlannedSearch>(std::move(plan)); }

}  // namespace rw::detect
