// The section `detections`: where they are, and what the operator sets for all or for one of them.
#pragma once

#include "daemon/config/section.h"
#include "daemon/detect/load.h"

namespace rw::config {

// Reads over the defaults that stand in `options`. context().zone must be known: it decides whether a window is one.
void read_detections(Section& detections, detect::LoadOptions& options);

}  // namespace rw::config
