#include "daemon/scheduler/loss_log.h"

#include <fmt/format.h>

namespace rw::scheduler {

std::vector<std::string> LossLog::look(const core::Counters& counters, std::chrono::steady_clock::time_point now) {
  std::vector<std::string> lines;
  for (const core::Counter counter : kLosses) {
    Told& told = told_[counter];
    const std::uint64_t value = counters.value(counter);
    if (value == told.value || now < told.next) continue;
    const core::CounterDeclaration& declared = core::kCounterTable[static_cast<std::size_t>(counter)];
    lines.push_back(fmt::format("{}: {} more, {} since the start ({})", declared.meaning, value - told.value, value,
                                declared.name));
    told = {value, now + kPause};
  }
  return lines;
}

}  // namespace rw::scheduler
