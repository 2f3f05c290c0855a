// The first steps of a plan as far as they test group-by values: tried on the events already, where a store (and a
// sieve) tries a test on each distinct text once. The steps stay; they only get fewer rows. Pure.
#pragma once

#include "daemon/detect/plan.h"

namespace rw::detect {

// Of this plan; those of its subsearches have been through it.
void push_down(Plan& plan);

}  // namespace rw::detect
