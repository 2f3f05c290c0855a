// The condition of a rule: which of its searches must hold.
//
//   condition = all { "or" all } ;                    keywords in any case; not binds closest, then and, then or
//   all       = not { "and" not } ;
//   not       = [ "not" ] primary ;
//   primary   = "(" condition ")" | quantity "of" ( "them" | pattern ) | identifier ;
//   quantity  = "1" | "any" | "all" | number ;        at least so many
//   pattern   = an identifier in which each * is any run of characters ;
//
// `them` is every search whose name does not begin with `_`. Pure.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "daemon/core/result.h"

namespace rw::detect::sigma {

// Limits of one condition.
inline constexpr std::size_t kMaxConditionBytes = 16 * 1024;
inline constexpr int kMaxConditionDepth = 50;

struct Condition;

// Searches are numbered as in the names given to parse_condition().
struct SearchHolds {
  std::size_t search = 0;
};
struct AtLeast {
  std::size_t count = 1;  // 1 to the number of searches
  std::vector<std::size_t> searches;
};
struct ConditionNot {
  std::shared_ptr<const Condition> term;
};
struct ConditionAll {
  std::vector<Condition> terms;
};
struct ConditionAny {
  std::vector<Condition> terms;
};
struct Condition {
  std::variant<SearchHolds, AtLeast, ConditionNot, ConditionAll, ConditionAny> node;
};

// names: of the searches that the condition can speak of. Errors: InvalidInput, Unsupported (aggregations), Limit. The
// message begins with "at N: ", the place in the text from 1.
core::Result<Condition> parse_condition(std::string_view text, const std::vector<std::string>& names);

// Reads back as the same condition; quantities of patterns as lists: `1 of (a, b)`. For tests.
std::string print(const Condition& condition, const std::vector<std::string>& names);

}  // namespace rw::detect::sigma
