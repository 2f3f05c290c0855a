#include "daemon/detect/sysmon/literals.h"

#include <re2/filtered_re2.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string_view>

#include "daemon/core/text.h"

namespace rw::detect::sysmon {
namespace {

constexpr char kGap = '\0';  // where something stands that is not asked for

bool can_be_asked_for(char c) { return c >= ' ' && c <= '~' && c != '%'; }

void append_literal(std::string_view text, std::string& whole) {
  for (const char c : text) whole += can_be_asked_for(c) ? c : kGap;
}

Literals split(std::string_view whole) {
  Literals literals;
  while (true) {
    const std::size_t gap = whole.find(kGap);
    const bool last = gap == std::string_view::npos;
    const std::string_view literal = whole.substr(0, gap);
    const std::string_view trimmed = core::trim(literal);
    if (literals.empty() && literal.starts_with(' ')) literals.emplace_back();
    literals.emplace_back(trimmed);
    if (last && literal.ends_with(' ')) literals.emplace_back();
    if (last) return literals;
    whole.remove_prefix(gap + 1);
  }
}

Literals of_pattern(const core::TextPattern& pattern) {
  std::string whole;
  bool first = true;
  for (const std::string_view literal : pattern.literals()) {
    if (!first) whole += kGap;
    first = false;
    append_literal(literal, whole);
  }
  return split(whole);
}

Literals of_text(std::string_view text) {
  std::string whole;
  append_literal(text, whole);
  return split(whole);
}

constexpr int kShortestAtom = 3;
constexpr std::size_t kMostAtoms = 10;  // all sets of which are tried

// A text that an expression finds something in, in lower case, has certain texts in it: RE2's prefilter, which says of
// any set of them whether they are enough.
std::vector<Literals> of_expression(const std::string& expression) {
  const std::vector<Literals> anything = {Literals(2)};
  re2::FilteredRE2 filter(kShortestAtom);
  re2::RE2::Options options;
  options.set_log_errors(false);
  int id = 0;
  if (filter.Add(expression, options, &id) != re2::RE2::NoError) return anything;
  std::vector<std::string> atoms;
  filter.Compile(&atoms);
  const auto are_enough = [&](const std::vector<int>& indices) {
    std::vector<int> passing;
    filter.AllPotentials(indices, &passing);
    return !passing.empty();
  };
  if (are_enough({})) return anything;

  // The lower case of U+212A and U+017F is k and s to RE2, and not to Sysmon. Only an expression with flags, escapes or
  // letters beyond ASCII can mean them.
  const bool may_fold = expression.find("(?") != std::string::npos || expression.find("\\x") != std::string::npos ||
                        !std::ranges::all_of(expression, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  const auto append_atom = [&](std::size_t index, std::string& whole) {
    whole += kGap;
    for (const char c : atoms[index]) {
      const bool is_folded = may_fold && (c == 'k' || c == 's');
      whole += can_be_asked_for(c) && !is_folded ? c : kGap;
    }
  };
  // RE2 gives them in no order.
  std::vector<std::size_t> order(atoms.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t index) { return std::string_view(atoms[index]); });
  std::vector<Literals> all;
  if (atoms.size() > kMostAtoms) {  // none is not enough, so there is at least one
    for (const std::size_t index : order) {
      std::string whole;
      append_atom(index, whole);
      all.push_back(split(whole + kGap));
    }
    return all;
  }
  // The sets that are enough and of which no part is.
  std::vector<std::uint32_t> smallest;
  std::vector<std::uint32_t> sets;
  for (std::uint32_t set = 1; set < 1U << atoms.size(); ++set) sets.push_back(set);
  std::ranges::stable_sort(sets, {}, [](std::uint32_t set) { return std::popcount(set); });
  for (const std::uint32_t set : sets) {
    if (std::ranges::any_of(smallest, [&](std::uint32_t part) { return (set & part) == part; })) continue;
    std::vector<int> indices;
    std::string whole;
    for (std::size_t i = 0; i < atoms.size(); ++i) {
      if ((set & 1U << i) == 0) continue;
      indices.push_back(static_cast<int>(order[i]));
      append_atom(order[i], whole);
    }
    if (!are_enough(indices)) continue;
    smallest.push_back(set);
    all.push_back(split(whole + kGap));
  }
  return all;
}

}  // namespace

std::vector<Literals> literals_of(const core::TextTest& test) {
  if (const auto* pattern = test.pattern()) return {of_pattern(*pattern)};
  if (const auto* expression = test.expression()) return of_expression(*expression);
  if (const auto* texts = test.texts()) {
    std::vector<Literals> all;
    for (const std::string& text : *texts) all.push_back(of_text(text));
    return all;
  }
  return {Literals(2)};
}

}  // namespace rw::detect::sysmon
