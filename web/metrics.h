// The daemon's counters in Prometheus' text exposition format 0.0.4. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "daemon/core/counters.h"

namespace rw::web {

struct Gauges {
  std::size_t queued_bytes = 0;
  bool stalled = false;
  std::string_view version;
};

std::string render_metrics(const core::Counters& counters, const Gauges& gauges);

}  // namespace rw::web
