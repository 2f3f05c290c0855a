#include "daemon/cli/machine.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>

#include "daemon/core/text.h"

namespace rw::cli {

std::vector<std::string> host_names() {
  std::array<char, 256> text{};
  if (::gethostname(text.data(), text.size() - 1) != 0) return {};
  std::vector<std::string> names = {core::fold_ascii(text.data())};
  if (names.front().empty()) return {};
  addrinfo hints{};
  hints.ai_flags = AI_CANONNAME;
  addrinfo* found = nullptr;
  if (::getaddrinfo(text.data(), nullptr, &hints, &found) == 0) {
    const std::string full = found->ai_canonname == nullptr ? std::string() : core::fold_ascii(found->ai_canonname);
    ::freeaddrinfo(found);
    // "localhost" is what a machine without a DNS name answers.
    if (full != names.front() && full.starts_with(names.front() + ".")) names.push_back(full);
  }
  return names;
}

std::vector<std::string> addresses() {
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) return {};
  const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> all(first, ::freeifaddrs);
  std::vector<std::string> found;
  for (const ifaddrs* one = first; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr == nullptr || (one->ifa_flags & IFF_UP) == 0 || (one->ifa_flags & IFF_LOOPBACK) != 0) continue;
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (one->ifa_addr->sa_family == AF_INET) {
      const auto* v4 = reinterpret_cast<const sockaddr_in*>(one->ifa_addr);
      ::inet_ntop(AF_INET, &v4->sin_addr, text.data(), text.size());
    } else if (one->ifa_addr->sa_family == AF_INET6) {
      const auto* v6 = reinterpret_cast<const sockaddr_in6*>(one->ifa_addr);
      if (!IN6_IS_ADDR_LINKLOCAL(&v6->sin6_addr)) ::inet_ntop(AF_INET6, &v6->sin6_addr, text.data(), text.size());
    }
    const std::string address = text.data();
    if (!address.empty() && std::ranges::find(found, address) == found.end()) found.push_back(address);
  }
  return found;
}

}  // namespace rw::cli
