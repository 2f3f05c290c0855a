// What this machine is called and where it can be reached, as far as it knows itself.
#pragma once

#include <string>
#include <vector>

namespace rw::cli {

// Its host name, and the full name where that is another one; lower case. Empty: it has none.
std::vector<std::string> host_names();

// IPv4 and IPv6 addresses of its interfaces that are up, without loopback and link-local ones.
std::vector<std::string> addresses();

}  // namespace rw::cli
