#include "daemon/detect/sigma/compile.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "daemon/core/text.h"
#include "daemon/detect/sigma/steps.h"
#include "daemon/detect/simplify.h"

namespace rw::detect::sigma {
namespace {

constexpr int kMaxChain = 8;  // correlations of correlations
constexpr int kMaxCompiled = 100;
constexpr std::size_t kMaxCorrelatedRules = 50;
constexpr std::string_view kNull = "null";  // stands for a null group-by value, as in ESCU's searches

constexpr std::array<std::string_view, 10> kRegistryColumns = {"dest",
                                                               "user",
                                                               "process_guid",
                                                               "process_path",
                                                               "registry_path",
                                                               "registry_key_name",
                                                               "registry_value_name",
                                                               "registry_value_data",
                                                               "Details",
                                                               "action"};
constexpr std::array<std::string_view, 12> kProcessColumns = {"dest",
                                                              "user",
                                                              "process_guid",
                                                              "process",
                                                              "process_name",
                                                              "process_path",
                                                              "original_file_name",
                                                              "process_integrity_level",
                                                              "parent_process",
                                                              "parent_process_name",
                                                              "parent_process_path",
                                                              "parent_process_guid"};

std::span<const std::string_view> columns(cim::Dataset dataset) {
  if (dataset == cim::Dataset::kRegistry) return kRegistryColumns;
  return kProcessColumns;
}

// A condition that only says what is not there says which events stay, as filters for pySigma do.
bool says_what_stays(const Condition& condition) {
  if (const auto* all = std::get_if<ConditionAll>(&condition.node)) {
    return std::ranges::all_of(all->terms, says_what_stays);
  }
  return std::holds_alternative<ConditionNot>(condition.node);
}

core::Result<Predicate> passes(const ReadFilter& filter, cim::Dataset dataset) {
  RW_TRY(Predicate predicate, predicate_of(filter.searches, dataset));
  const bool stays = std::ranges::all_of(
      filter.searches.conditions, [](const Searches::Written& written) { return says_what_stays(written.condition); });
  return stays ? std::move(predicate) : negated(std::move(predicate));
}

core::Result<Predicate> whole_predicate(const Source& source, const Searches& searches,
                                        const std::vector<const ReadFilter*>& filters, bool any_event) {
  All all;
  all.terms.push_back(source.where);
  RW_TRY(Predicate condition, predicate_of(searches, source.dataset));
  all.terms.push_back(std::move(condition));
  for (const ReadFilter* filter : filters) {
    RW_TRY(Predicate stays, passes(*filter, source.dataset));
    all.terms.push_back(std::move(stays));
  }
  Predicate where{std::move(all)};
  if (any_event) where = without_foreign_events(where, source.dataset);
  where = simplify(where);
  if (const int depth = depth_of(where); depth > kMaxPredicateDepth) {
    return core::Error{core::ErrorCode::kLimit, fmt::format("and, or and not are nested {} deep, expected at most {}",
                                                            depth, kMaxPredicateDepth)};
  }
  if (const std::size_t tests = tests_in(where); tests > kMaxPredicateTests) {
    return core::Error{core::ErrorCode::kLimit,
                       fmt::format("the rule makes {} tests, expected at most {}", tests, kMaxPredicateTests)};
  }
  return where;
}

// The datasets with events that can match, and which of them match.
std::optional<std::vector<Source>> matching(const Rule& rule, const Library& library, const Options& options,
                                            core::Problems& problems) {
  const std::size_t before = problems.size();
  const auto searches = read_searches(rule.detection, "detection", {}, options, problems);
  auto sources = sources_of(rule.logsource);
  if (!sources.ok()) rule.logsource.at.report(problems, sources.error().message);
  if (problems.size() > before) return std::nullopt;
  std::vector<const ReadFilter*> filters;
  for (const ReadFilter& filter : library.filters) {
    if (applies(filter.filter, rule)) filters.push_back(&filter);
  }
  std::vector<Source> out;
  for (const Source& source : *sources) {
    auto where = whole_predicate(source, *searches, filters, rule.logsource.category.empty());
    if (!where.ok()) {
      rule.detection.report(problems, fmt::format("detection: {}", where.error().message));
      return std::nullopt;
    }
    if (!is_never(*where)) out.push_back({source.dataset, std::move(where).value()});
  }
  if (out.empty()) {
    rule.detection.report(
        problems,
        "detection: no event that is stored can match: it tests events or fields that none of them is "
        "or has");
    return std::nullopt;
  }
  return out;
}

Aggregate aggregate(AggregateFunction function, const cim::Field* field, std::string_view column) {
  return {function, function == AggregateFunction::kCount, field, std::string(column)};
}

EventQuery query_of(Source source) {
  EventQuery query;
  query.dataset = source.dataset;
  query.where = std::move(source.where);
  query.fill_null = kNull;
  const cim::Field* time = cim::find_field(source.dataset, "_time");
  for (const std::string_view name : columns(source.dataset)) {
    const cim::Field* field = cim::find_field(source.dataset, name);
    query.by.push_back({std::string(name), field != nullptr ? field : cim::find_event_field(source.dataset, name)});
  }
  query.aggregates = {aggregate(AggregateFunction::kCount, nullptr, "count"),
                      aggregate(AggregateFunction::kMin, time, "firstTime"),
                      aggregate(AggregateFunction::kMax, time, "lastTime")};
  return query;
}

// The first plan, with the rows of the others below its own.
Plan appended(std::vector<Plan> plans) {
  Plan plan = std::move(plans.front());
  for (std::size_t i = 1; i < plans.size(); ++i) {
    plan.steps.push_back({append_step(), {std::make_shared<const Plan>(std::move(plans[i]))}});
  }
  return plan;
}

// ---- Correlations

class CorrelationCompiler {
 public:
  CorrelationCompiler(const Library& library, const Options& options, core::Problems& problems)
      : library_(library), options_(options), problems_(problems) {}

  // beyond: how far before the run's window its bursts may end.
  std::optional<Plan> compile(const Correlation& correlation, std::chrono::seconds beyond) {
    if (correlation.unsupported) {
      problems_.push_back(*correlation.unsupported);
      return std::nullopt;
    }
    if (correlation.rules.size() > kMaxCorrelatedRules) {
      correlation.at.report(problems_, fmt::format("correlation.rules: {} rules, expected at most {}",
                                                   correlation.rules.size(), kMaxCorrelatedRules));
      return std::nullopt;
    }
    if (++compiled_ > kMaxCompiled) {
      if (compiled_ == kMaxCompiled + 1) {
        correlation.at.report(problems_,
                              fmt::format("correlations of correlations: more than {} of them", kMaxCompiled));
      }
      return std::nullopt;
    }
    if (++chain_ > kMaxChain) {
      correlation.at.report(problems_,
                            fmt::format("correlations of correlations deeper than {}, or in a circle", kMaxChain));
      compiled_ = kMaxCompiled + 1;  // the others of the circle need no look
      return std::nullopt;
    }
    Correlating what{
        .type = correlation.type,
        .rules = {},
        .group_by = correlation.group_by,
        .fields = correlation.type == CorrelationType::kValueCount ? correlation.fields : std::vector<std::string>{},
        .timespan = correlation.timespan,
        .bounds = correlation.bounds,
        .beyond = beyond};
    if (what.bounds.empty()) {
      what.bounds = {{Bound::Op::kGreaterEqual, static_cast<std::int64_t>(correlation.rules.size())}};
    }
    const std::size_t before = problems_.size();
    std::vector<Plan> plans;
    for (const yaml::Node& reference : correlation.rules) {
      const auto number = static_cast<std::int64_t>(what.rules.size());
      for (Plan& plan : events_of(correlation, reference, beyond, what)) {
        plan.steps.push_back({label_step(number)});
        plans.push_back(std::move(plan));
      }
    }
    --chain_;
    if (problems_.size() > before) return std::nullopt;
    Plan plan = appended(std::move(plans));
    plan.steps.push_back({correlate_step(std::move(what))});
    return plan;
  }

 private:
  std::vector<Plan> events_of(const Correlation& outer, const yaml::Node& reference, std::chrono::seconds beyond,
                              Correlating& what) {
    if (const Rule* rule = library_.rule(reference.text())) {
      what.rules.push_back(rule->header.title);
      return events_of_rule(outer, *rule, reference, beyond);
    }
    if (const Correlation* inner = library_.correlation(reference.text())) {
      what.rules.push_back(inner->header.title);
      return events_of_correlation(outer, *inner, reference, beyond);
    }
    what.rules.push_back(reference.text());
    reference.report(problems_, fmt::format("correlation.rules: {}: expected the id or name of a rule that is loaded",
                                            core::quoted(reference.text())));
    return {};
  }

  // The field that a group-by name stands for in the events of a rule.
  static std::string field_name(const Correlation& correlation, std::string_view group_by, const Header& header) {
    for (const Correlation::Alias& alias : correlation.aliases) {
      if (alias.name != group_by) continue;
      for (const auto& [rule, field] : alias.fields) {
        if (is_called(header, rule)) return field;
      }
    }
    return std::string(group_by);
  }

  std::vector<Plan> events_of_rule(const Correlation& outer, const Rule& rule, const yaml::Node& reference,
                                   std::chrono::seconds beyond) {
    core::Problems found;
    auto sources = matching(rule, library_, options_, found);
    if (!sources) {
      reference.report(problems_, fmt::format("correlation.rules: {} is not supported: {}",
                                              core::quoted(rule.header.title), core::render(found.front())));
      return {};
    }
    std::vector<Plan> plans;
    std::string missing;
    for (Source& source : *sources) {
      const cim::Dataset dataset = source.dataset;
      EventQuery query;
      query.dataset = dataset;
      query.lookback = outer.timespan + beyond;
      All all{{std::move(source.where)}};
      bool complete = true;
      const auto add = [&](std::string_view name, std::string column) {
        const std::string field_text = field_name(outer, name, rule.header);
        const cim::Field* field = event_field(dataset, field_text);
        if (field == nullptr) field = cim::find_field(dataset, field_text);
        if (field == nullptr) {
          complete = false;
          missing = field_text;
          return;
        }
        // Events without the value belong to no group.
        all.terms.push_back({Exists{field}});
        query.by.push_back({std::move(column), field});
      };
      for (const std::string& name : outer.group_by) add(name, group_column(name));
      for (const std::string& name : outer.type == CorrelationType::kValueCount ? outer.fields : kNone) {
        add(name, value_column(name));
      }
      if (!complete) continue;
      query.by.push_back({std::string(kTimeColumn), cim::find_field(dataset, "_time")});
      query.where = simplify({std::move(all)});
      query.aggregates = {aggregate(AggregateFunction::kCount, nullptr, kEventsColumn),
                          aggregate(AggregateFunction::kValues, cim::find_field(dataset, kDestColumn), kDestColumn),
                          aggregate(AggregateFunction::kValues, cim::find_field(dataset, kUserColumn), kUserColumn)};
      plans.push_back({std::move(query), {}});
    }
    if (plans.empty()) {
      reference.report(problems_, fmt::format("correlation: no event of {} has the field {}",
                                              core::quoted(rule.header.title), core::quoted(missing)));
    }
    return plans;
  }

  std::vector<Plan> events_of_correlation(const Correlation& outer, const Correlation& inner,
                                          const yaml::Node& reference, std::chrono::seconds beyond) {
    std::vector<std::pair<std::string, std::string>> from;
    const auto add = [&](std::string_view name, std::string column) {
      const std::string field = field_name(outer, name, inner.header);
      const bool known = field == kDestColumn || field == kUserColumn || std::ranges::count(inner.group_by, field) > 0;
      if (known) {
        from.emplace_back(std::move(column), field);
      } else {
        reference.report(problems_, fmt::format("correlation: {} is not grouped by {}",
                                                core::quoted(inner.header.title), core::quoted(field)));
      }
    };
    for (const std::string& name : outer.group_by) add(name, group_column(name));
    for (const std::string& name : outer.type == CorrelationType::kValueCount ? outer.fields : kNone) {
      add(name, value_column(name));
    }
    auto plan = compile(inner, outer.timespan + beyond);
    if (!plan) return {};
    plan->steps.push_back({as_events_step(std::move(from))});
    std::vector<Plan> plans;
    plans.push_back(*std::move(plan));
    return plans;
  }

  static inline const std::vector<std::string> kNone;
  const Library& library_;
  const Options& options_;
  core::Problems& problems_;
  int chain_ = 0;
  int compiled_ = 0;
};

}  // namespace

const Rule* Library::rule(std::string_view reference) const {
  const auto found = std::ranges::find_if(rules, [&](const Rule& rule) { return is_called(rule.header, reference); });
  return found == rules.end() ? nullptr : &*found;
}

const Correlation* Library::correlation(std::string_view reference) const {
  const auto found = std::ranges::find_if(
      correlations, [&](const Correlation& correlation) { return is_called(correlation.header, reference); });
  return found == correlations.end() ? nullptr : &*found;
}

bool applies(const Filter& filter, const Rule& rule) {
  const bool named = filter.any_rule || std::ranges::any_of(filter.rules, [&](const yaml::Node& reference) {
                       return is_called(rule.header, reference.text());
                     });
  return named && covers(filter.logsource, rule.logsource);
}

std::optional<Plan> compile(const Rule& rule, const Library& library, const Options& options,
                            core::Problems& problems) {
  auto sources = matching(rule, library, options, problems);
  if (!sources) return std::nullopt;
  std::vector<Plan> plans;
  for (Source& source : *sources) plans.push_back({query_of(std::move(source)), {}});
  return appended(std::move(plans));
}

std::optional<Plan> compile(const Correlation& correlation, const Library& library, const Options& options,
                            core::Problems& problems) {
  return CorrelationCompiler(library, options, problems).compile(correlation, std::chrono::seconds(0));
}

cim::Dataset dataset_of(const Logsource& logsource) {
  const auto sources = sources_of(logsource);
  return sources.ok() ? sources->front().dataset : cim::Dataset::kRegistry;
}

}  // namespace rw::detect::sigma
