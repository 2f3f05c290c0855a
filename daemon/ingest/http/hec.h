// Splunk HTTP Event Collector, as its clients know it (docs.splunk.com "HTTP Event Collector REST API endpoints"):
// /services/collector[/event], /raw, /health, /ack and their /1.0 forms. Every success means: committed to disk.
// Unlike Splunk it goes on after an event that is at fault but well-formed JSON: that one is kept in `rejected`, the
// reply is 400 with its number, and the rest is stored. A client learns the outcome from the reply; indexer
// acknowledgement is for those that want it (HttpInputOptions::acknowledgements), then every request needs a channel.
// Thread-safe: one object serves all threads of a server.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>

#include "daemon/http/server.h"
#include "daemon/ingest/http/delivery.h"
#include "daemon/ingest/http/hec_ack.h"
#include "daemon/ingest/http/hec_reply.h"
#include "daemon/ingest/http/ingest_context.h"

namespace rw::ingest {

class Hec {
 public:
  explicit Hec(IngestContext& context) : context_(context) {}

  // Adds the routes and the error handler. The object must outlive the server.
  void add_routes(http::Server& server);

 private:
  struct FirstFault {
    HecCode code = HecCode::kSuccess;
    std::size_t number = 0;
  };

  http::Response event(const http::Request& request);
  http::Response raw(const http::Request& request);
  http::Response health(const http::Request& request) const;
  http::Response ack(const http::Request& request);
  // The code to refuse the request's token with.
  std::optional<HecCode> refusal(const http::Request& request) const;
  // Shutting down, not let in, a channel that is none or missing; else what `serve` answers.
  http::Response admitted(const http::Request& request, const std::function<http::Response()>& serve) const;

  http::Response reply_to(const http::Request& request, Delivery::Outcome outcome, const FirstFault& fault);

  IngestContext& context_;
  HecAcks acks_;
};

}  // namespace rw::ingest
