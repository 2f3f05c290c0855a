// What is tuned, as the API shows it. Pure.
#pragma once

#include <vector>

#include "daemon/core/time.h"
#include "daemon/detect/detection.h"
#include "daemon/detect/tuning.h"
#include "web/render.h"

namespace rw::web {

Json render_exception(const detect::Exception& exception);
Json render_suppression(const detect::Suppression& suppression);

// What holds rows of the detection back: `suppress`, of its file or the configuration, and the `exceptions` and
// `suppressions` that concern it and have not expired.
void add_tuning(Json& json, const detect::Detection& detection, const detect::Tuning& tuning, core::Micros now);

}  // namespace rw::web
