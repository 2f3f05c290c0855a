// The daemon's counters in Prometheus' text exposition format 0.0.4. Pure.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/core/counters.h"
#include "daemon/core/process_stats.h"
#include "storage/upkeep.h"

namespace rw::web {

// Of those who send.
struct SenderCounts {
  std::int64_t sources = 0;
  std::size_t hosts = 0;
  std::size_t silent = 0;
};

struct Gauges {
  std::size_t queued_bytes = 0;
  bool stalled = false;
  std::optional<std::uint64_t> free_bytes = std::nullopt;   // unset: not known
  std::map<std::string_view, std::size_t> conditions = {};  // of health: how many last, by their names
  std::chrono::microseconds commit_time{0};                 // of all commits
  std::optional<SenderCounts> hosts = std::nullopt;         // unset: the store could not be asked
  std::optional<storage::StoreState> store = std::nullopt;  // unset: not looked at yet
  std::optional<core::ProcessStats> process = std::nullopt;
  std::size_t queue_limit_bytes = 0;
  std::string_view version;
};

std::string render_metrics(const core::Counters& counters, const Gauges& gauges);

}  // namespace rw::web
