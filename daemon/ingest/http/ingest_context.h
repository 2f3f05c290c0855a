// What the ingest endpoints of one HTTP listener share.
#pragma once

#include <atomic>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "daemon/core/counters.h"
#include "daemon/core/time.h"
#include "daemon/ingest/normalize/key_deletions.h"
#include "storage/writer.h"

namespace rw::ingest {

struct HttpInputOptions {
  std::vector<std::string> tokens;                   // empty: every request is let in (loopback listeners only)
  bool query_token = false;                          // ?token= is let in too (NXLog CE cannot send headers)
  std::chrono::milliseconds commit_timeout{30'000};  // then the client is told to send again
  core::TimeZone zone = {};                          // of times that come without one
};

struct IngestContext {
  IngestContext(HttpInputOptions given, storage::Writer& to, core::Counters& counted, const core::Clock& time)
      : options(std::move(given)), writer(to), counters(counted), clock(time) {}

  const HttpInputOptions options;
  storage::Writer& writer;
  core::Counters& counters;
  const core::Clock& clock;
  KeyDeletions key_deletions;
  std::atomic<bool> shutting_down{false};
};

}  // namespace rw::ingest
