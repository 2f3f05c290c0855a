#include "daemon/detect/sysmon/rule.h"

#include <algorithm>
#include <array>
#include <limits>
#include <tuple>
#include <utility>

#include "daemon/core/text.h"

namespace rw::detect::sysmon {
namespace {

// Of two sides of an AND: more make the configuration longer than it makes the log shorter.
constexpr std::size_t kMostPairs = 64;

auto order_of(const Condition& condition) { return std::tie(condition.field, condition.op, condition.folded); }

// The new condition among the others. False: no event passes it and one of them.
bool add(const Condition& condition, std::vector<Condition>& all) {
  for (const Condition& other : all) {
    if (implies(other, condition)) return true;
    const bool known = other.field == condition.field && (other.op == Op::kIs || condition.op == Op::kIs);
    if (known && !implies(condition, other)) return false;
    // Details exist in 13 alone, NewName in 14 alone.
    const auto [one, two] = std::minmax(other.field, condition.field);
    if (one == Field::kDetails && two == Field::kNewName) return false;
  }
  std::erase_if(all, [&](const Condition& other) { return implies(condition, other); });
  all.insert(std::ranges::upper_bound(all, order_of(condition), {}, order_of), condition);
  return true;
}

// Segments of paths below which half of a registry lies.
bool says_little(std::string_view segment) {
  constexpr std::array<std::string_view, 17> kSegments = {
      "hklm",       "hku",         "hkcr",      "hkcu",    "hkcc",           "registry", "machine",
      "user",       "software",    "microsoft", "windows", "currentversion", "system",   "currentcontrolset",
      "windows nt", "wow6432node", "classes"};
  return segment.starts_with("hkey_") || std::ranges::find(kSegments, segment) != kSegments.end();
}

std::size_t told_of_key(std::string_view folded) {
  std::size_t told = 0;
  while (true) {
    const std::size_t end = folded.find('\\');
    const std::string_view segment = folded.substr(0, end);
    if (!says_little(segment)) told += segment.size();
    if (end == std::string_view::npos) return told;
    folded.remove_prefix(end + 1);
  }
}

std::size_t told_by_least(const Rules& rules) {
  std::size_t least = std::numeric_limits<std::size_t>::max();
  for (const Rule& rule : rules.any) least = std::min(least, told_of_key(rule));
  return least;
}

}  // namespace

std::string_view name_of(Field field) {
  switch (field) {
    case Field::kTargetObject:
      return "TargetObject";
    case Field::kImage:
      return "Image";
    case Field::kEventType:
      return "EventType";
    case Field::kDetails:
      return "Details";
    case Field::kNewName:
      break;
  }
  return "NewName";
}

std::string_view name_of(Op op) {
  switch (op) {
    case Op::kIs:
      return "is";
    case Op::kBeginWith:
      return "begin with";
    case Op::kEndWith:
      return "end with";
    case Op::kContains:
      break;
  }
  return "contains";
}

Condition::Condition(Field the_field, Op the_op, std::string the_text)
    : field(the_field), op(the_op), text(std::move(the_text)), folded(core::fold_ascii(text)) {}

bool implies(const Condition& one, const Condition& other) {
  if (one.field != other.field) return false;
  switch (other.op) {
    case Op::kIs:
      return one.op == Op::kIs && one.folded == other.folded;
    case Op::kBeginWith:
      return (one.op == Op::kIs || one.op == Op::kBeginWith) && one.folded.starts_with(other.folded);
    case Op::kEndWith:
      return (one.op == Op::kIs || one.op == Op::kEndWith) && one.folded.ends_with(other.folded);
    case Op::kContains:
      break;
  }
  return one.folded.find(other.folded) != std::string::npos;
}

bool implies(const Rule& one, const Rule& other) {
  return std::ranges::all_of(other.all, [&](const Condition& wanted) {
    return std::ranges::any_of(one.all, [&](const Condition& condition) { return implies(condition, wanted); });
  });
}

std::optional<Rule> both(const Rule& one, const Rule& other) {
  Rule rule = one;
  for (const Condition& condition : other.all) {
    if (!add(condition, rule.all)) return std::nullopt;
  }
  return rule;
}

bool before(const Rule& one, const Rule& other) {
  return std::ranges::lexicographical_compare(one.all, other.all, {}, order_of, order_of);
}

bool asks_for(const Rule& rule, Field field) {
  return std::ranges::any_of(rule.all, [&](const Condition& condition) { return condition.field == field; });
}

Rules every_event() { return {{Rule{}}}; }
Rules no_event() { return {}; }
Rules one(Rule rule) { return {{std::move(rule)}}; }

Rules either(Rules some, Rules more) {
  std::ranges::move(more.any, std::back_inserter(some.any));
  return some;
}

Rules both(const Rules& some, const Rules& others) {
  if (some.any.size() > 1 && others.any.size() > 1 && some.any.size() * others.any.size() > kMostPairs) {
    return told_by_least(some) >= told_by_least(others) ? some : others;
  }
  Rules rules;
  for (const Rule& rule : some.any) {
    for (const Rule& other : others.any) {
      if (auto pair = both(rule, other)) rules.any.push_back(*std::move(pair));
    }
  }
  return rules;
}

std::size_t told_of_key(const Rule& rule) {
  std::size_t told = 0;
  for (const Condition& condition : rule.all) {
    if (condition.field != Field::kTargetObject) continue;
    told += told_of_key(condition.folded);
  }
  return told;
}

}  // namespace rw::detect::sysmon
