#include "daemon/detect/simplify.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace rw::detect {
namespace {

bool always_exists(const cim::Field& field) {
  return field.fill == cim::Fill::kUnknown || field.type == cim::FieldType::kTime;
}

// All or Any: nested ones of the same kind are taken in, `neutral` terms are left out, one `decisive` term decides.
template <class Group>
Predicate gather(const Group& group, bool (*neutral)(const Predicate&), bool (*decisive)(const Predicate&)) {
  Group out;
  for (const Predicate& each : group.terms) {
    Predicate term = simplify(each);
    if (decisive(term)) return term;
    if (neutral(term)) continue;
    if (auto* nested = std::get_if<Group>(&term.node)) {
      std::move(nested->terms.begin(), nested->terms.end(), std::back_inserter(out.terms));
    } else {
      out.terms.push_back(std::move(term));
    }
  }
  if (out.terms.size() == 1) return std::move(out.terms.front());
  return {std::move(out)};
}

// From so many whole texts for one field on, they become one look-up.
constexpr std::size_t kManyTexts = 16;

const core::TextPattern* whole_text(const Predicate& predicate) {
  const auto* matches = std::get_if<Matches>(&predicate.node);
  const auto* pattern = matches == nullptr ? nullptr : matches->test.pattern();
  const bool whole =
      pattern != nullptr && pattern->is_exact() && pattern->case_rule() == core::TextPattern::Case::kFolded;
  return whole ? pattern : nullptr;
}

Predicate with_lists(Predicate predicate) {
  auto* any = std::get_if<Any>(&predicate.node);
  if (any == nullptr || any->terms.size() < kManyTexts) return predicate;
  std::map<const cim::Field*, std::vector<std::string>> texts;
  for (const Predicate& term : any->terms) {
    if (const auto* pattern = whole_text(term))
      texts[std::get<Matches>(term.node).field].push_back(pattern->exact_text());
  }
  Any out;
  for (Predicate& term : any->terms) {
    if (whole_text(term) == nullptr) {
      out.terms.push_back(std::move(term));
      continue;
    }
    const cim::Field* field = std::get<Matches>(term.node).field;
    std::vector<std::string>& of_field = texts[field];
    if (of_field.empty()) continue;  // taken into the list where its first text stood
    if (of_field.size() < kManyTexts) {
      out.terms.push_back(std::move(term));
    } else {
      out.terms.push_back({Matches{field, core::TextTest::one_of(std::exchange(of_field, {}))}});
    }
  }
  if (out.terms.size() == 1) return std::move(out.terms.front());
  return {std::move(out)};
}

struct Simplifier {
  Predicate operator()(const All& all) const { return gather(all, is_always, is_never); }
  Predicate operator()(const Any& any) const { return with_lists(gather(any, is_never, is_always)); }
  Predicate operator()(const Not& negation) const {
    Predicate term = simplify(*negation.term);
    if (is_always(term)) return never();
    if (is_never(term)) return always();
    if (const auto* twice = std::get_if<Not>(&term.node)) return *twice->term;
    return {Not{std::make_shared<const Predicate>(std::move(term))}};
  }
  Predicate operator()(const Exists& exists) const {
    return always_exists(*exists.field) ? always() : Predicate{exists};
  }
  Predicate operator()(const Matches& matches) const { return {matches}; }
  Predicate operator()(const Compares& compares) const { return {compares}; }
  Predicate operator()(const Same& same) const { return {same}; }
};

}  // namespace

int depth_of(const Predicate& predicate) {
  const auto deepest = [](const std::vector<Predicate>& terms) {
    int depth = 0;
    for (const Predicate& term : terms) depth = std::max(depth, depth_of(term));
    return depth + 1;
  };
  if (const auto* all = std::get_if<All>(&predicate.node)) return deepest(all->terms);
  if (const auto* any = std::get_if<Any>(&predicate.node)) return deepest(any->terms);
  if (const auto* negation = std::get_if<Not>(&predicate.node)) return depth_of(*negation->term) + 1;
  return 1;
}

Predicate simplify(const Predicate& predicate) { return std::visit(Simplifier(), predicate.node); }

std::size_t tests_in(const Predicate& predicate) {
  const auto sum = [](const std::vector<Predicate>& terms) {
    std::size_t tests = 0;
    for (const Predicate& term : terms) tests += tests_in(term);
    return tests;
  };
  if (const auto* all = std::get_if<All>(&predicate.node)) return sum(all->terms);
  if (const auto* any = std::get_if<Any>(&predicate.node)) return sum(any->terms);
  if (const auto* negation = std::get_if<Not>(&predicate.node)) return tests_in(*negation->term);
  return 1;
}

}  // namespace rw::detect
