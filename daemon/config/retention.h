// The section storage.retention: how long what is stored is kept.
#pragma once

#include "daemon/config/section.h"
#include "storage/retention.h"

namespace rw::config {

// Reads over the defaults that stand in its target. `none` takes a bound away.
void read_retention(Section& section, storage::Retention& retention);

}  // namespace rw::config
