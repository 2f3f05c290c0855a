// Elasticsearch, as far as shippers need it (Beats, Logstash, Vector, Fluent Bit, omelasticsearch, the client
// libraries): _bulk, and the questions they ask before they send. Every item that is told a success is committed.
//  * A document that is no event, update and delete: that item is 400 (clients drop it) and it is kept in `rejected`.
//  * Events of a kind that is not stored: successes.
//  * Busy: 503 for the whole request, never 429: omelasticsearch drops on 429.
//  * A body that cannot be taken apart: 400, nothing of it is stored.
// Thread-safe: one object serves all threads of a server.
#pragma once

#include <functional>
#include <string_view>

#include "daemon/http/server.h"
#include "daemon/ingest/http/ingest_context.h"

namespace rw::ingest {

class Elastic {
 public:
  explicit Elastic(IngestContext& context) : context_(context) {}

  // Adds the routes and the error handler. The object must outlive the server.
  void add_routes(http::Server& server);

  // A path of _bulk, whose errors are Elasticsearch's too.
  static bool is_bulk(std::string_view path) { return path.ends_with("/_bulk"); }
  // For what the HTTP server itself has to answer.
  static http::Response error(int status);

 private:
  http::Response bulk(const http::Request& request);
  // Shutting down, not let in; else what `serve` answers.
  http::Response admitted(const http::Request& request, const std::function<http::Response()>& serve) const;

  IngestContext& context_;
};

}  // namespace rw::ingest
