// A change of what is tuned, with the note of who made it.
#pragma once

#include <string>
#include <string_view>

#include "daemon/core/result.h"
#include "web/context.h"
#include "web/render.h"

namespace rw::web {

// Returns when the change is in service and noted. detail: what was asked for, for the audit log. Errors: Unsupported
// (this daemon is not tuned), those of the change, and those of writing it down.
core::Result<void> tune(const Context& context, const http::Request& request, std::string_view action,
                        const std::string& object, const Json& detail, const TuningChange& change);

}  // namespace rw::web
