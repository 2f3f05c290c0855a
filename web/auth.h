// Who may ask: bearer tokens (RFC 6750) and, where there are none, the Host header against DNS rebinding. Pure.
#pragma once

#include <string_view>
#include <vector>

#include "daemon/http/server.h"

namespace rw::web {

// "Authorization: Bearer TOKEN" with a known token (constant time). Without any token configured: always true.
bool is_authorized(const http::Request& request, const std::vector<std::string>& tokens);

// A web page elsewhere can point a name of its own at 127.0.0.1 and so let a browser ask an API without tokens; it
// cannot choose the Host header that comes with it. True for "localhost", names under it, IP literals (any port), and
// a request without Host, which no browser makes.
bool is_local_host_header(std::string_view host);

// A browser names the site of the page that sends a POST in Origin. True without it (no browser), or when it is the
// one that Host names.
bool is_same_origin(const http::Request& request);

}  // namespace rw::web
