// Splunk HTTP Event Collector, as its clients know it (docs.splunk.com "HTTP Event Collector REST API endpoints"):
// /services/collector[/event], /raw, /health, /ack and their /1.0 forms. Every success means: committed to disk.
// Unlike Splunk it goes on after an event that is at fault but well-formed JSON: that one is kept in `rejected`, the
// reply is 400 with its number, and the rest is stored. Acks are off: a client learns the outcome from the reply.
// Thread-safe: one object serves all threads of a server.
#pragma once

#include <functional>
#include <optional>

#include "daemon/http/server.h"
#include "daemon/ingest/http/hec_reply.h"
#include "daemon/ingest/http/ingest_context.h"

namespace rw::ingest {

class Hec {
 public:
  explicit Hec(IngestContext& context) : context_(context) {}

  // Adds the routes and the error handler. The object must outlive the server.
  void add_routes(http::Server& server);

 private:
  http::Response event(const http::Request& request);
  http::Response raw(const http::Request& request);
  http::Response health(const http::Request& request) const;
  http::Response ack(const http::Request& request) const;
  // The code to refuse the request's token with.
  std::optional<HecCode> refusal(const http::Request& request) const;
  // Shutting down, not let in, a channel that is none; else what `serve` answers.
  http::Response admitted(const http::Request& request, const std::function<http::Response()>& serve) const;

  IngestContext& context_;
};

}  // namespace rw::ingest
