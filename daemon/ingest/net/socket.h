// What TCP and UDP listeners share: addresses, and errors of opening a socket that say what to do.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <boost/system/error_code.hpp>
#include <string>
#include <string_view>

#include "daemon/core/endpoint.h"
#include "daemon/core/result.h"

namespace rw::ingest {

// Errors: InvalidInput (not an address).
core::Result<boost::asio::ip::address> address_of(const core::Endpoint& endpoint);

// "listen on 0.0.0.0:514 (udp): Permission denied", with a hint. Code Io.
core::Error listen_error(const core::Endpoint& endpoint, std::string_view protocol,
                         const boost::system::error_code& error);

// An endpoint of Asio, UDP or TCP, as ours. IPv4 addresses that come in through an IPv6 socket are IPv4 addresses.
template <class AsioEndpoint>
core::Endpoint endpoint_of(const AsioEndpoint& endpoint) {
  boost::asio::ip::address address = endpoint.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    address = boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6());
  }
  return {address.to_string(), endpoint.port()};
}

}  // namespace rw::ingest
