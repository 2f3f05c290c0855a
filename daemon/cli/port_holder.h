// Who has a port of this machine, from /proc, as ss(8) finds it.
#pragma once

#include <optional>
#include <string>

#include "daemon/cli/listening.h"

namespace rw::cli {

struct PortTrial {
  int error = 0;               // errno of bind(2), as the daemon would call it; 0: the port is free
  std::optional<int> process;  // who holds it; unset: nobody, or it cannot be seen
  std::string program;         // of that process
};

// Binds for a moment, and does not listen.
PortTrial try_port(const Listener& listener);

}  // namespace rw::cli
