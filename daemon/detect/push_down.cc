#include "daemon/detect/push_down.h"

#include <string>
#include <utility>
#include <vector>

#include "daemon/detect/simplify.h"

namespace rw::detect {
namespace {

// The test of an event that a row's test of its group-by value comes to. False: it is none that an event can be asked.
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

// Definitions hold until a column that they name is written. An expression of defined columns is none itself: what it
// is made of may change before.
void define(const spl::Command& command, const Rows& columns, spl::Definitions& definitions) {
  for (const spl::Definition& definition : command.definitions()) {
    if (columns.find(definition.column) || definitions.contains(definition.column)) {
      definitions.clear();
    } else {
      definitions.emplace(definition.column, definition.value);
    }
  }
}

}  // namespace

void push_down(const std::vector<spl::CommandPtr>& commands, Plan& plan) {
  if (!plan.reads_events || plan.events.by.empty()) return;
  Rows columns = columns_of(plan.events);
  const core::TimeZone zone;
  const storage::SearchLimits limits;
  std::vector<std::string> warnings;
  All all{{plan.events.where}};
  bool found = false;
  spl::Definitions definitions;
  for (const spl::CommandPtr& command : commands) {
    if (!command->works_row_by_row() || !command->subsearches().empty()) break;
    const std::vector<spl::ColumnTest> tests = command->column_tests(definitions);
    for (const spl::ColumnTest& wanted : tests) {
      const auto column = columns.find(wanted.column);
      if (column) found |= add_test(plan.events, columns.columns[*column], wanted.test, all);
    }
    if (!command->definitions().empty()) {
      define(*command, columns, definitions);
    } else if (tests.empty()) {
      definitions.clear();  // it may write anything
    }
    // Without rows a step shows what becomes of the columns.
    StepContext context{zone, {}, {}, limits, {}, warnings};
    if (!command->apply(columns, context).ok()) break;
  }
  if (!found) return;
  Predicate where = simplify({std::move(all)});
  if (depth_of(where) <= kMaxPredicateDepth && tests_in(where) <= kMaxPredicateTests) {
    plan.events.where = std::move(where);
  }
}

}  // namespace rw::detect
