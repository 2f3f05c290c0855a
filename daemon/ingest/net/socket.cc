#include "daemon/ingest/net/socket.h"

#include <fmt/format.h>

#include <cerrno>

namespace rw::ingest {
namespace {

std::string hint_for(int error) {
  switch (error) {
    case EACCES:
    case EPERM:
      return "ports below 1024 need the capability CAP_NET_BIND_SERVICE (the systemd unit grants it), or choose a "
             "higher port";
    case EADDRINUSE:
      return "another program listens there already: `ss -lntup` shows which";
    case EADDRNOTAVAIL:
      return "no interface of this machine has that address: `ip address` shows them";
    default:
      return {};
  }
}

}  // namespace

core::Result<boost::asio::ip::address> address_of(const core::Endpoint& endpoint) {
  boost::system::error_code error;
  auto address = boost::asio::ip::make_address(endpoint.host, error);
  if (error) return core::invalid_input(fmt::format("'{}': expected an IPv4 or IPv6 address", endpoint.host));
  return address;
}

core::Error listen_error(const core::Endpoint& endpoint, std::string_view protocol,
                         const boost::system::error_code& error) {
  return {core::ErrorCode::kIo,
          fmt::format("listen on {} ({}): {}", core::format_endpoint(endpoint), protocol, error.message()),
          hint_for(error.value())};
}

}  // namespace rw::ingest
