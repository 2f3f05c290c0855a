// POST /api/v1/ingest (also /ingest): whatever a script or a generic HTTP output sends, recognised by its content: XML
// events, one after another or in <Events>; JSON objects one a line, one after another, or in arrays; else one event a
// line. What is no event is kept in `rejected` and counted in the reply, which is 200 all the same: several clients
// send a refused batch again for ever, and nothing behind it gets through.
//   200 {"received":3,"stored":1,"duplicates":1,"rejected":1}      received: events found, those of no stored kind too
//   400 empty body, 401, 415 (a type that cannot be taken, such as Fluent Bit's default msgpack), 503 busy: {"error":…}
// Thread-safe: one object serves all threads of a server.
#pragma once

#include <string_view>

#include "daemon/http/server.h"
#include "daemon/ingest/http/ingest_context.h"

namespace rw::ingest {

class Plain {
 public:
  explicit Plain(IngestContext& context) : context_(context) {}

  // Adds the routes. The object must outlive the server.
  void add_routes(http::Server& server);

 private:
  http::Response ingest(const http::Request& request);

  IngestContext& context_;
};

// {"error":reason}; 401 and 503 with the headers that belong to them.
http::Response plain_error(int status, std::string_view reason);

}  // namespace rw::ingest
