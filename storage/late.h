// Late events: those that are stored after a search of their time has begun. The store keeps their minutes until the
// searches that did not see them have been run again, so that no event is missed, however late it comes and whatever
// happens in between.
//
// A search of the scheduler is announced before it begins (SearchedTime). An event that is committed before the
// announcement is seen by the search; one that is committed after it, into time that was announced, is late.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <string>

#include "daemon/cim/fields.h"
#include "daemon/cim/finding.h"
#include "daemon/core/time.h"

namespace rw::storage {

inline constexpr std::chrono::microseconds kLateSpan = std::chrono::minutes(1);

// The late events of one minute. Ids of events grow in order of arrival.
struct LateSpan {
  cim::Dataset dataset = cim::Dataset::kRegistry;  // or kProcesses
  core::Micros minute;                             // its begin, a multiple of kLateSpan
  std::int64_t first_id = 0;                       // of the first late event
  std::int64_t last_id = 0;

  friend bool operator==(const LateSpan&, const LateSpan&) = default;
};

// Searches of this time are about to begin.
struct SearchedTime {
  cim::Window window;
  core::Micros
      now;  // what was announced further ahead than a day was announced by a clock that stood wrong: it is void
};

// Events from these ids on. The default: none.
struct NewEvents {
  std::int64_t registry_from = std::numeric_limits<std::int64_t>::max();
  std::int64_t processes_from = std::numeric_limits<std::int64_t>::max();

  // Whether there are any. A finding is no event.
  bool any_of(cim::Dataset dataset) const {
    constexpr auto kNone = std::numeric_limits<std::int64_t>::max();
    return (dataset == cim::Dataset::kRegistry && registry_from != kNone) ||
           (dataset == cim::Dataset::kProcesses && processes_from != kNone);
  }
};

// A run of the ledger that has searched its window.
struct SearchedWindow {
  std::string detection_id;
  core::Micros scheduled_time;
  cim::Window window;
};

}  // namespace rw::storage
