// A slow and obvious evaluator of search expressions over one record, to compare the compiled SQL with. Written from
// the description of SPL alone: it shares the parser's tree with the program, and nothing of its matching.
#pragma once

#include <map>
#include <string>

#include "daemon/detect/spl/ast.h"

namespace rw::test {

// CIM field with its dataset prefix ("Registry.user") → text. What is not there is null; the data model's fills must
// be in already.
using FieldTexts = std::map<std::string, std::string>;

bool reference_matches(const detect::spl::SearchExpression& expression, const FieldTexts& fields);

}  // namespace rw::test
