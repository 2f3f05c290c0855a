// Notables by their id, for the handlers of what hangs on them.
#pragma once

#include <cstdint>

#include "web/context.h"
#include "web/render.h"

namespace rw::web {

// The one that the path names, as the API shows it. Errors: NotFound, and those of the reader.
core::Result<Json> find_notable(const Context& context, const http::Request& request);
// Its id. Errors: NotFound, where it cannot be one.
core::Result<std::int64_t> notable_id(const http::Request& request);
core::Error no_such_notable(const http::Request& request);

}  // namespace rw::web
