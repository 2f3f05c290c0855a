#include "daemon/detect/push_down.h"

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "daemon/detect/simplify.h"

namespace rw::detect {
namespace {

// The test of an event that a row's test of its group-by value comes to. false: it is none that an event can be asked.
bool add_test(const EventQuery& events, const Column& column, const core::TextTest& test, All& all) {
  if (!column.origin) return false;
  const cim::Field* field = events.by[*column.origin].field;
  if (field == nullptr || field->type != cim::FieldType::kText) return false;
  // A null shows as the fill text, which may pass where the null does not.
  const bool may_be_filled = field->fill == cim::Fill::kNone && events.fill_null;
  if (may_be_filled && test.matches(*events.fill_null)) return false;
  all.terms.push_back({Matches{field, test}});
  return true;
}

}  // namespace

void push_down(Plan& plan) {
  if (!plan.reads_events || plan.events.by.empty()) return;
  Rows columns = columns_of(plan.events);
  const core::TimeZone zone;
  std::vector<std::string> warnings;
  All all{{plan.events.where}};
  bool found = false;
  for (const Step& step : plan.steps) {
    if (!step.step->works_row_by_row() || !step.subsearches.empty()) break;
    for (const ColumnTest& wanted : step.step->column_tests()) {
      const auto column = columns.find(wanted.column);
      if (column) found |= add_test(plan.events, columns.columns[*column], wanted.test, all);
    }
    // Without rows a step shows what becomes of the columns.
    StepContext context{zone, {}, {}, std::numeric_limits<std::int64_t>::max(), {}, warnings};
    if (!step.step->apply(columns, context).ok()) break;
  }
  if (!found) return;
  Predicate where = simplify({std::move(all)});
  if (depth_of(where) <= kMaxPredicateDepth && tests_in(where) <= kMaxPredicateTests) {
    plan.events.where = std::move(where);
  }
}

}  // namespace rw::detect
