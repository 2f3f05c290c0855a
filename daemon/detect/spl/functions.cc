#include "daemon/detect/spl/functions.h"

#include <fmt/format.h>

#include "daemon/core/text.h"

namespace rw::detect::spl {

bool Function::takes(std::size_t arguments) const {
  if (arguments < required.size()) return false;
  const std::size_t extra = arguments - required.size();
  if (repeated.empty()) return extra <= optional.size();
  return extra % repeated.size() == 0;
}

ValueType Function::argument_type(std::size_t index) const {
  char letter = 'v';
  if (index < required.size()) {
    letter = required[index];
  } else if (!repeated.empty()) {
    letter = repeated[(index - required.size()) % repeated.size()];
  } else if (index - required.size() < optional.size()) {
    letter = optional[index - required.size()];
  }
  return letter == 'b' ? ValueType::kBoolean : ValueType::kValue;
}

std::string Function::arity_text() const {
  const std::size_t least = required.size();
  if (repeated.size() > 1) return fmt::format("{} arguments and then pairs", least);
  if (!repeated.empty()) return fmt::format("{} or more arguments", least);
  if (!optional.empty()) return fmt::format("{} to {} arguments", least, least + optional.size());
  return fmt::format("{} argument{}", least, least == 1 ? "" : "s");
}

const Function* find_function(std::string_view name) {
  for (const std::span<const Function> family : {encoding_functions(), logic_functions(), multivalue_functions(),
                                                 number_functions(), text_functions(), time_functions()}) {
    for (const Function& function : family) {
      if (core::equals_ascii_nocase(function.name, name)) return &function;
    }
  }
  return nullptr;
}

}  // namespace rw::detect::spl
