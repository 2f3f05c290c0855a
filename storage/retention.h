// How long what is stored is kept, and how much room it may take.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "daemon/core/units.h"

namespace rw::storage {

// Unset: without that bound.
struct Retention {
  // Of events, since they arrived: whatever their own time says, a wrong clock makes none immortal, and an archive that
  // is imported is not deleted at once. Of rows of the ledger, since the run ended; the newest of each detection stay.
  std::optional<std::chrono::microseconds> events = std::chrono::hours(24 * 90);
  // Of risk events and notables, since they were made.
  std::optional<std::chrono::microseconds> findings = std::chrono::hours(24 * 400);
  // What the database uses on disk; beyond it the oldest events go.
  std::optional<std::uint64_t> max_size_bytes = 20 * core::kGiB;

  friend bool operator==(const Retention&, const Retention&) = default;
};

}  // namespace rw::storage
