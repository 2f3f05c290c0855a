#include "daemon/detect/bind.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <span>
#include <utility>

#include "daemon/core/text.h"
#include "daemon/detect/bind_search.h"
#include "daemon/detect/push_down.h"
#include "daemon/detect/simplify.h"
#include "daemon/detect/spl/grouping.h"
#include "daemon/detect/spl/search_expression.h"
#include "daemon/detect/time_span.h"

namespace rw::detect {
namespace {

using core::ErrorCode;

// Options of tstats that say where Splunk should look, which for us is always the events.
constexpr std::string_view kIgnoredOptions[] = {"summariesonly", "allow_old_summaries", "chunk_size", "local",
                                                "include_reduced_buckets"};

bool is_true(std::string_view text) {
  return core::equals_ascii_nocase(text, "true") || core::equals_ascii_nocase(text, "t") || text == "1";
}

core::Error unsupported(const spl::ExpandedText& text, spl::SourceSpan at, std::string_view what,
                        std::string hint = {}) {
  return text.error(ErrorCode::kUnsupported, at.begin, fmt::format("{} is not supported", what), std::move(hint));
}

core::Result<std::vector<std::shared_ptr<const Plan>>> bind_all(const std::vector<const spl::Pipeline*>& pipelines,
                                                                const spl::ExpandedText& text) {
  std::vector<std::shared_ptr<const Plan>> plans;
  for (const spl::Pipeline* pipeline : pipelines) {
    RW_TRY(Plan plan, bind(*pipeline, text));
    plans.push_back(std::make_shared<const Plan>(std::move(plan)));
  }
  return plans;
}

core::Result<Step> step_of(const spl::CommandPtr& command, const spl::ExpandedText& text) {
  RW_TRY(auto subsearches, bind_all(command->subsearches(), text));
  return Step{command, std::move(subsearches)};
}

core::Result<cim::Dataset> dataset_of(std::string_view datamodel, spl::SourceSpan at, const spl::ExpandedText& text) {
  if (const auto dataset = cim::find_dataset(datamodel)) return *dataset;
  return unsupported(text, at, fmt::format("the data model `{}`", datamodel),
                     "there are Endpoint.Registry, Endpoint.Processes and Risk.All_Risk");
}

// How a field of the events becomes a column. Some of Risk's are made of others.
Selected selected(cim::Dataset dataset, const cim::Field& field, std::string column) {
  const auto fields = [&](std::initializer_list<std::string_view> names) {
    std::vector<const cim::Field*> found;
    for (const std::string_view name : names) {
      if (const cim::Field* each = cim::find_field(dataset, name)) found.push_back(each);
    }
    return found;
  };
  if (dataset == cim::Dataset::kRisk) {
    if (field.name == "annotations._all") {
      return {std::move(column), fields({"analyticstories", "annotations.mitre_attack", "annotations.kill_chain_phases",
                                         "annotations.cis20", "annotations.nist"})};
    }
  }
  return {std::move(column), {&field}};
}

class TstatsBinder {
 public:
  TstatsBinder(const spl::ExpandedText& text, cim::Dataset dataset) : text_(text), scope_{dataset, true} {}

  core::Result<EventQuery> bind(const spl::Tstats& tstats) const {
    EventQuery query;
    query.dataset = scope_.dataset;
    for (const spl::Tstats::Option& option : tstats.options) RW_CHECK(bind_option(option, query));
    for (const spl::Tstats::By& by : tstats.by) RW_CHECK(bind_by(by, query));
    All rest;
    // Without a fill value an event with a null group-by value is left out.
    for (const GroupBy& by : query.by) {
      if (!query.fill_null) rest.terms.push_back(by.field == nullptr ? never() : Predicate{Exists{by.field}});
    }
    if (tstats.where) {
      RW_CHECK(bind_where(*tstats.where, rest, query));
    } else {
      query.where = simplify({std::move(rest)});
    }
    for (const spl::AggregateCall& call : tstats.aggregates) RW_CHECK(bind_aggregate(call, query));
    return query;
  }

  // Risk events are few, and their fields hold several values: they are read as rows and grouped here.
  core::Result<Plan> bind_on_rows(const spl::Tstats& tstats) const {
    Plan plan;
    RW_TRY(const EventQuery checked, bind(tstats));
    plan.events.dataset = scope_.dataset;
    plan.events.earliest = checked.earliest;
    plan.events.latest = checked.latest;
    spl::RowGrouping grouping{tstats.aggregates, {}, checked.fill_null};
    for (const GroupBy& by : checked.by) grouping.by.push_back({by.column, by.span});
    std::vector<std::string> names = {"_time"};
    for (const GroupBy& by : checked.by) names.push_back(by.column);
    for (const spl::AggregateCall& call : tstats.aggregates) names.push_back(call.field.value_or("_time"));
    if (tstats.where) {
      spl::SearchExpression where = *tstats.where;
      RW_TRY(const spl::TimeBounds bounds, spl::take_time_bounds(where, text_));
      (void)bounds;  // of `checked`
      for (const std::string& name : spl::fields_in(where)) names.push_back(name);
      // A subsearch may name any field.
      const bool all = !spl::subsearches_in(where).empty();
      for (const cim::Field& field : all ? cim::fields(scope_.dataset) : std::span<const cim::Field>()) {
        names.push_back(scope_.name_of(field));
      }
      RW_TRY(Step filter, step_of(spl::make_search(std::move(where)), text_));
      plan.steps.push_back(std::move(filter));
    }
    for (std::string& name : names) {
      const cim::Field* field = scope_.find(name);
      const bool said = std::any_of(plan.events.select.begin(), plan.events.select.end(),
                                    [&](const Selected& each) { return each.column == name; });
      if (field != nullptr && !said) plan.events.select.push_back(selected(scope_.dataset, *field, std::move(name)));
    }
    plan.steps.push_back({spl::make_tally(std::move(grouping))});
    return plan;
  }

 private:
  core::Result<void> bind_where(const spl::SearchExpression& written, const All& rest, EventQuery& query) const {
    spl::SearchExpression where = written;
    RW_TRY(const spl::TimeBounds bounds, spl::take_time_bounds(where, text_));
    query.earliest = bounds.earliest;
    query.latest = bounds.latest;
    RW_TRY(Predicate search, bind_search(where, scope_, text_));
    const std::vector<const spl::Pipeline*> subsearches = spl::subsearches_in(where);
    if (!subsearches.empty() && scope_.dataset != cim::Dataset::kRisk) {
      RW_TRY(query.subsearches, bind_all(subsearches, text_));
      query.open = open_filter(where, scope_, text_, simplify({rest}));
    }
    All all{{std::move(search)}};
    all.terms.insert(all.terms.end(), rest.terms.begin(), rest.terms.end());
    query.where = simplify({std::move(all)});
    return {};
  }

  core::Result<void> bind_option(const spl::Tstats::Option& option, EventQuery& query) const {
    if (option.name == "fillnull_value") {
      query.fill_null = option.value;
      return {};
    }
    for (const std::string_view ignored : kIgnoredOptions) {
      if (option.name == ignored) return {};
    }
    const bool switched_off = !is_true(option.value) && (option.name == "prestats" || option.name == "append");
    if (switched_off) return {};
    return unsupported(text_, option.at, fmt::format("the option {}= of tstats", option.name));
  }

  core::Result<void> bind_by(const spl::Tstats::By& by, EventQuery& query) const {
    for (const GroupBy& earlier : query.by) {
      if (earlier.column == by.field) return {};  // said twice
    }
    GroupBy group{by.field, scope_.find(by.field), std::chrono::seconds(0)};
    if (by.field == "_time") {
      auto span = parse_time_span(by.span);
      if (!span.ok()) return text_.error(span.error().code, by.at.begin, span.error().message, span.error().hint);
      group.span = *span;
    }
    query.by.push_back(std::move(group));
    return {};
  }

  core::Result<void> bind_aggregate(const spl::AggregateCall& call, EventQuery& query) const {
    Aggregate aggregate{call.function, !call.field, call.field ? scope_.find(*call.field) : nullptr, call.column};
    const bool of_time = cim::is_time(aggregate.field);
    const bool on_rows = scope_.dataset == cim::Dataset::kRisk;
    if (call.expression)
      return unsupported(text_, call.span, fmt::format("eval( ) inside {}( ) of tstats", call.written));
    if (!on_rows && !is_of_events(call.function)) {
      return unsupported(text_, call.span, fmt::format("the aggregate {}( ) in tstats", call.written));
    }
    if (of_time && (call.function == AggregateFunction::kValues || call.function == AggregateFunction::kSum)) {
      return unsupported(text_, call.span, fmt::format("{}(_time)", call.written));
    }
    for (const GroupBy& by : query.by) {
      if (by.column == call.column) {
        return text_.error(ErrorCode::kInvalidInput, call.span.begin,
                           fmt::format("`{}` is the name of an aggregate and stands after BY", call.column));
      }
    }
    for (Aggregate& earlier : query.aggregates) {
      if (earlier.column != aggregate.column) continue;
      earlier = std::move(aggregate);  // the last of two with one name counts
      return {};
    }
    query.aggregates.push_back(std::move(aggregate));
    return {};
  }

  const spl::ExpandedText& text_;
  const FieldScope scope_;
};

// Events as rows. The `search` commands that follow at once are tried by the store too, and may say the time.
class RowsBinder {
 public:
  RowsBinder(const spl::ExpandedText& text, const spl::EventRows& rows, cim::Dataset dataset)
      : text_(text), scope_{dataset, rows.form == spl::EventRows::Form::kDatamodel} {}

  // `next`: the first command that is not done yet.
  core::Result<Plan> bind(const spl::EventRows& rows, const std::vector<spl::CommandPtr>& commands,
                          std::size_t& next) const {
    Plan plan;
    plan.events.dataset = scope_.dataset;
    for (const cim::Field& field : cim::fields(scope_.dataset)) {
      plan.events.select.push_back(selected(scope_.dataset, field, scope_.name_of(field)));
    }
    if (rows.where) RW_CHECK(add_search(*rows.where, plan));
    for (; next < commands.size() && commands[next]->search() != nullptr; ++next) {
      RW_CHECK(add_search(*commands[next]->search(), plan));
    }
    return plan;
  }

 private:
  core::Result<void> add_search(spl::SearchExpression expression, Plan& plan) const {
    RW_TRY(spl::TimeBounds bounds, spl::take_time_bounds(expression, text_));
    if (bounds.earliest) plan.events.earliest = std::move(bounds.earliest);
    if (bounds.latest) plan.events.latest = std::move(bounds.latest);
    if (scope_.dataset != cim::Dataset::kRisk) {
      RW_TRY(Predicate filter, bind_search(expression, scope_, text_));
      plan.events.where = simplify({All{{std::move(plan.events.where), std::move(filter)}}});
    }
    RW_TRY(Step step, step_of(spl::make_search(std::move(expression)), text_));
    plan.steps.push_back(std::move(step));
    return {};
  }

  const spl::ExpandedText& text_;
  const FieldScope scope_;
};

core::Result<Plan> bind_source(const spl::Pipeline& pipeline, const spl::ExpandedText& text, std::size_t& next) {
  if (const auto* tstats = std::get_if<spl::Tstats>(&pipeline.source)) {
    RW_TRY(const cim::Dataset dataset, dataset_of(tstats->datamodel, tstats->datamodel_at, text));
    if (dataset == cim::Dataset::kRisk) return TstatsBinder(text, dataset).bind_on_rows(*tstats);
    Plan plan;
    RW_TRY(plan.events, TstatsBinder(text, dataset).bind(*tstats));
    return plan;
  }
  if (const auto* rows = std::get_if<spl::EventRows>(&pipeline.source)) {
    RW_TRY(const cim::Dataset dataset, dataset_of(rows->datamodel, rows->at, text));
    return RowsBinder(text, *rows, dataset).bind(*rows, pipeline.commands, next);
  }
  Plan plan;
  plan.reads_events = false;
  return plan;
}

}  // namespace

core::Result<Plan> bind(const spl::Pipeline& pipeline, const spl::ExpandedText& text) {
  std::size_t next = 0;
  RW_TRY(Plan plan, bind_source(pipeline, text, next));
  for (; next < pipeline.commands.size(); ++next) {
    const spl::CommandPtr& command = pipeline.commands[next];
    if (command->search() != nullptr) RW_CHECK(spl::refuse_time_bounds(*command->search(), text));
    RW_TRY(Step step, step_of(command, text));
    plan.steps.push_back(std::move(step));
  }
  if (std::holds_alternative<spl::Tstats>(pipeline.source)) push_down(pipeline.commands, plan);
  return plan;
}

}  // namespace rw::detect
