// What searches know besides the events: macros and lookup tables. Immutable once detections are loaded.
#pragma once

#include <utility>

#include "daemon/detect/lookups.h"
#include "daemon/detect/macros.h"

namespace rw::detect {

struct Knowledge {
  Knowledge() : macros(Macros::builtin()) {}
  Knowledge(Macros known) : macros(std::move(known)) {}  // NOLINT(google-explicit-constructor): often all there is
  Knowledge(Macros known, Lookups tables) : macros(std::move(known)), lookups(std::move(tables)) {}

  Macros macros;
  Lookups lookups;
};

}  // namespace rw::detect
