// What has been added to the store and what has become of the daemon's health, for those who watch: the source of
// GET /api/v1/stream. Nobody is told anything by whoever writes: ids grow, and the store is asked for the highest ones,
// once a second while somebody watches. So what other processes write is seen, too, and a place survives a restart.
// Thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/core/mutex.h"
#include "daemon/core/result.h"
#include "daemon/http/server.h"
#include "daemon/scheduler/health_watch.h"
#include "web/reader_pool.h"

namespace rw::web {

// The highest ids of what is watched. 0: there are none.
struct NewsPlace {
  std::int64_t notable = 0;
  std::int64_t risk_event = 0;
  std::int64_t run = 0;
  std::int64_t change = 0;  // of notables, by people

  friend bool operator==(const NewsPlace&, const NewsPlace&) = default;
};

// "12.34.56.7": the id of an event, and what a client that comes back begins with (Last-Event-ID).
std::string format_place(const NewsPlace& place);
std::optional<NewsPlace> parse_place(std::string_view text);

struct News {
  NewsPlace place;
  std::int64_t changed_notable = 0;  // the one that the newest change is of
  std::uint64_t conditions = 0;      // a number that changes when the conditions of the daemon's health do
};

class NewsDesk {
 public:
  static constexpr std::chrono::seconds kInterval{1};
  // So many may watch: each has a thread.
  static constexpr std::size_t kMostWatchers = 24;

  // Both outlive it. health: may be null.
  NewsDesk(ReaderPool& readers, const scheduler::HealthBoard* health) : readers_(readers), health_(health) {}

  // At most a second old. Errors: those of the store.
  core::Result<News> current();

  // Counts as long as it lives. nullptr: there are as many as may be.
  class Watcher;
  std::shared_ptr<Watcher> watch();

 private:
  core::Result<News> look() RW_REQUIRES(mutex_);

  ReaderPool& readers_;
  const scheduler::HealthBoard* const health_;
  core::Mutex mutex_;
  News latest_ RW_GUARDED_BY(mutex_);
  std::chrono::steady_clock::time_point looked_ RW_GUARDED_BY(mutex_) = {};
  std::vector<std::string> conditions_ RW_GUARDED_BY(mutex_);
  std::atomic<std::size_t> watchers_{0};
};

class NewsDesk::Watcher {
 public:
  explicit Watcher(NewsDesk& desk) : desk_(desk) {}
  ~Watcher();
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

  // What is new since `from` (unset: from now on) as a stream of events (WHATWG HTML 9.2.6), until the client goes, the
  // server stops, the client may watch no longer (asked once a second), or a quarter of an hour is over: then the
  // client comes back and shows again who it is.
  bool send(std::optional<NewsPlace> from, const std::function<bool()>& may_watch, http::BodySink& sink);

 private:
  NewsDesk& desk_;
};

// The events that tell of `now` to somebody who has seen what was at `seen`, and the conditions of that number.
std::string render_news(const NewsPlace& seen, std::uint64_t conditions, const News& now);

}  // namespace rw::web
