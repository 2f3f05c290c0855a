// What of a configuration that was read again a running daemon can take over, and what waits for a restart.
#pragma once

#include <string>
#include <vector>

#include "daemon/config/load.h"

namespace rw::config {

// The keys whose new values wait, in the order of docs/operations.md: those of listeners (but for the tokens, and what
// api.anonymous says), of the data directory and of the writer. Empty: all can be taken over.
std::vector<std::string> needing_restart(const Config& running, const Config& wanted);

// Whether the two differ in nothing but their tokens.
bool same_input(const HttpInput& a, const HttpInput& b);

}  // namespace rw::config
