#include "daemon/cli/port_holder.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string_view>
#include <system_error>

#include "daemon/core/text.h"

namespace rw::cli {
namespace {

constexpr std::string_view kListening = "0A";  // TCP_LISTEN

int bind_error(const Listener& listener) {
  sockaddr_storage address{};
  auto& v4 = reinterpret_cast<sockaddr_in&>(address);
  auto& v6 = reinterpret_cast<sockaddr_in6&>(address);
  const core::Endpoint& endpoint = listener.endpoint;
  socklen_t size = sizeof v4;
  if (::inet_pton(AF_INET, endpoint.host.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(endpoint.port);
  } else if (::inet_pton(AF_INET6, endpoint.host.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(endpoint.port);
    size = sizeof v6;
  } else {
    return EADDRNOTAVAIL;
  }
  const int fd = ::socket(address.ss_family, (listener.is_udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0);
  if (fd < 0) return errno;
  const int on = 1;
  const int off = 0;
  // Connections that ended a moment ago are in nobody's way.
  if (!listener.is_udp) ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (address.ss_family == AF_INET6) ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  int error = ::bind(fd, reinterpret_cast<const sockaddr*>(&address), size) == 0 ? 0 : errno;
  // With SO_REUSEADDR bind(2) lets several have a port; only one may listen, which is not tried: a sender could
  // connect.
  ::close(fd);
  return error;
}

// Sockets of this port, by inode. A line: "sl local:PORT remote:PORT st … uid timeout inode …".
void add_sockets(const char* file, const Listener& listener, std::set<std::string>& inodes) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  while (std::getline(in, line)) {
    std::istringstream words(line);
    std::string slot, local, remote, state, queues, timer, retransmits, user, timeout, inode;
    words >> slot >> local >> remote >> state >> queues >> timer >> retransmits >> user >> timeout >> inode;
    const std::size_t colon = local.rfind(':');
    if (!words || colon == std::string::npos || (!listener.is_udp && state != kListening)) continue;
    unsigned port = 0;
    std::from_chars(local.data() + colon + 1, local.data() + local.size(), port, 16);
    if (port == listener.endpoint.port) inodes.insert(fmt::format("socket:[{}]", inode));
  }
}

std::optional<int> holder_of(const std::set<std::string>& inodes) {
  namespace fs = std::filesystem;
  std::error_code error;
  for (fs::directory_iterator it("/proc", error), end; !error && it != end; it.increment(error)) {
    const auto process = core::parse_integer<int>(it->path().filename().string());
    if (!process) continue;
    std::error_code denied;
    for (fs::directory_iterator file(it->path() / "fd", denied); !denied && file != fs::directory_iterator();
         file.increment(denied)) {
      std::error_code gone;
      if (inodes.contains(fs::read_symlink(file->path(), gone).string())) return process;
    }
  }
  return std::nullopt;
}

}  // namespace

PortTrial try_port(const Listener& listener) {
  PortTrial trial{.error = bind_error(listener), .process = {}, .program = {}};
  std::set<std::string> inodes;
  for (const char* family : {"", "6"}) {
    add_sockets(fmt::format("/proc/net/{}{}", listener.is_udp ? "udp" : "tcp", family).c_str(), listener, inodes);
  }
  if (inodes.empty() || trial.error != EADDRINUSE) return trial;
  trial.process = holder_of(inodes);
  if (trial.process) std::getline(std::ifstream(fmt::format("/proc/{}/comm", *trial.process)), trial.program);
  return trial;
}

}  // namespace rw::cli
