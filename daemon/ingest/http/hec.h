// Splunk HTTP Event Collector, as its clients know it (docs.splunk.com "HTTP Event Collector REST API endpoints"):
// /services/collector[/event], /raw, /health, /ack and their /1.0 forms. Every success means: committed to disk.
// Unlike Splunk it goes on after an event that is at fault but well-formed JSON: that one is kept in `rejected`, the
// reply is 400 with its number, and the rest is stored. Acks are off: a client learns the outcome from the reply.
// Thread-safe: one object serves all threads of a server.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "daemon/core/counters.h"
#include "daemon/core/time.h"
#include "daemon/http/server.h"
#include "daemon/ingest/normalize/key_deletions.h"
#include "storage/writer.h"

namespace rw::ingest {

struct HecOptions {
  std::vector<std::string> tokens;                   // empty: every request is let in (loopback listeners only)
  bool query_token = false;                          // ?token= is let in too (NXLog CE cannot send headers)
  std::chrono::milliseconds commit_timeout{30'000};  // then 503 code 9: the client sends again
};

class Hec {
 public:
  Hec(HecOptions options, storage::Writer& writer, core::Counters& counters, const core::Clock& clock);

  // Adds the routes and the error handler. The object must outlive the server.
  void add_routes(http::Server& server);

  // The daemon stops: from now on every request is answered 503 code 23, which clients send again later. Thread-safe.
  void begin_shutdown() { shutting_down_ = true; }

 private:
  http::Response event(const http::Request& request);
  http::Response raw(const http::Request& request);
  http::Response health(const http::Request& request) const;
  http::Response ack(const http::Request& request) const;
  // Shutting down, not let in, a channel that is none; else what `serve` answers.
  http::Response admitted(const http::Request& request, const std::function<http::Response()>& serve) const;

  const HecOptions options_;
  std::atomic<bool> shutting_down_{false};
  storage::Writer& writer_;
  core::Counters& counters_;
  KeyDeletions key_deletions_;
  const core::Clock& clock_;
};

}  // namespace rw::ingest
