// The first commands after a query as far as they test group-by values: tried on the events already, where a store (and
// a sieve) tries a test on each distinct text once. The commands stay; they only get fewer rows. Pure.
#pragma once

#include <vector>

#include "daemon/detect/plan.h"
#include "daemon/detect/spl/command.h"

namespace rw::detect {

// The plan of a tstats on events, of which the steps are the commands.
void push_down(const std::vector<spl::CommandPtr>& commands, Plan& plan);

}  // namespace rw::detect
