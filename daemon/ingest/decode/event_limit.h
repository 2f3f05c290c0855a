// How long one event may be. A tree of JSON or XML takes up to twenty times the memory of its text, so what becomes a
// tree is measured first. A Windows event has 64 KiB at most; what forwarders render and wrap multiplies that.
#pragma once

#include <fmt/format.h>

#include <cstddef>

#include "daemon/core/result.h"

namespace rw::ingest {

inline constexpr std::size_t kMaxEventBytes = 1024 * 1024;

// Errors: InvalidInput (the event is longer).
inline core::Result<void> check_event_size(std::size_t bytes) {
  if (bytes <= kMaxEventBytes) return {};
  return core::invalid_input(fmt::format("{} bytes long: expected {} at most", bytes, kMaxEventBytes));
}

}  // namespace rw::ingest
