// Bodies of the requests that tune detections. Pure.
#pragma once

#include <memory>
#include <string_view>

#include "daemon/core/result.h"
#include "daemon/core/time.h"
#include "daemon/detect/catalogue.h"
#include "web/render.h"

namespace rw::web {

// By id, name or file. Errors: NotFound.
core::Result<std::shared_ptr<const detect::Detection>> find_detection(const detect::Catalogue& catalogue,
                                                                      std::string_view name);

// The members detection, fields, reason and expires, checked as a whole; the detection by its name. Made at `now`,
// without id and actor. Errors: InvalidInput; NotFound (the detection).
core::Result<detect::Exception> parse_exception(const Json& body, const detect::Catalogue& catalogue, core::Micros now);

// The same with detection, fields, period and expires.
core::Result<detect::Suppression> parse_suppression(const Json& body, const detect::Catalogue& catalogue,
                                                    core::Micros now);

}  // namespace rw::web
