// Errors as the API answers them: application/problem+json (RFC 9457). Pure.
#pragma once

#include <string_view>

#include "daemon/core/result.h"
#include "daemon/http/server.h"

namespace rw::web {

// instance: the path of the request. hint becomes a member of its own, left out when empty.
http::Response problem(int status, std::string_view detail, std::string_view instance, std::string_view hint = {});

// InvalidInput 400, NotFound 404, Unsupported 501, Busy, Limit, Io and Cancelled 503; Internal 500, whose message is
// for the log and not shown.
http::Response problem_of(const core::Error& error, std::string_view instance);

// "Not Found"
std::string_view status_title(int status);

}  // namespace rw::web
