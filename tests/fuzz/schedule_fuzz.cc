// What people write of times: cron expressions, time modifiers, instants, durations and sizes. A text is refused with a
// reason, or means what it prints as. A second line is a format in which the first is read.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "daemon/core/result.h"
#include "daemon/core/time.h"
#include "daemon/core/time_modifier.h"
#include "daemon/core/time_parse.h"
#include "daemon/core/units.h"
#include "daemon/scheduler/cron.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rw;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string_view text = bytes.substr(0, bytes.find('\n'));
  const std::string_view format = text.size() < size ? bytes.substr(text.size() + 1) : std::string_view();
  const core::Micros now = core::from_us(1'791'749'655'000'000);
  static const core::TimeZone kZone = core::TimeZone::find("Europe/Berlin").value();

  const auto cron = scheduler::Cron::parse(text);
  RW_ASSERT(cron.ok() || !cron.error().message.empty());
  if (cron.ok()) {
    const auto next = cron->next_after(now, kZone);
    RW_ASSERT(!next || *next > now);
  }
  const auto modifier = core::TimeModifier::parse(text);
  RW_ASSERT(modifier.ok() || !modifier.error().message.empty());
  if (modifier.ok()) {
    (void)modifier->apply(now, kZone);
    RW_ASSERT(core::TimeModifier::parse(modifier->text()).ok());
  }
  (void)core::parse_time_argument(text, now, kZone);
  (void)core::parse_iso8601(text);
  (void)core::parse_local_iso8601(text);
  if (const auto time = core::parse_time(format, text, now, kZone)) RW_ASSERT(core::to_us(*time) >= 0);
  if (const auto duration = core::parse_duration(text); duration.ok()) {
    RW_ASSERT(core::parse_duration(core::format_duration(*duration)).value() == *duration);
  }
  if (const auto bytes_of = core::parse_size(text); bytes_of.ok()) {
    RW_ASSERT(core::parse_size(core::format_size(*bytes_of)).value() == *bytes_of);
  }
  return 0;
}
