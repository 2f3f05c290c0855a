#include "web/auth.h"

#include <string>

#include "daemon/core/endpoint.h"
#include "daemon/core/text.h"

namespace rw::web {

bool is_authorized(const http::Request& request, const std::vector<std::string>& tokens) {
  if (tokens.empty()) return true;
  constexpr std::string_view kScheme = "Bearer ";
  const std::string_view value = request.header("authorization");
  if (!core::equals_ascii_nocase(value.substr(0, kScheme.size()), kScheme)) return false;
  return http::is_known_secret(core::trim(value.substr(kScheme.size())), tokens);
}

bool is_local_host_header(std::string_view host) {
  if (host.empty()) return true;
  // The port ends the value, but an IPv6 literal has colons of its own, inside its brackets.
  const std::size_t colon = host.rfind(':');
  const bool has_port = colon != std::string_view::npos && host.back() != ']';
  std::string_view name = has_port ? host.substr(0, colon) : host;
  if (core::parse_endpoint(std::string(name) + ":0").ok()) return true;
  if (name.ends_with('.')) name.remove_suffix(1);
  constexpr std::string_view kLocalhost = "localhost";
  if (name.size() < kLocalhost.size()) return false;
  const std::string_view tail = name.substr(name.size() - kLocalhost.size());
  const std::string_view head = name.substr(0, name.size() - kLocalhost.size());
  return core::equals_ascii_nocase(tail, kLocalhost) && (head.empty() || head.ends_with('.'));
}

bool is_same_origin(const http::Request& request) {
  const std::string_view origin = request.header("origin");
  if (origin.empty()) return true;
  constexpr std::string_view kScheme = "://";
  const std::size_t scheme = origin.find(kScheme);  // none: "null", an opaque origin
  return scheme != std::string_view::npos &&
         core::equals_ascii_nocase(origin.substr(scheme + kScheme.size()), request.header("host"));
}

}  // namespace rw::web
