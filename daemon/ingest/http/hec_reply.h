// Replies of the HTTP Event Collector: its codes with their HTTP status and text (docs.splunk.com "Troubleshoot HTTP
// Event Collector", possible error codes). Some clients look at the status alone, some at the code.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "daemon/http/server.h"

namespace rw::ingest {

enum class HecCode {
  kSuccess = 0,
  kTokenRequired = 2,
  kInvalidAuthorization = 3,
  kInvalidToken = 4,
  kNoData = 5,
  kInvalidDataFormat = 6,
  kInternalError = 8,
  kBusy = 9,
  kChannelMissing = 10,
  kInvalidChannel = 11,
  kEventRequired = 12,
  kEventBlank = 13,
  kAckDisabled = 14,
  kIndexedFields = 15,
  kQueryTokenDisabled = 16,
  kHealthy = 17,
  kUnhealthy = 18,
  kHealthInvalidToken = 21,
  kShuttingDown = 23,
};

// Busy and the like carry Retry-After: 1. event_number: 0-based, of the first event at fault.
http::Response hec_reply(HecCode code, std::optional<std::size_t> event_number = std::nullopt);

// Success, with the id to ask for where acknowledgements are on.
http::Response hec_accepted(std::uint64_t ack_id);

// What is no answer of the collector itself but of the HTTP server: {"text":…,"code":status}.
http::Response hec_http_error(int status, std::string_view text);
// An unknown path (404) and a known one with another method (405): Splunk's body says 404 in both.
http::Response hec_not_found(int status);

}  // namespace rw::ingest
