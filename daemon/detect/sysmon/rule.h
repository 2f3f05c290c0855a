// What a configuration of Sysmon can ask of a registry event (12, 13, 14): conditions on its fields, rules of
// conditions that hold together, any of several rules. Source of what they mean: Sysmon's own rule engine, rules.c and
// xml.cpp of github.com/Sysinternals/SysmonCommon. Texts compare without case. Details exist in 13 alone and NewName in
// 14 alone. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rw::detect::sysmon {

enum class Field { kTargetObject, kImage, kEventType, kDetails, kNewName };
enum class Op { kIs, kBeginWith, kEndWith, kContains };

// As in the configuration: "TargetObject", "begin with".
std::string_view name_of(Field field);
std::string_view name_of(Op op);

struct Condition {
  Condition(Field the_field, Op the_op, std::string the_text);

  Field field;
  Op op;
  std::string text;    // printable ASCII
  std::string folded;  // in lower case
};

// Every event that passes `one` passes `other`.
bool implies(const Condition& one, const Condition& other);

// All of them hold; none: every event passes. In a fixed order, and none implies another.
struct Rule {
  std::vector<Condition> all;
};

bool implies(const Rule& one, const Rule& other);
// Nullopt: no event passes both.
std::optional<Rule> both(const Rule& one, const Rule& other);
// A fixed order: by field, kind of comparison, text.
bool before(const Rule& one, const Rule& other);
bool asks_for(const Rule& rule, Field field);

// One of them holds; none: no event passes.
struct Rules {
  std::vector<Rule> any;
};

Rules every_event();
Rules no_event();
Rules one(Rule rule);
Rules either(Rules some, Rules more);
// Of many rules on both sides, where all pairs would be too many, the side that says more: then more events pass than
// fulfil both, never fewer.
Rules both(const Rules& some, const Rules& others);

// How much the rule says of the key: the characters that its conditions on TargetObject give, without hives and other
// segments that very many keys have (SOFTWARE, Microsoft, CurrentVersion, …).
std::size_t told_of_key(const Rule& rule);

}  // namespace rw::detect::sysmon
