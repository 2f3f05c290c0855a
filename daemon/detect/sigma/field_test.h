// One entry of a search: `field|modifier|modifier: value`, read and its modifiers applied from left to right. Source:
// the modifiers appendix of the Sigma specification 2.1.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "daemon/core/problem.h"
#include "daemon/core/text_test.h"
#include "daemon/detect/sigma/options.h"
#include "daemon/yaml/reader.h"
#include "storage/predicate.h"

namespace rw::detect::sigma {

// The field is absent, empty, or `-`, which is how Windows writes that there is none: a store does not tell these
// apart.
struct IsEmpty {};
struct IsPresent {};
struct ComparesNumber {
  storage::CompareOp op;
  std::string constant;
};
// The other field is there and holds the same text.
struct SameAs {
  std::string field;
  core::TextPattern::Case case_rule;
};
using Test = std::variant<core::TextTest, IsEmpty, IsPresent, ComparesNumber, SameAs>;

struct FieldTest {
  yaml::Node at;
  std::string field = {};  // empty: any field of the event
  bool negated = false;
  bool all = false;  // of the values; else any of them
  // For each value as written, the tests one of which it stands for.
  std::vector<std::vector<Test>> values = {};
};

// key: "field|modifier"; value: a scalar or a list of them. nullopt: a fault is in problems.
std::optional<FieldTest> read_field_test(const yaml::Entry& entry, const Options& options, core::Problems& problems);
// A keyword: free text over the whole event.
std::optional<FieldTest> read_keyword(const yaml::Node& value, const Options& options, core::Problems& problems);

}  // namespace rw::detect::sigma
