// Replies of OTLP/HTTP (opentelemetry.io/docs/specs/otlp, "OTLP/HTTP Response"), in the request's own form.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "daemon/http/server.h"

namespace rw::ingest {

enum class OtlpForm { kJson, kProtobuf };

// nullopt: a type that OTLP/HTTP does not have. Parameters (charset) do not matter.
std::optional<OtlpForm> otlp_form(std::string_view content_type);

// 200 with an ExportLogsServiceResponse. rejected 0: all is well, the message is left out. Else the client is told how
// many log records were no events; it must not send them again.
http::Response otlp_success(OtlpForm form, std::size_t rejected, std::string_view message);

// A google.rpc.Status whose code goes with the HTTP status. 503 carries Retry-After, 401 WWW-Authenticate.
http::Response otlp_error(OtlpForm form, int status, std::string_view message);

}  // namespace rw::ingest
