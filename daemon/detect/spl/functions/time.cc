// Times: now, relative_time, strftime, strptime. now() and time() are the scheduled time of the run: a search gives the
// same rows whenever its window is searched.
#include <optional>

#include "daemon/core/time_modifier.h"
#include "daemon/core/time_parse.h"
#include "daemon/detect/rows.h"
#include "daemon/detect/spl/functions.h"

namespace rw::detect::spl {
namespace {

using storage::Value;

Value seconds_of(core::Micros time) { return epoch_seconds(core::to_us(time)); }

Value now(const CallContext& context, Arguments) {
  return seconds_of(std::chrono::floor<std::chrono::seconds>(context.now));
}
Value time(const CallContext& context, Arguments) { return seconds_of(context.now); }

Value relative_time(const CallContext& context, Arguments a) {
  const auto seconds = number_of(a[0]);
  if (!seconds || a[1].is_null()) return {};
  const std::optional<core::Micros> from = time_of_seconds(*seconds);
  const auto modifier = core::TimeModifier::parse(text_of(a[1]));
  return from && modifier.ok() ? seconds_of(modifier->apply(*from, context.zone)) : Value();
}

Value strftime(const CallContext& context, Arguments a) {
  const auto seconds = number_of(a[0]);
  if (!seconds || a[1].is_null()) return {};
  const std::optional<core::Micros> time = time_of_seconds(*seconds);
  return time ? Value(core::format_time(text_of(a[1]), *time, context.zone)) : Value();
}

Value strptime(const CallContext& context, Arguments a) {
  if (a[0].is_null() || a[1].is_null()) return {};
  const auto time = core::parse_time(text_of(a[1]), text_of(a[0]), context.now, context.zone);
  return time ? seconds_of(*time) : Value();
}

constexpr Function kTimeFunctions[] = {{"now", kValueType, "", "", "", now},
                                       {"time", kValueType, "", "", "", time},
                                       {"relative_time", kValueType, "vv", "", "", relative_time},
                                       {"strftime", kValueType, "vv", "", "", strftime},
                                       {"strptime", kValueType, "vv", "", "", strptime}};

}  // namespace

std::span<const Function> time_functions() { return kTimeFunctions; }

}  // namespace rw::detect::spl
