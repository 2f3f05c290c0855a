// A network address as people write it: "127.0.0.1:8089", "[::]:514", "0.0.0.0:0".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "daemon/core/result.h"

namespace rw::core {

struct Endpoint {
  std::string host;        // an IPv4 or IPv6 address, no name
  std::uint16_t port = 0;  // 0: the system chooses one

  // 127.0.0.0/8 or ::1: reachable from this machine alone.
  bool is_loopback() const;

  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

// Errors: InvalidInput (no port, port over 65535, not an address).
Result<Endpoint> parse_endpoint(std::string_view text);

// "127.0.0.1:8089", "[::1]:8089"
std::string format_endpoint(const Endpoint& endpoint);

}  // namespace rw::core
