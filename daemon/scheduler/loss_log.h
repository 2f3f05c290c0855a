// A line in the log for what was lost or refused many times a second: of each such counter that has grown, how much,
// once a minute. Those whose place in the code says more (which peer, why) have a line of their own there as well.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "daemon/core/counters.h"

namespace rw::scheduler {

// Counters of what did not get in, or came out wrong, and of what had to come again.
inline constexpr core::Counter kLosses[] = {
    core::Counter::kSyslogConnectionsRefused,
    core::Counter::kSyslogFramingErrors,
    core::Counter::kSyslogTruncated,
    core::Counter::kSyslogIncomplete,
    core::Counter::kSyslogPendingClosed,
    core::Counter::kTlsHandshakeFailures,
    core::Counter::kTlsPlainText,
    core::Counter::kRelpRefused,
    core::Counter::kUdpDropped,
    core::Counter::kUdpKernelDropped,
    core::Counter::kHttpErrors,
    core::Counter::kHttpTlsFailures,
    core::Counter::kHttpBusy,
    core::Counter::kHttpBodiesRefused,
    core::Counter::kHttpHeadsClosed,
    core::Counter::kRejected,
    core::Counter::kSourceOverflow,
    core::Counter::kCommitFailures,
    core::Counter::kBatchesFailed,
    core::Counter::kCheckpointFailures,
    core::Counter::kUpkeepFailures,
    core::Counter::kRunsFailed,
    core::Counter::kRunsMissed,
};

// One thread at a time.
class LossLog {
 public:
  static constexpr std::chrono::minutes kPause{1};

  // The lines to write now. A counter that grows for the first time in a minute is told at once, and then what came on
  // top of it when the minute is over.
  std::vector<std::string> look(const core::Counters& counters, std::chrono::steady_clock::time_point now);

 private:
  struct Told {
    std::uint64_t value = 0;
    std::chrono::steady_clock::time_point next;  // not before
  };
  std::map<core::Counter, Told> told_;
};

}  // namespace rw::scheduler
