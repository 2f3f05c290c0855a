// Terms of a search that say its time: earliest=-7d, starthoursago=168. Source: Splunk's time modifiers.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "daemon/core/text.h"
#include "daemon/detect/spl/search_expression.h"

namespace rw::detect::spl {
namespace {

struct Modifier {
  std::string_view name;
  bool is_end;
  std::string_view unit;  // of a number of units ago; empty: the value is a modifier itself
};

constexpr Modifier kModifiers[] = {
    {"earliest", false, ""},       {"latest", true, ""},          {"startminutesago", false, "m"},
    {"endminutesago", true, "m"},  {"starthoursago", false, "h"}, {"endhoursago", true, "h"},
    {"startdaysago", false, "d"},  {"enddaysago", true, "d"},     {"startmonthsago", false, "mon"},
    {"endmonthsago", true, "mon"},
};

const Modifier* modifier_of(const SearchExpression& term) {
  const auto* comparison = std::get_if<SearchComparison>(&term.node);
  if (comparison == nullptr || comparison->op != CompareOp::kEqual) return nullptr;
  for (const Modifier& modifier : kModifiers) {
    if (core::equals_ascii_nocase(comparison->field, modifier.name)) return &modifier;
  }
  return nullptr;
}

core::Result<core::TimeModifier> time_of(const Modifier& modifier, const SearchComparison& comparison) {
  const std::string& value = comparison.value.text;
  if (modifier.unit.empty()) return core::TimeModifier::parse(value);
  const bool digits =
      !value.empty() && std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!digits) return core::invalid_input(fmt::format("expected a whole number, found {}", core::quoted(value)));
  return core::TimeModifier::parse(fmt::format("-{}{}", value, modifier.unit));
}

// The first modifier anywhere below. `counted`: those only that count units.
const SearchExpression* find_modifier(const SearchExpression& expression, bool counted) {
  const Modifier* modifier = modifier_of(expression);
  if (modifier != nullptr && !(counted && modifier->unit.empty())) return &expression;
  const std::vector<SearchExpression>* terms = nullptr;
  if (const auto* all = std::get_if<SearchAnd>(&expression.node)) terms = &all->terms;
  if (const auto* any = std::get_if<SearchOr>(&expression.node)) terms = &any->terms;
  if (const auto* negation = std::get_if<SearchNot>(&expression.node)) return find_modifier(*negation->term, counted);
  for (std::size_t i = 0; terms != nullptr && i < terms->size(); ++i) {
    if (const SearchExpression* found = find_modifier((*terms)[i], counted)) return found;
  }
  return nullptr;
}

}  // namespace

core::Result<TimeBounds> take_time_bounds(SearchExpression& expression, const ExpandedText& text) {
  TimeBounds bounds;
  const auto take = [&](const SearchExpression& term) -> core::Result<bool> {
    const Modifier* modifier = modifier_of(term);
    if (modifier == nullptr) return false;
    const auto& comparison = std::get<SearchComparison>(term.node);
    auto time = time_of(*modifier, comparison);
    if (!time.ok()) {
      return text.error(core::ErrorCode::kInvalidInput, term.span.begin,
                        fmt::format("{}: {}", comparison.field, time.error().message));
    }
    (modifier->is_end ? bounds.latest : bounds.earliest) = std::move(time).value();
    return true;
  };
  if (auto* all = std::get_if<SearchAnd>(&expression.node)) {
    std::vector<SearchExpression> kept;
    for (SearchExpression& term : all->terms) {
      RW_TRY(const bool taken, take(term));
      if (!taken) kept.push_back(std::move(term));
    }
    all->terms = std::move(kept);
  } else {
    RW_TRY(const bool taken, take(expression));
    if (taken) expression.node = SearchAnd{};
  }
  if (const SearchExpression* left = find_modifier(expression, false)) {
    return text.error(core::ErrorCode::kUnsupported, left->span.begin,
                      fmt::format("{}= inside OR, NOT or parentheses is not supported",
                                  std::get<SearchComparison>(left->node).field));
  }
  return bounds;
}

core::Result<void> refuse_time_bounds(const SearchExpression& expression, const ExpandedText& text) {
  const SearchExpression* found = find_modifier(expression, true);
  if (found == nullptr) return {};
  return text.error(
      core::ErrorCode::kUnsupported, found->span.begin,
      fmt::format("{}= after the events are read is not supported", std::get<SearchComparison>(found->node).field));
}

}  // namespace rw::detect::spl
