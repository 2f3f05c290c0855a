// Which events of a dataset: a tree of tests of its fields. What every front end's filter becomes, and what a store
// answers. A test of a null field is false, so there is no third value here. Immutable, shared between threads.
#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "daemon/cim/fields.h"
#include "daemon/core/text_test.h"

namespace rw::storage {

// How a field compares with a constant: Splunk compares as numbers when both sides are numbers, else as folded text.
enum class CompareOp { kLess, kLessEqual, kGreater, kGreaterEqual };
std::string_view op_text(CompareOp op);  // "<", "<=", …

struct Predicate;

struct All {
  std::vector<Predicate> terms;  // none: true
};
struct Any {
  std::vector<Predicate> terms;  // none: false
};
struct Not {
  std::shared_ptr<const Predicate> term;
};
struct Matches {
  const cim::Field* field;
  core::TextTest test;
};
struct Exists {
  const cim::Field* field;
};
struct Compares {
  const cim::Field* field;
  CompareOp op;
  std::string constant;
  bool numbers_only = false;  // a text that is no number passes no test
};
// Both fields are there and hold the same text.
struct Same {
  const cim::Field* field;
  const cim::Field* other;
  core::TextPattern::Case case_rule = core::TextPattern::Case::kFolded;
};

struct Predicate {
  std::variant<All, Any, Not, Matches, Exists, Compares, Same> node;
};

Predicate always();
Predicate never();
Predicate negated(Predicate predicate);
bool is_always(const Predicate& predicate);
bool is_never(const Predicate& predicate);

// For people and golden tests: `registry_path = "*\\AmsiEnable" AND NOT (…)`.
std::string print(const Predicate& predicate);

}  // namespace rw::storage
