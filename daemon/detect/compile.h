// SPL text → Search: comments, macros, lexer, parser, plan, binding against cim/fields, in that order. Each stage is a
// file of detect/spl/ or detect/; this function calls them.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "daemon/core/result.h"
#include "daemon/detect/knowledge.h"
#include "daemon/detect/search.h"

namespace rw::detect {

// A macro whose name ends in "_filter" and is not defined stands for `search *`.
// Errors: InvalidInput (not SPL), Unsupported (SPL that we do not run), Limit (too deep, too long). The message starts
// with "LINE:COL: " of the fault in `text` (where a macro brought it: of the macro's call, followed by "in macro
// `name`: "), and names the construct and what was expected.
core::Result<std::shared_ptr<const Search>> compile_spl(std::string_view text, const Knowledge& knowledge);

}  // namespace rw::detect
