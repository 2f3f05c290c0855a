// One HTTP listener's ingest: the endpoints of the protocols that forwarders speak, all behind the same tokens and into
// the same store. Every success a client is told means: committed to disk.
// Thread-safe: one object serves all threads of a server.
#pragma once

#include <string>
#include <vector>

#include "daemon/core/counters.h"
#include "daemon/core/time.h"
#include "daemon/http/server.h"
#include "daemon/ingest/http/elastic.h"
#include "daemon/ingest/http/hec.h"
#include "daemon/ingest/http/ingest_context.h"
#include "daemon/ingest/http/otlp.h"
#include "daemon/ingest/http/plain.h"
#include "daemon/ingest/normalize/key_deletions.h"
#include "storage/writer.h"

namespace rw::ingest {

class HttpInput {
 public:
  HttpInput(HttpInputOptions options, storage::Writer& writer, core::Counters& counters, const core::Clock& clock);

  // Adds the routes and the error handlers. The object must outlive the server.
  void add_routes(http::Server& server);

  // These open the input from now on, in place of HttpInputOptions::tokens. Thread-safe.
  void set_tokens(std::vector<std::string> tokens);

  // The daemon stops: from now on every request is answered so that the client sends again later. Thread-safe.
  void begin_shutdown() { context_.shutting_down = true; }

 private:
  IngestContext context_;
  Hec hec_;
  Elastic elastic_;
  Plain plain_;
  Otlp otlp_;
};

}  // namespace rw::ingest
