#include "daemon/detect/bind_search.h"

#include <fmt/format.h>

#include <utility>

#include "daemon/detect/simplify.h"
#include "daemon/detect/spl/command.h"

namespace rw::detect {
namespace {

using core::ErrorCode;

// What may stand in a tstats WHERE beside the fields of the dataset. Reading them as null would make the search
// silently find nothing.
constexpr std::string_view kIndexFields[] = {"index", "host", "source", "sourcetype", "splunk_server", "nodename"};

core::Result<void> check_size(const Predicate& where, spl::SourceSpan at, const spl::ExpandedText& text) {
  if (const int depth = depth_of(where); depth > kMaxPredicateDepth) {
    return text.error(
        ErrorCode::kLimit, at.begin,
        fmt::format("AND, OR and NOT are nested {} deep, expected at most {}", depth, kMaxPredicateDepth));
  }
  if (const std::size_t tests = tests_in(where); tests > kMaxPredicateTests) {
    return text.error(ErrorCode::kLimit, at.begin,
                      fmt::format("WHERE has {} tests, expected at most {}", tests, kMaxPredicateTests));
  }
  return {};
}

// What a subsearch counts as before it has run.
enum class Unresolved { kTrue, kFalse };

class SearchBinder {
 public:
  SearchBinder(const FieldScope& scope, const spl::ExpandedText& text) : scope_(scope), text_(text) {}

  core::Result<Predicate> bind(const spl::SearchExpression& expression, Unresolved unresolved) const {
    if (const auto* all = std::get_if<spl::SearchAnd>(&expression.node)) {
      RW_TRY(std::vector<Predicate> terms, bind_terms(all->terms, unresolved));
      return Predicate{All{std::move(terms)}};
    }
    if (const auto* any = std::get_if<spl::SearchOr>(&expression.node)) {
      RW_TRY(std::vector<Predicate> terms, bind_terms(any->terms, unresolved));
      return Predicate{Any{std::move(terms)}};
    }
    if (const auto* negation = std::get_if<spl::SearchNot>(&expression.node)) {
      const auto other = unresolved == Unresolved::kTrue ? Unresolved::kFalse : Unresolved::kTrue;
      RW_TRY(Predicate term, bind(*negation->term, other));
      return negated(std::move(term));
    }
    if (const auto* comparison = std::get_if<spl::SearchComparison>(&expression.node)) {
      RW_CHECK(check_field(comparison->field, expression.span));
      return compare(scope_.find(comparison->field), comparison->op, comparison->value);
    }
    if (std::holds_alternative<spl::SearchSubsearch>(expression.node)) {
      return unresolved == Unresolved::kTrue ? always() : never();
    }
    const auto& in = std::get<spl::SearchIn>(expression.node);
    RW_CHECK(check_field(in.field, expression.span));
    const cim::Field* field = scope_.find(in.field);
    if (in.list && field != nullptr) return Predicate{Matches{field, *in.list}};
    Any any;
    for (const spl::SearchValue& value : in.values) {
      any.terms.push_back(compare(field, spl::CompareOp::kEqual, value));
    }
    return Predicate{std::move(any)};
  }

 private:
  core::Result<std::vector<Predicate>> bind_terms(const std::vector<spl::SearchExpression>& expressions,
                                                  Unresolved unresolved) const {
    std::vector<Predicate> terms;
    for (const spl::SearchExpression& each : expressions) {
      RW_TRY(Predicate term, bind(each, unresolved));
      terms.push_back(std::move(term));
    }
    return terms;
  }

  core::Result<void> check_field(const std::string& name, spl::SourceSpan at) const {
    if (!scope_.prefixed || scope_.find(name) != nullptr) return {};
    for (const std::string_view field : kIndexFields) {
      if (name == field) {
        return text_.error(ErrorCode::kUnsupported, at.begin,
                           fmt::format("the field `{}` in tstats is not supported", name));
      }
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

  const FieldScope& scope_;
  const spl::ExpandedText& text_;
};

class BoundWhenRun final : public OpenFilter {
 public:
  BoundWhenRun(const spl::SearchExpression& expression, const FieldScope& scope, const spl::ExpandedText& text,
               Predicate filter)
      : expression_(expression), scope_(scope), text_(text), filter_(std::move(filter)) {}

  core::Result<Predicate> close(std::vector<Rows> results, std::vector<std::string>& warnings) const override {
    RW_TRY(const spl::SearchExpression resolved, spl::resolve(expression_, results, warnings));
    RW_TRY(Predicate search, bind_search(resolved, scope_, text_));
    return simplify({All{{std::move(search), filter_}}});
  }

  std::string print() const override { return spl::print_title(expression_); }

 private:
  const spl::SearchExpression expression_;
  const FieldScope scope_;
  const spl::ExpandedText text_;
  const Predicate filter_;
};

}  // namespace

const cim::Field* FieldScope::find(std::string_view name) const {
  if (name == "_time" || !prefixed) return cim::find_field(dataset, name);
  // Risk events stand in an index of their own, whose field `source` the searches of ESCU name without a prefix.
  if (dataset == cim::Dataset::kRisk && name == "source") return cim::find_field(dataset, name);
  const std::string_view prefix = cim::dataset_prefix(dataset);
  if (!name.starts_with(prefix) || name.substr(prefix.size(), 1) != ".") return nullptr;
  name.remove_prefix(prefix.size() + 1);
  return name == "_time" ? nullptr : cim::find_field(dataset, name);
}

std::string FieldScope::name_of(const cim::Field& field) const {
  if (!prefixed || field.name == "_time") return std::string(field.name);
  return fmt::format("{}.{}", cim::dataset_prefix(dataset), field.name);
}

core::Result<Predicate> bind_search(const spl::SearchExpression& expression, const FieldScope& scope,
                                    const spl::ExpandedText& text) {
  RW_TRY(const Predicate bound, SearchBinder(scope, text).bind(expression, Unresolved::kTrue));
  Predicate where = simplify(bound);
  RW_CHECK(check_size(where, expression.span, text));
  return where;
}

std::shared_ptr<const OpenFilter> open_filter(const spl::SearchExpression& expression, const FieldScope& scope,
                                              const spl::ExpandedText& text, Predicate filter) {
  return std::make_shared<const BoundWhenRun>(expression, scope, text, std::move(filter));
}

}  // namespace rw::detect
