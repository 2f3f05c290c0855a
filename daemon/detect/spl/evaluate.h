// Eval expressions over a row. Never fails: what makes no sense (5 * "x", 1 / 0) is null, and a test of null is null,
// which is neither true nor false.
#pragma once

#include <string_view>

#include "daemon/core/time.h"
#include "daemon/detect/rows.h"
#include "daemon/detect/spl/ast.h"

namespace rw::detect::spl {

// A field that stands for something else for a while (see EachValue).
struct Binding {
  std::string_view field;
  const storage::Value& value;
};

struct EvaluationContext {
  const Rows& rows;  // for its columns
  const Row& row;
  const core::TimeZone& zone;
  core::Micros now;  // see SearchContext
  const Binding* binding = nullptr;
};

// A boolean is 1 or 0.
storage::Value evaluate(const Expression& expression, const EvaluationContext& context);

// True, and not false or null.
bool is_true(const Expression& expression, const EvaluationContext& context);

}  // namespace rw::detect::spl
