// The section health: from when on a condition of regwarden itself is one that an operator must know.
#pragma once

#include "daemon/config/section.h"
#include "daemon/scheduler/health.h"

namespace rw::config {

// Reads over the defaults that stand in its target.
void read_health(Section& health, scheduler::HealthOptions& options);

}  // namespace rw::config
