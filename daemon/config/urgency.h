// `urgency:` of the configuration: for whom notables are more, or less, urgent than their severity says.
#pragma once

#include "daemon/config/section.h"
#include "daemon/scheduler/urgency.h"

namespace rw::config {

void read_urgency(Section& urgency, scheduler::UrgencyOptions& options);

}  // namespace rw::config
