// What the daemon asks of its process before it does anything else.
#pragma once

namespace rw::cli {

// Memory that was freed goes back to the system.
void set_up_memory();

// A connection is a file: the usual soft limit of 1024 is far below max_connections. Where it cannot be raised, that is
// logged.
void raise_file_limit();

}  // namespace rw::cli
