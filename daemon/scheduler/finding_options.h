// What the operator has decided about all findings, whichever detection makes them.
#pragma once

#include "daemon/scheduler/risk.h"
#include "daemon/scheduler/urgency.h"

namespace rw::scheduler {

struct FindingOptions {
  RiskOptions risk = {};        // what risk events count for, and the names under which they add up
  UrgencyOptions urgency = {};  // how urgent notables are

  friend bool operator==(const FindingOptions&, const FindingOptions&) = default;
};

}  // namespace rw::scheduler
