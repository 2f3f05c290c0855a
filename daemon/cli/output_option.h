// -o table|json|csv, and the time range of a search, as several subcommands take them.
#pragma once

#include <string>

#include "daemon/cim/finding.h"
#include "daemon/cli/render.h"
#include "daemon/core/result.h"
#include "daemon/core/time.h"

namespace CLI {
class App;
}

namespace rw::cli {

void add_output_option(CLI::App& command, OutputFormat& format);

// Both ends given as ISO 8601, epoch seconds or relative modifiers, read at `now`. Errors: InvalidInput (also for an
// empty window).
core::Result<cim::Window> parse_window(const std::string& earliest, const std::string& latest, core::Micros now,
                                       const core::TimeZone& zone);

}  // namespace rw::cli
