#include "daemon/core/endpoint.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <charconv>

#include "daemon/core/text.h"

namespace rw::core {
namespace {

bool is_ipv4(const std::string& host) {
  in_addr address{};
  return ::inet_pton(AF_INET, host.c_str(), &address) == 1;
}

bool is_ipv6(const std::string& host) {
  in6_addr address{};
  return ::inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

}  // namespace

bool Endpoint::is_loopback() const { return (is_ipv4(host) && host.starts_with("127.")) || host == "::1"; }

Result<Endpoint> parse_endpoint(std::string_view text) {
  const auto fault = [&](std::string_view what) {
    return invalid_input(fmt::format("{}: {}, as in 127.0.0.1:514 or [::]:514", quoted(text), what));
  };
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return fault("expected ADDRESS:PORT");
  const std::string_view port_text = text.substr(colon + 1);
  unsigned port = 0;
  const auto [end, error] = std::from_chars(port_text.data(), port_text.data() + port_text.size(), port);
  if (error != std::errc() || end != port_text.data() + port_text.size() || port > 65535) {
    return fault("expected a port from 0 to 65535 after the last colon");
  }
  std::string host(text.substr(0, colon));
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
    if (!is_ipv6(host)) return fault("expected an IPv6 address in the brackets");
  } else if (!is_ipv4(host)) {
    return fault("expected an IPv4 address, or an IPv6 address in brackets");
  }
  return Endpoint{std::move(host), static_cast<std::uint16_t>(port)};
}

std::string format_endpoint(const Endpoint& endpoint) {
  const bool bracket = endpoint.host.find(':') != std::string::npos;
  return bracket ? fmt::format("[{}]:{}", endpoint.host, endpoint.port)
                 : fmt::format("{}:{}", endpoint.host, endpoint.port);
}

}  // namespace rw::core
