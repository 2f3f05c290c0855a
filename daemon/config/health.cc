#include "daemon/config/health.h"

#include <chrono>
#include <cstdint>

#include "daemon/core/units.h"

namespace rw::config {

void read_health(Section& health, scheduler::HealthOptions& options) {
  using std::chrono::hours;
  using std::chrono::microseconds;
  const microseconds never(0);
  const microseconds day = hours(24);
  constexpr std::uint64_t kMostFailedRuns = 1000;
  health.duration("store_stalled_after", options.store_stalled_after, never, day);
  health.duration("queue_full_after", options.queue_full_after, never, day);
  set(options.min_free_bytes, health.size("min_free", 0, 1024 * 1024 * core::kGiB));
  set(options.failed_runs, health.count("failed_runs", 0, kMostFailedRuns));
  health.duration("certificate_expires_within", options.certificate_expires_within, never, 365 * day);
  health.duration("clock_jump", options.clock_jump, never, day);
  Section finding(health.context(), health.map("finding"), health.name_of("finding"));
  set(options.creates_notable, finding.boolean("creates_notable"));
  set(options.severity, finding.severity("severity"));
  finding.finish();
  health.finish();
}

}  // namespace rw::config
