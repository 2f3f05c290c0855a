// Tells two definitions of a detection apart when its author did not raise `version`, or when what changed stands
// elsewhere (a macro, a deployment, an override). Findings carry it beside the version. Pure.
#pragma once

#include <string>

#include "daemon/detect/detection.h"

namespace rw::detect {

// 16 lower-case hex digits over all that decides what a run finds and what becomes of it: search (as written, and as
// compiled with its macros), schedule, risk, notable, annotations, throttles, exceptions. Descriptions that no finding
// shows do not count.
std::string content_hash(const Detection& detection);

}  // namespace rw::detect
