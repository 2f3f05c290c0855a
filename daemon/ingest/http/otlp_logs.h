// The body of POST /v1/logs: an ExportLogsServiceRequest (opentelemetry-proto, collector/logs/v1/logs_service.proto) as
// JSON (proto3 JSON: lowerCamelCase names, 64-bit integers as text or number, unknown keys ignored) or as protobuf.
// Both give the same log records, in order, one at a time: nothing is built of the whole request.
//
// What a record's payload is:
//   body a string:          the string, as it is (raw XML, JSON, …); the record's attributes are left out
//   body a key-value list:  one JSON object (see otlp_value_text.h); attributes of keys that the body lacks are added
//   to
//                           it, for pipelines that move fields there. Of equal keys the first counts
//   no body (or blank):     the same of the attributes alone
//   any other body:         none, the record is at fault
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/core/result.h"
#include "daemon/core/time.h"

namespace rw::ingest {

// All views live for the call that gets it.
struct OtlpLogRecord {
  std::optional<core::Micros> time = {};  // time_unix_nano, else observed_time_unix_nano; 0 is none
  std::string_view host = {};             // host.name of the resource; empty: none
  std::string_view payload = {};
  std::string fault = {};        // not empty: there is no payload; what was found and what was expected
  std::string_view source = {};  // the record as it was sent
};

// False: enough, the rest is not read.
using TakeOtlpLogRecord = std::function<bool(const OtlpLogRecord&)>;

// Errors: InvalidInput (not JSON, not protobuf, or of another shape: what, where). The records before were taken.
core::Result<void> read_otlp_json(std::string_view body, const TakeOtlpLogRecord& take);
core::Result<void> read_otlp_protobuf(std::string_view body, const TakeOtlpLogRecord& take);

}  // namespace rw::ingest
