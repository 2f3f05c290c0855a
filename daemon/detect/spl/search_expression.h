// Search expressions: the WHERE of tstats and the command `search`.
//
//   search  = or { ["AND"] or } ;               AND, or nothing, binds LAST: A OR B C is (A OR B) AND C
//   or      = not { "OR" not } ;
//   not     = "NOT" not | primary ;
//   primary = "(" search ")" | field op value | field "IN" "(" value { "," value } ")" | "*" ;
//   op      = "=" | "==" | "!=" | "<" | "<=" | ">" | ">=" ;
//
// AND, OR, NOT and IN count in capitals only. Text compares without case; `*` is the only wildcard; `field!=v` needs
// the field to exist. Source: Splunk's search reference, and a live Splunk for the precedence.
#pragma once

#include <string_view>

#include "daemon/core/result.h"
#include "daemon/detect/rows.h"
#include "daemon/detect/spl/ast.h"

namespace rw::detect::spl {

class Parser;

// In tstats the word BY, in any case, ends the expression.
enum class SearchPlace { kTstatsWhere, kSearchCommand };

core::Result<SearchExpression> parse_search(Parser& parser, SearchPlace place);

// The row passes. Columns that do not exist are null.
bool passes(const SearchExpression& expression, const Rows& rows, const Row& row);

// `a < b` and so on as search expressions have it: as numbers when both are, else as texts without case.
bool compares(std::string_view a, CompareOp op, std::string_view b);

}  // namespace rw::detect::spl
