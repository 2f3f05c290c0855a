// What detections are made with besides their own file: macros, lookup tables and deployments. Immutable once loaded.
#pragma once

#include <utility>

#include "daemon/detect/deployment.h"
#include "daemon/detect/lookups.h"
#include "daemon/detect/macros.h"

namespace rw::detect {

struct Knowledge {
  Knowledge() : macros(Macros::builtin()) {}
  Knowledge(Macros known) : macros(std::move(known)) {}  // NOLINT(google-explicit-constructor): often all there is
  Knowledge(Macros known, Lookups tables) : macros(std::move(known)), lookups(std::move(tables)) {}

  Macros macros;
  Lookups lookups;
  Deployments deployments = Deployments::builtin();  // by which the detections were scheduled
};

}  // namespace rw::detect
