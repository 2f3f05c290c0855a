#include "web/auth.h"

#include <cstddef>
#include <string>

#include "daemon/core/endpoint.h"
#include "daemon/core/text.h"

namespace rw::web {

std::optional<std::string_view> bearer_token(const http::Request& request) {
  constexpr std::string_view kScheme = "Bearer ";
  const std::string_view value = request.header("authorization");
  if (!core::equals_ascii_nocase(value.substr(0, kScheme.size()), kScheme)) return std::nullopt;
  return core::trim(value.substr(kScheme.size()));
}

std::string_view session_cookie(const http::Request& request) {
  const auto [first, last] = request.headers.equal_range("cookie");
  for (auto header = first; header != last; ++header) {
    std::string_view rest = header->second;
    while (!rest.empty()) {
      const std::size_t end = rest.find(';');
      const std::string_view pair = core::trim(rest.substr(0, end));
      const std::size_t equals = pair.find('=');
      if (pair.substr(0, equals) == kSessionCookie && equals != std::string_view::npos) return pair.substr(equals + 1);
      rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    }
  }
  return {};
}

bool changes_something(std::string_view method) { return method != "GET" && method != "HEAD" && method != "OPTIONS"; }

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
