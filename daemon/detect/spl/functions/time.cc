// Times: strftime. (now() and relative_time() are missing on purpose: a search must give the same rows whenever its
// window is searched.)
#include <optional>

#include "daemon/detect/rows.h"
#include "daemon/detect/spl/functions.h"

namespace rw::detect::spl {
namespace {

using storage::Value;
constexpr auto kValue = ValueType::kValue;

Value strftime(const CallContext& context, Arguments a) {
  const auto seconds = number_of(a[0]);
  if (!seconds || a[1].is_null()) return {};
  const std::optional<core::Micros> time = time_of_seconds(*seconds);
  return time ? Value(core::format_time(text_of(a[1]), *time, context.zone)) : Value();
}

constexpr Function kFunctions[] = {{"strftime", kValue, "vv", "", "", strftime}};

}  // namespace

std::span<const Function> time_functions() { return kFunctions; }

}  // namespace rw::detect::spl
