// The section sources: which hosts that send nothing are a finding, and what kind of one.
#pragma once

#include "daemon/config/section.h"
#include "daemon/scheduler/silence.h"

namespace rw::config {

// Reads over the defaults that stand in its target.
void read_sources(Section& sources, scheduler::SilenceOptions& options);

}  // namespace rw::config
