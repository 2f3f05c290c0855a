// Search expressions: the WHERE of tstats and the command `search`.
//
//   search  = or { ["AND"] or } ;               AND, or nothing, binds LAST: A OR B C is (A OR B) AND C
//   or      = not { "OR" not } ;
//   not     = "NOT" not | primary ;
//   primary = "(" search ")" | field op value | field "IN" "(" value { "," value } ")" | "*" | "[" pipeline "]" ;
//   op      = "=" | "==" | "!=" | "<" | "<=" | ">" | ">=" ;
//
// AND, OR, NOT and IN count in capitals only. Text compares without case; `*` is the only wildcard; `field!=v` needs
// the field to exist. Source: Splunk's search reference, and a live Splunk for the precedence.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/core/result.h"
#include "daemon/core/time_modifier.h"
#include "daemon/detect/rows.h"
#include "daemon/detect/spl/ast.h"
#include "daemon/detect/spl/expand.h"

namespace rw::detect::spl {

class Parser;

// In tstats the word BY, in any case, ends the expression.
enum class SearchPlace { kTstatsWhere, kSearchCommand };

core::Result<SearchExpression> parse_search(Parser& parser, SearchPlace place);

// The subsearches in it, in the order in which resolve() wants their results.
std::vector<const Pipeline*> subsearches_in(const SearchExpression& expression);
// The same with the results of its subsearches in their places. Errors: see OpenFilter.
core::Result<SearchExpression> resolve(const SearchExpression& expression, const std::vector<Rows>& results,
                                       std::vector<std::string>& warnings);

// What the search itself says of its time: earliest=, latest=, starthoursago=, … as terms that must hold.
struct TimeBounds {
  std::optional<core::TimeModifier> earliest;
  std::optional<core::TimeModifier> latest;
};
// Takes them out of the expression. Errors: InvalidInput (no time), Unsupported (inside OR or NOT).
core::Result<TimeBounds> take_time_bounds(SearchExpression& expression, const ExpandedText& text);
// For where the events are read already: starthoursago= and its like are Unsupported, earliest= is a column.
core::Result<void> refuse_time_bounds(const SearchExpression& expression, const ExpandedText& text);

// The fields that it names, each as often as it does.
std::vector<std::string> fields_in(const SearchExpression& expression);

// The row passes. Columns that do not exist are null; the subsearches are resolved.
bool passes(const SearchExpression& expression, const Rows& rows, const Row& row);

// `a < b` and so on as search expressions have it: as numbers when both are, else as texts without case.
bool compares(std::string_view a, CompareOp op, std::string_view b);

}  // namespace rw::detect::spl
