// What a condition of `where` asks of single columns, as tests of texts: for a store to try before rows are made. Pure.
#pragma once

#include <vector>

#include "daemon/detect/spl/ast.h"
#include "daemon/detect/spl/command.h"

namespace rw::detect::spl {

// From terms that all must hold: len(field) compared with a number, match(field, "regex"), field = "text that is no
// number", and if(test, "a", "b") = "a". A field with a definition stands for it. A row for which the condition is true
// passes all of them; other terms give no test.
std::vector<ColumnTest> column_tests_of(const Expression& condition, const Definitions& definitions);

}  // namespace rw::detect::spl
