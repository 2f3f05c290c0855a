// `risk:` of the configuration: risk factors and how risk objects are named.
#pragma once

#include "daemon/config/section.h"
#include "daemon/scheduler/risk.h"

namespace rw::config {

void read_risk(Section& risk, scheduler::RiskOptions& options);

}  // namespace rw::config
