// Eval expressions: `where`, `eval`.
//
//   expr       = and { "OR" and } ;           AND binds before OR here
//   and        = not { "AND" not } ;
//   not        = "NOT" not | comparison ;
//   comparison = sum [ op sum | ["NOT"] "IN" "(" expr { "," expr } ")" | "LIKE" sum ] ;
//   sum        = product { ("+" | "-" | ".") product } ;
//   product    = unary { ("*" | "/" | "%") unary } ;
//   unary      = "-" unary | atom ;
//   atom       = number | "text" | field | 'field' | function "(" [ expr { "," expr } ] ")" | "(" expr ")" ;
//
// Words of operators count in any case: no field can stand where they do. Booleans and values do not mix, as in
// Splunk: `where` and AND want booleans, arithmetic and eval values; checked here, so that evaluation cannot fail.
#pragma once

#include <memory>
#include <string>

#include "daemon/core/result.h"
#include "daemon/detect/spl/ast.h"

namespace rw::detect::spl {

class Parser;

core::Result<Expression> parse_expression(Parser& parser);
// Errors: those of parsing, and InvalidInput where the expression is not of that type.
core::Result<Expression> parse_expression(Parser& parser, ValueType type);

// A regular expression with groups named as PCRE does, (?<name>…), in RE2's way of writing them.
std::string as_re2(std::string_view pcre);

// Splunk's regular expressions are PCRE, ours RE2: the same but for look-around and back-references.
// Errors: Unsupported (those), InvalidInput (not a regular expression).
core::Result<std::shared_ptr<const re2::RE2>> compile_regex(const Parser& parser, SourceSpan at,
                                                            const std::string& pattern);

}  // namespace rw::detect::spl
