// The detections that are in service now: what the API shows and the scheduler runs. A reload puts others in their
// place.
#pragma once

#include "daemon/core/current.h"
#include "daemon/detect/load.h"

namespace rw::detect {

using CurrentCatalogue = core::Current<Catalogue>;

}  // namespace rw::detect
