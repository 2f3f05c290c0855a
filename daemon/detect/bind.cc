#include "daemon/detect/bind.h"

#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "daemon/core/text.h"
#include "daemon/detect/simplify.h"

namespace rw::detect {
namespace {

using core::ErrorCode;

constexpr std::int64_t kDaySeconds = 86400;

// Options of tstats that say where Splunk should look, which for us is always the events.
constexpr std::string_view kIgnoredOptions[] = {"summariesonly", "allow_old_summaries", "chunk_size", "local",
                                                "include_reduced_buckets"};

// What may stand in a tstats WHERE beside the fields of the dataset. Reading them as null would make the search
// silently find nothing.
constexpr std::string_view kIndexFields[] = {"index",         "host",     "source",   "sourcetype",
                                             "splunk_server", "nodename", "earliest", "latest"};

bool is_true(std::string_view text) {
  return core::equals_ascii_nocase(text, "true") || core::equals_ascii_nocase(text, "t") || text == "1";
}

class Binder {
 public:
  Binder(const spl::ExpandedText& text, cim::Dataset dataset) : text_(text), dataset_(dataset) {}

  core::Result<EventQuery> bind(const spl::Tstats& tstats) const {
    EventQuery query;
    query.dataset = dataset_;
    for (const spl::Tstats::Option& option : tstats.options) RW_CHECK(bind_option(option, query));
    for (const spl::Tstats::By& by : tstats.by) RW_CHECK(bind_by(by, query));
    All where;
    if (tstats.where) {
      RW_TRY(Predicate search, bind_search(*tstats.where));
      where.terms.push_back(std::move(search));
    }
    // Without a fill value an event with a null group-by value is left out.
    for (const GroupBy& by : query.by) {
      if (!query.fill_null) where.terms.push_back(by.field == nullptr ? never() : Predicate{Exists{by.field}});
    }
    query.where = simplify({std::move(where)});
    RW_CHECK(check_size(query.where, tstats.where ? tstats.where->span : tstats.span));
    for (const spl::AggregateCall& call : tstats.aggregates) RW_CHECK(bind_aggregate(call, query));
    return query;
  }

 private:
  core::Error unsupported(spl::SourceSpan at, std::string_view what, std::string hint = {}) const {
    return text_.error(ErrorCode::kUnsupported, at.begin, fmt::format("{} is not supported", what), std::move(hint));
  }

  core::Result<void> check_size(const Predicate& where, spl::SourceSpan at) const {
    if (const int depth = depth_of(where); depth > kMaxPredicateDepth) {
      return text_.error(
          ErrorCode::kLimit, at.begin,
          fmt::format("AND, OR and NOT are nested {} deep, expected at most {}", depth, kMaxPredicateDepth));
    }
    if (const std::size_t tests = tests_in(where); tests > kMaxPredicateTests) {
      return text_.error(ErrorCode::kLimit, at.begin,
                         fmt::format("WHERE has {} tests, expected at most {}", tests, kMaxPredicateTests));
    }
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
    return unsupported(option.at, fmt::format("the option {}= of tstats", option.name));
  }

  // nullptr: the dataset has no such field.
  const cim::Field* field(std::string_view name) const {
    if (name == "_time") return cim::find_field(dataset_, name);
    const std::string_view prefix = cim::dataset_prefix(dataset_);
    if (!name.starts_with(prefix) || name.substr(prefix.size(), 1) != ".") return nullptr;
    name.remove_prefix(prefix.size() + 1);
    return name == "_time" ? nullptr : cim::find_field(dataset_, name);
  }

  core::Result<void> bind_by(const spl::Tstats::By& by, EventQuery& query) const {
    for (const GroupBy& earlier : query.by) {
      if (earlier.column == by.field) return {};  // said twice
    }
    GroupBy group{by.field, field(by.field), std::chrono::seconds(0)};
    if (by.field == "_time") {
      RW_TRY(group.span, span_of(by));
    }
    query.by.push_back(std::move(group));
    return {};
  }

  // "1h", "30m", "10sec"; without a span Splunk's "auto" starts from a second.
  core::Result<std::chrono::seconds> span_of(const spl::Tstats::By& by) const {
    struct Unit {
      std::string_view names;
      std::int64_t seconds;
    };
    static constexpr Unit kUnits[] = {{" s sec secs second seconds ", 1},
                                      {" m min mins minute minutes ", 60},
                                      {" h hr hrs hour hours ", 3600},
                                      {" d day days ", kDaySeconds}};
    if (by.span.empty()) return std::chrono::seconds(1);
    std::int64_t count = 1;
    const char* begin = by.span.data();
    const char* end = begin + by.span.size();
    const auto [unit_begin, error] = std::from_chars(begin, end, count);
    const std::string_view unit(unit_begin, static_cast<std::size_t>(end - unit_begin));
    for (const Unit& each : kUnits) {
      if (unit.empty() || each.names.find(fmt::format(" {} ", unit)) == std::string_view::npos) continue;
      const bool divides = error != std::errc::result_out_of_range && count > 0 && count <= kDaySeconds &&
                           kDaySeconds % (count * each.seconds) == 0;
      if (divides) return std::chrono::seconds(count * each.seconds);
      return unsupported(by.at, fmt::format("span={}", by.span), "a span divides a day: 1d, 12h, 1h, 30m, 10s");
    }
    return unsupported(by.at, fmt::format("span={}", by.span), "a span is a number and s, m, h or d");
  }

  core::Result<void> bind_aggregate(const spl::AggregateCall& call, EventQuery& query) const {
    Aggregate aggregate{call.function, !call.field, call.field ? field(*call.field) : nullptr, call.column};
    const bool of_time = aggregate.field != nullptr && aggregate.field->type == cim::FieldType::kTime;
    switch (call.function) {
      case AggregateFunction::kFirst:
      case AggregateFunction::kLast:
      case AggregateFunction::kList:
        return unsupported(call.span, fmt::format("the aggregate {}( ) in tstats", call.written));
      case AggregateFunction::kValues:
      case AggregateFunction::kSum:
        if (of_time) return unsupported(call.span, fmt::format("{}(_time)", call.written));
        break;
      default:
        break;
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

  core::Result<Predicate> bind_search(const spl::SearchExpression& expression) const {
    if (const auto* all = std::get_if<spl::SearchAnd>(&expression.node)) {
      RW_TRY(std::vector<Predicate> terms, bind_terms(all->terms));
      return Predicate{All{std::move(terms)}};
    }
    if (const auto* any = std::get_if<spl::SearchOr>(&expression.node)) {
      RW_TRY(std::vector<Predicate> terms, bind_terms(any->terms));
      return Predicate{Any{std::move(terms)}};
    }
    if (const auto* negation = std::get_if<spl::SearchNot>(&expression.node)) {
      RW_TRY(Predicate term, bind_search(*negation->term));
      return negated(std::move(term));
    }
    if (const auto* comparison = std::get_if<spl::SearchComparison>(&expression.node)) {
      RW_CHECK(check_field(comparison->field, expression.span));
      return compare(field(comparison->field), comparison->op, comparison->value);
    }
    const auto& in = std::get<spl::SearchIn>(expression.node);
    RW_CHECK(check_field(in.field, expression.span));
    Any any;
    for (const spl::SearchValue& value : in.values) {
      any.terms.push_back(compare(field(in.field), spl::CompareOp::kEqual, value));
    }
    return Predicate{std::move(any)};
  }

  core::Result<std::vector<Predicate>> bind_terms(const std::vector<spl::SearchExpression>& expressions) const {
    std::vector<Predicate> terms;
    for (const spl::SearchExpression& each : expressions) {
      RW_TRY(Predicate term, bind_search(each));
      terms.push_back(std::move(term));
    }
    return terms;
  }

  core::Result<void> check_field(const std::string& name, spl::SourceSpan at) const {
    for (const std::string_view field : kIndexFields) {
      if (name == field) return unsupported(at, fmt::format("the field `{}` in tstats", name));
    }
    return {};
  }

  static Predicate compare(const cim::Field* field, spl::CompareOp op, const spl::SearchValue& value) {
    if (field == nullptr) return never();  // a null field passes no test, not even !=
    switch (op) {
      case spl::CompareOp::kEqual:
        return matches(field, value);
      case spl::CompareOp::kNotEqual:
        return {All{{{Exists{field}}, negated(matches(field, value))}}};
      case spl::CompareOp::kLess:
        return {Compares{field, storage::CompareOp::kLess, value.text}};
      case spl::CompareOp::kLessEqual:
        return {Compares{field, storage::CompareOp::kLessEqual, value.text}};
      case spl::CompareOp::kGreater:
        return {Compares{field, storage::CompareOp::kGreater, value.text}};
      case spl::CompareOp::kGreaterEqual:
        return {Compares{field, storage::CompareOp::kGreaterEqual, value.text}};
    }
    return never();
  }

  static Predicate matches(const cim::Field* field, const spl::SearchValue& value) {
    if (value.pattern.is_any()) return {Exists{field}};
    return {Matches{field, value.pattern}};
  }

  const spl::ExpandedText& text_;
  const cim::Dataset dataset_;
};

}  // namespace

core::Result<Plan> bind(const spl::Pipeline& pipeline, const spl::ExpandedText& text) {
  const std::optional<cim::Dataset> dataset = cim::find_dataset(pipeline.source.datamodel);
  if (!dataset || *dataset == cim::Dataset::kRisk) {
    return text.error(ErrorCode::kUnsupported, pipeline.source.datamodel_at.begin,
                      fmt::format("the data model `{}` is not supported", pipeline.source.datamodel),
                      "there are Endpoint.Registry and Endpoint.Processes");
  }
  Plan plan;
  RW_TRY(plan.events, Binder(text, *dataset).bind(pipeline.source));
  for (const spl::CommandPtr& command : pipeline.commands) {
    Step step{command, nullptr};
    if (const spl::Pipeline* subsearch = command->subsearch()) {
      RW_TRY(Plan bound, bind(*subsearch, text));
      step.subsearch = std::make_shared<const Plan>(std::move(bound));
    }
    plan.steps.push_back(std::move(step));
  }
  return plan;
}

}  // namespace rw::detect
