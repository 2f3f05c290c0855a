// The functions of eval expressions, by family in functions/. A function is one row of its family's table and a plain
// C++ function from values to a value. None can fail: what makes no sense is null. Thread-safe.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "daemon/core/time.h"
#include "daemon/detect/spl/ast.h"
#include "storage/query.h"

namespace rw::detect::spl {

// No text or list that an expression makes is longer; it is null instead. So `eval x=x.x` cannot eat the memory.
inline constexpr std::size_t kMaxValueBytes = 1024 * 1024;
inline constexpr std::size_t kMaxListValues = 100'000;

struct CallContext {
  const core::TimeZone& zone;
  core::Micros now;                   // see SearchContext
  const re2::RE2* pattern = nullptr;  // the call's regular expression when it was a literal
};
// Booleans are 1 and 0.
using Arguments = std::span<const storage::Value>;

struct Function {
  std::string_view name;
  ValueType result;
  // Types of the arguments, a letter each: b boolean, v value. `repeated` may follow any number of times, as a whole.
  std::string_view required;
  std::string_view optional;
  std::string_view repeated;
  storage::Value (*apply)(const CallContext& context, Arguments arguments);
  int pattern_argument = -1;  // which one is a regular expression

  bool takes(std::size_t arguments) const;
  ValueType argument_type(std::size_t index) const;
  std::string arity_text() const;  // "2 arguments", "2 to 3 arguments", …
};

// By name in any case. nullptr: we do not have it.
const Function* find_function(std::string_view name);

// For the tables.
inline constexpr auto kBooleanType = ValueType::kBoolean;
inline constexpr auto kValueType = ValueType::kValue;

std::span<const Function> encoding_functions();
std::span<const Function> logic_functions();
std::span<const Function> multivalue_functions();
std::span<const Function> number_functions();
std::span<const Function> text_functions();
std::span<const Function> time_functions();

}  // namespace rw::detect::spl
