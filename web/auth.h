// What a request says of who asks: bearer tokens (RFC 6750), the cookie of a session; and the headers that tell a page
// of another site. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "daemon/http/server.h"

namespace rw::web {

// Of "Authorization: Bearer TOKEN". Nullopt: no such header, or another scheme: that is for a proxy before us, whose
// users have a session here.
std::optional<std::string_view> bearer_token(const http::Request& request);

inline constexpr std::string_view kSessionCookie = "regwarden_session";
// Empty: there is none.
std::string_view session_cookie(const http::Request& request);

// Not one of the methods that only read (RFC 9110 section 9.2.1).
bool changes_something(std::string_view method);

// A web page elsewhere can point a name of its own at 127.0.0.1 and so let a browser ask an API without tokens; it
// cannot choose the Host header that comes with it. True for "localhost", names under it, IP literals (any port), and
// a request without Host, which no browser makes.
bool is_local_host_header(std::string_view host);

// A browser names the site of the page that sends a POST in Origin. True without it (no browser), or when it is the
// one that Host names.
bool is_same_origin(const http::Request& request);

}  // namespace rw::web
