// What is known of an event beside the event: by its forwarder, or from the syslog header. Used only where the event
// itself lacks it.
#pragma once

#include <optional>
#include <string_view>

#include "daemon/core/time.h"

namespace rw::ingest {

struct Fallback {
  std::optional<core::Micros> time = std::nullopt;
  std::string_view host = {};
};

// Where it takes time to find: few events lack what it tells.
class FallbackReader {
 public:
  virtual ~FallbackReader() = default;
  // Asked for every event of a message that lacks a time or a host; the host lives as long as the message.
  virtual Fallback fallback() = 0;
};

}  // namespace rw::ingest
