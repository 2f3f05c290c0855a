// A syslog sender on loopback that does exactly what it is told. Blocking sockets; every wait has a deadline.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace rw::ingest {

class SyslogClient {
 public:
  // type: SOCK_STREAM or SOCK_DGRAM
  SyslogClient(int type, std::uint16_t port) : fd_(socket(AF_INET, type | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  }
  SyslogClient(SyslogClient&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)), connected_(std::exchange(other.connected_, false)) {}
  SyslogClient& operator=(SyslogClient&&) = delete;
  ~SyslogClient() { close_socket(); }

  bool connected() const { return connected_; }
  int fd() const { return fd_; }
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno == EINTR) continue;
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  // As much as goes without waiting.
  std::size_t send_some(std::string_view bytes) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    return sent < 0 ? 0 : static_cast<std::size_t>(sent);
  }
  // The other side has closed or half-closed, and has never sent a byte.
  bool wait_for_end(int deadline_ms = 10'000) {
    pollfd item{.fd = fd_, .events = POLLIN, .revents = 0};
    if (poll(&item, 1, deadline_ms) != 1) return false;
    char byte = 0;
    return recv(fd_, &byte, 1, 0) <= 0;
  }
  // That many bytes, or what came before the end or the deadline.
  std::string receive(std::size_t size, int deadline_ms = 10'000) {
    std::string bytes;
    while (bytes.size() < size) {
      pollfd item{.fd = fd_, .events = POLLIN, .revents = 0};
      if (poll(&item, 1, deadline_ms) != 1) break;
      char buffer[4096];
      const ssize_t got = recv(fd_, buffer, std::min(sizeof(buffer), size - bytes.size()), 0);
      if (got <= 0) break;
      bytes.append(buffer, static_cast<std::size_t>(got));
    }
    return bytes;
  }
  void close_socket() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

 private:
  int fd_;
  bool connected_ = false;
};

}  // namespace rw::ingest
