// The daemon's counters in Prometheus' text exposition format 0.0.4. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/core/counters.h"

namespace rw::web {

struct Gauges {
  std::size_t queued_bytes = 0;
  bool stalled = false;
  // What the store knows of those who send; unset: it could not be asked.
  struct Hosts {
    std::int64_t sources = 0;
    std::size_t hosts = 0;
    std::size_t silent = 0;
  };
  std::optional<Hosts> hosts = std::nullopt;
  std::string_view version;
};

std::string render_metrics(const core::Counters& counters, const Gauges& gauges);

}  // namespace rw::web
