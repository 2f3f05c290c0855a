#include "daemon/detect/compile.h"

#include <utility>

#include "daemon/detect/bind.h"
#include "daemon/detect/emit_sql.h"
#include "daemon/detect/execute.h"
#include "daemon/detect/spl/expand.h"
#include "daemon/detect/spl/parser.h"

namespace rw::detect {
namespace {

class PlannedSearch final : public Search {
 public:
  explicit PlannedSearch(Plan plan) : plan_(std::move(plan)) {}

  core::Result<SearchResult> run(storage::Reader& reader, const storage::Dialect& dialect, const cim::Window& window,
                                 const core::TimeZone& zone, const storage::SearchLimits& limits) const override {
    Execution execution{reader, dialect, window, zone, limits};
    RW_TRY(Rows rows, execute(plan_, execution));
    SearchResult result;
    for (Column& column : rows.columns) {
      if (column.group) result.group_columns.push_back(column.name);
      result.table.columns.push_back(std::move(column.name));
    }
    result.table.rows = std::move(rows.rows);
    result.warnings = std::move(execution.warnings);
    return result;
  }

  std::string explain_plan() const override { return print(plan_); }

  std::string explain_sql(const storage::Dialect& dialect, const cim::Window& window,
                          const core::TimeZone& zone) const override {
    std::string text;
    explain_sql(plan_, dialect, window, zone, text);
    return text;
  }

 private:
  // The query of the plan, then those of its subsearches.
  static void explain_sql(const Plan& plan, const storage::Dialect& dialect, const cim::Window& window,
                          const core::TimeZone& zone, std::string& text) {
    text += print(emit_sql(plan.events, dialect, window, zone));
    for (const Step& step : plan.steps) {
      if (!step.subsearch) continue;
      text += "\n-- subsearch\n";
      explain_sql(*step.subsearch, dialect, window, zone, text);
    }
  }

  const Plan plan_;
};

}  // namespace

core::Result<std::shared_ptr<const Search>> compile_spl(std::string_view text, const Macros& macros) {
  // Comments are gone and macros expanded; places still lead back to `text`.
  RW_TRY(const spl::ExpandedText expanded, spl::expand(text, macros));
  // A tree of commands; only functions are resolved.
  RW_TRY(const spl::Pipeline pipeline, spl::parse(expanded));
  // Fields are CIM fields; every command is a step with its own plan where it has a subsearch.
  RW_TRY(Plan plan, bind(pipeline, expanded));
  return std::shared_ptr<const Search>(std::make_shared<PlannedSearch>(std::move(plan)));
}

}  // namespace rw::detect
