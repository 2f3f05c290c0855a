// OpenTelemetry logs over HTTP (opentelemetry.io/docs/specs/otlp, "OTLP/HTTP"): POST /v1/logs, as JSON and as protobuf.
// Every 200 means: committed to disk. A log record that is no Windows event is kept in `rejected` and counted in the
// reply's partial success: a client does not send those again. After bytes that are no JSON or protobuf nothing later
// can be told apart: the reply is 400, and the records before are stored.
// Thread-safe: one object serves all threads of a server.
#pragma once

#include "daemon/http/server.h"
#include "daemon/ingest/http/ingest_context.h"
#include "daemon/ingest/http/otlp_reply.h"

namespace rw::ingest {

class Otlp {
 public:
  explicit Otlp(IngestContext& context) : context_(context) {}

  // Adds the route and the error handler. The object must outlive the server.
  void add_routes(http::Server& server);

 private:
  http::Response logs(const http::Request& request);
  http::Response store(const http::Request& request, OtlpForm form);

  IngestContext& context_;
};

}  // namespace rw::ingest
