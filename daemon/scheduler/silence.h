// Hosts that stop sending: whoever stops a forwarder, or unplugs a machine, is seen no more; that itself is a finding.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "daemon/core/counters.h"
#include "daemon/core/text_pattern.h"
#include "daemon/core/time.h"
#include "daemon/detect/detection.h"
#include "daemon/scheduler/finding_options.h"
#include "storage/store.h"
#include "storage/writer.h"

namespace rw::scheduler {

struct SilenceOptions {
  // A machine that is switched off over a weekend shall alarm nobody. 0: no host is ever silent.
  std::chrono::microseconds silent_after = std::chrono::hours(72);
  std::vector<core::TextPattern> ignored;  // hosts
  bool creates_risk = true;
  bool creates_notable = true;
  std::string severity = "medium";
  std::int64_t risk_score = 40;
  FindingOptions findings = {};

  friend bool operator==(const SilenceOptions&, const SilenceOptions&) = default;
};

// Decides; holds no thread and no clock. A host is silent when nothing of it has arrived, on any of its channels, for
// silent_after. What we did not see, because the daemon was down or stood still, is no silence: it is counted from the
// start, and anew when two looks are further apart than they should be, or the clock was set back.
class SilenceRule {
 public:
  SilenceRule(SilenceOptions options, core::Micros start);

  // How often to look.
  std::chrono::microseconds interval() const;

  // For each host that has become silent since the store last said so: its HostSilence, a risk event and a notable.
  // The findings' identity is of the host and its last arrival, so each silence makes them once, whatever is lost
  // between two looks. A host that is ignored now is no longer said to be silent. Empty: there is nothing to write.
  storage::Batch look(const std::vector<storage::HostSeen>& hosts, core::Micros now);

 private:
  void add_findings(const storage::HostSeen& host, core::Micros now, storage::Batch& batch) const;
  bool is_watched(const storage::HostSeen& host) const;

  SilenceOptions options_;
  detect::Detection detection_;  // its findings come from it
  core::Micros since_;           // silence is counted from here on
  core::Micros last_look_;
};

// The thread that looks.
class SilenceWatch {
 public:
  // Everything referred to outlives the watch. Errors: those of Store::open_reader; Io (no more threads).
  static core::Result<std::unique_ptr<SilenceWatch>> start(SilenceOptions options, storage::Store& store,
                                                           storage::Writer& writer, const core::Clock& clock);
  virtual ~SilenceWatch() = default;  // ends a look that is under way, joins
  SilenceWatch(const SilenceWatch&) = delete;
  SilenceWatch& operator=(const SilenceWatch&) = delete;

 protected:
  SilenceWatch() = default;
};

}  // namespace rw::scheduler
