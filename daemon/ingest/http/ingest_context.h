// What the ingest endpoints of one HTTP listener share.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/core/counters.h"
#include "daemon/core/current.h"
#include "daemon/core/time.h"
#include "daemon/http/server.h"
#include "daemon/ingest/http/authorization.h"
#include "daemon/ingest/http/delivery.h"
#include "daemon/ingest/normalize/key_deletions.h"
#include "daemon/ingest/pipeline.h"
#include "storage/writer.h"

namespace rw::ingest {

struct HttpInputOptions {
  std::vector<std::string> tokens = {};  // these open the input
  TokenCheck is_stored_token = {};       // and those it says; without it and without tokens every request is let in
  bool query_token = false;              // ?token= is let in too (NXLog CE cannot send headers)
  bool acknowledgements = false;         // HEC: channels are demanded, replies carry an ackId
  std::chrono::milliseconds commit_timeout{30'000};  // then the client is told to send again
  core::TimeZone zone = {};                          // of times that come without one
};

// "192.0.2.1:5044" → "192.0.2.1", "[::1]:5044" → "::1"
inline std::string_view address_of(std::string_view peer) {
  std::string_view host = peer.substr(0, peer.rfind(':'));
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return host;
}

struct IngestContext {
  IngestContext(HttpInputOptions given, storage::Writer& to, core::Counters& counted, const core::Clock& time)
      : options(std::move(given)),
        tokens(std::make_shared<const std::vector<std::string>>(options.tokens)),
        writer(to),
        counters(counted),
        clock(time) {}

  Access access(const http::Request& request) const {
    return check_access(request, *tokens.get(), options.query_token, options.is_stored_token);
  }
  Delivery delivery() { return {writer, counters, key_deletions, options.commit_timeout}; }
  // What is known of a request's messages. `input` as `rejected` names it. The request must outlive it.
  MessageContext message(const http::Request& request, std::string_view input) const {
    return {.received = clock.now(), .input = input, .peer = address_of(request.peer), .zone = &options.zone};
  }

  const HttpInputOptions options;
  core::Current<std::vector<std::string>> tokens;  // in place of those in options
  storage::Writer& writer;
  core::Counters& counters;
  const core::Clock& clock;
  KeyDeletions key_deletions;
  std::atomic<bool> shutting_down{false};
};

}  // namespace rw::ingest
