#include "daemon/http/socket.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>

namespace rw::http {
namespace {

// Connections that the kernel keeps for us while we are busy.
constexpr int kBacklog = 4096;

std::string hint_for(int error, const core::Endpoint& endpoint) {
  switch (error) {
    case EADDRINUSE:
      return fmt::format(
          "another process listens on this port (`ss -ltnp 'sport = :{}'` shows it); stop it or choose "
          "another port",
          endpoint.port);
    case EACCES:
      return "ports below 1024 need CAP_NET_BIND_SERVICE (AmbientCapabilities= in the systemd unit)";
    case EADDRNOTAVAIL:
      return "no interface of this machine has that address (`ip address` lists them); 0.0.0.0 or [::] means all";
    case EAFNOSUPPORT:
      return "IPv6 is switched off on this machine; use an IPv4 address";
    default:
      return {};
  }
}

core::Endpoint to_endpoint(const sockaddr_storage& address) {
  char text[INET6_ADDRSTRLEN] = {};
  if (address.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
    return {text, ntohs(v4.sin_port)};
  }
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
  inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
  std::string_view host = text;
  constexpr std::string_view kMapped = "::ffff:";
  if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr) && host.starts_with(kMapped)) host.remove_prefix(kMapped.size());
  return {std::string(host), ntohs(v6.sin6_port)};
}

void set_option(int fd, int level, int option, int value) { setsockopt(fd, level, option, &value, sizeof value); }

core::Result<Descriptor> opened(int descriptor, std::string_view what) {
  if (descriptor >= 0) return Descriptor(descriptor);
  return core::Error{core::ErrorCode::kIo, fmt::format("{}: {}", what, std::strerror(errno)),
                     "raise LimitNOFILE= in the systemd unit"};
}

}  // namespace

core::Result<Descriptor> listen_on(const core::Endpoint& endpoint) {
  sockaddr_storage address{};
  socklen_t size = 0;
  auto& v4 = reinterpret_cast<sockaddr_in&>(address);
  auto& v6 = reinterpret_cast<sockaddr_in6&>(address);
  if (inet_pton(AF_INET, endpoint.host.c_str(), &v4.sin_addr) == 1) {
    address.ss_family = AF_INET;
    v4.sin_port = htons(endpoint.port);
    size = sizeof(sockaddr_in);
  } else if (inet_pton(AF_INET6, endpoint.host.c_str(), &v6.sin6_addr) == 1) {
    address.ss_family = AF_INET6;
    v6.sin6_port = htons(endpoint.port);
    size = sizeof(sockaddr_in6);
  } else {
    return core::Error{core::ErrorCode::kIo,
                       fmt::format("listen on {}: not an IP address", core::format_endpoint(endpoint)),
                       "names are not looked up: write the address, or 0.0.0.0 for all"};
  }

  const auto failed = [&](int error) {
    return core::Error{core::ErrorCode::kIo,
                       fmt::format("listen on {}: {}", core::format_endpoint(endpoint), std::strerror(error)),
                       hint_for(error, endpoint)};
  };
  Descriptor socket(::socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return failed(errno);
  set_option(socket.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  if (address.ss_family == AF_INET6) set_option(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, 0);
  if (bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0) return failed(errno);
  if (listen(socket.get(), kBacklog) != 0) return failed(errno);
  return socket;
}

core::Endpoint local_endpoint(const Descriptor& listener, const core::Endpoint& asked) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) return asked;
  return {asked.host, to_endpoint(address).port};
}

core::Result<Descriptor> make_wake_event() { return opened(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd"); }

core::Result<Descriptor> make_poller() { return opened(epoll_create1(EPOLL_CLOEXEC), "epoll"); }

std::optional<Accepted> accept_from(const Descriptor& listener) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  Descriptor socket(
      accept4(listener.get(), reinterpret_cast<sockaddr*>(&address), &size, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!socket) return std::nullopt;
  set_option(socket.get(), IPPROTO_TCP, TCP_NODELAY, 1);  // a reply is written in one piece: waiting gains nothing
  return Accepted{std::move(socket), to_endpoint(address)};
}

}  // namespace rw::http
