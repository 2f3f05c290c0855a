// Sockets as a server needs them: an owned descriptor, listening, accepting.
#pragma once

#include <optional>

#include "daemon/core/endpoint.h"
#include "daemon/core/file_descriptor.h"
#include "daemon/core/result.h"

namespace rw::http {

using Descriptor = core::FileDescriptor;

// Binds and listens, not blocking. "[::]" listens on IPv4 as well. SO_REUSEADDR, so that a restart need not wait for
// TIME_WAIT; never SO_REUSEPORT, with which two daemons would silently share the port.
// Errors: Io, with a hint.
core::Result<Descriptor> listen_on(const core::Endpoint& endpoint);

// Where a listening socket is bound to.
core::Endpoint local_endpoint(const Descriptor& listener, const core::Endpoint& asked);

// What one thread writes to, to end another's wait. Errors: Io.
core::Result<Descriptor> make_wake_event();

// An epoll instance. Errors: Io.
core::Result<Descriptor> make_poller();

struct Accepted {
  Descriptor socket;    // not blocking, TCP_NODELAY
  core::Endpoint peer;  // an IPv4 client of an IPv6 socket shows as IPv4
};
// nullopt with errno set: EAGAIN when none is waiting.
std::optional<Accepted> accept_from(const Descriptor& listener);

}  // namespace rw::http
