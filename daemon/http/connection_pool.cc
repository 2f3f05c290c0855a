#include "daemon/http/connection_pool.h"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <exception>
#include <optional>
#include <system_error>
#include <utility>

#include "daemon/core/log.h"
#include "daemon/core/units.h"

namespace rw::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kLongestWait{1000};
constexpr milliseconds kAcceptPause{100};  // when the system is out of descriptors or memory

}  // namespace

ConnectionPool::ConnectionPool(Descriptor listener, Descriptor wake, Descriptor poller, const tls::Context* tls,
                               const ConnectionLimits& limits, Options options, Serve serve)
    : tls_(tls),
      limits_(limits),
      options_(options),
      serve_(std::move(serve)),
      listener_(std::move(listener)),
      wake_(std::move(wake)),
      poller_(std::move(poller)) {}

ConnectionPool::~ConnectionPool() { stop(); }

void ConnectionPool::start() {
  RW_ASSERT(!watcher_.joinable());
  watcher_ = std::jthread([this] { watch(); });
}

void ConnectionPool::stop() {
  {
    core::Lock lock(mutex_);
    stopping_ = true;
  }
  ready_changed_.notify_all();
  wake();
  if (watcher_.joinable()) watcher_.join();
  // No worker is added any more: only the watcher does that.
  std::vector<std::jthread> workers;
  {
    core::Lock lock(mutex_);
    workers.swap(workers_);
  }
  workers.clear();
  core::Lock lock(mutex_);
  ready_.clear();
  returned_.clear();
}

void ConnectionPool::wake() {
  const std::uint64_t one = 1;
  // EAGAIN means the counter is full: awake it is.
  if (write(wake_.get(), &one, sizeof one) < 0 && errno != EAGAIN) spdlog::error("eventfd: {}", std::strerror(errno));
}

void ConnectionPool::watch() {
  ParkedConnections parked(std::move(poller_), listener_, wake_);
  bool accepting = true;
  while (!stopping()) {
    park_returned(parked);
    const auto until = steady_clock::now() + (accepting ? kLongestWait : kAcceptPause);
    ParkedConnections::Woken woken = parked.wait(accepting, until);
    accepting = true;
    for (ConnectionPtr& connection : woken.connections) hand_to_worker(std::move(connection));
    end_expired(parked);
    if (woken.can_accept) {
      accepting = (connections_ < options_.max_connections || make_room(parked)) && accept_waiting(parked);
    }
  }
  listener_ = Descriptor();  // from here on clients are refused instead of waiting in vain
  connections_ -= parked.size();
}

bool ConnectionPool::stopping() {
  core::Lock lock(mutex_);
  return stopping_;
}

void ConnectionPool::park_returned(ParkedConnections& parked) {
  std::vector<Returned> returned;
  {
    core::Lock lock(mutex_);
    returned.swap(returned_);
  }
  for (Returned& one : returned) park_in(parked, std::move(one.connection), one.wants_write);
}

void ConnectionPool::park_in(ParkedConnections& parked, ConnectionPtr connection, bool wants_write) {
  if (parked.park(std::move(connection), wants_write)) {
    make_room_for_others(parked);
    return;
  }
  --connections_;
  static core::OncePerMinute warning;
  if (warning.due()) spdlog::warn("HTTP: epoll_ctl: {}; a connection was closed", std::strerror(errno));
}

void ConnectionPool::end_expired(ParkedConnections& parked) {
  const auto now = steady_clock::now();
  while (ConnectionPtr connection = parked.take_expired(now)) {
    if (connection->expire()) {
      hand_to_worker(std::move(connection));
    } else {
      --connections_;
    }
  }
}

// Takes what waits, up to the limit. False: the system has no room for more at the moment.
bool ConnectionPool::accept_waiting(ParkedConnections& parked) {
  while (connections_ < options_.max_connections) {
    std::optional<Accepted> accepted = accept_from(listener_);
    if (!accepted) {
      const int error = errno;
      if (error == EINTR || error == ECONNABORTED) continue;
      if (error == EAGAIN) return true;
      static core::OncePerMinute warning;
      if (warning.due()) {
        spdlog::warn("HTTP: accept: {} ({} connections open){}", std::strerror(error), connections_.load(),
                     error == EMFILE ? "; raise LimitNOFILE= in the systemd unit" : "");
      }
      return make_room(parked);
    }
    tls::Ssl ssl;
    if (tls_ != nullptr) {
      ssl = tls_->new_connection();
      if (!ssl) {
        spdlog::error("HTTP: no memory for a TLS connection");
        return false;
      }
    }
    ++connections_;
    park_in(
        parked,
        std::make_unique<Connection>(std::move(accepted->socket), std::move(accepted->peer), std::move(ssl), limits_),
        false);
  }
  return true;
}

void ConnectionPool::make_room_for_others(ParkedConnections& parked) {
  while (over_limit()) {
    // One with less than the average is not to blame: those with more are with the workers, and come back.
    ConnectionPtr largest = parked.take_largest(options_.max_held_bytes / std::max<std::size_t>(connections_, 1));
    if (!largest) return;
    close_for_room(std::move(largest));
  }
}

void ConnectionPool::close_for_room(ConnectionPtr connection) {
  if (limits_.counters != nullptr) limits_.counters->add(core::Counter::kHttpHeadsClosed);
  static core::OncePerMinute warning;
  if (warning.due()) {
    spdlog::warn("HTTP: unfinished requests hold more than {}; the connection of {} was closed, with {} bytes of them",
                 core::format_size(options_.max_held_bytes), core::format_endpoint(connection->peer()),
                 connection->held_bytes());
  }
  connection.reset();
  --connections_;
}

bool ConnectionPool::make_room(ParkedConnections& parked) {
  if (!parked.take_least_needed()) return false;
  --connections_;
  return true;
}

void ConnectionPool::hand_to_worker(ConnectionPtr connection) {
  {
    core::Lock lock(mutex_);
    ready_.push_back(std::move(connection));
    if (ready_.size() > waiting_workers_ && workers_.size() < options_.max_workers) {
      try {
        workers_.emplace_back([this] { work(); });
      } catch (const std::system_error& error) {  // the system's limit of threads: those that are there must do
        static core::OncePerMinute warning;
        if (warning.due()) spdlog::warn("HTTP: no thread more than {}: {}", workers_.size(), error.what());
      }
    }
  }
  ready_changed_.notify_one();
}

void ConnectionPool::give_back(Returned returned) {
  {
    core::Lock lock(mutex_);
    returned_.push_back(std::move(returned));
  }
  wake();
}

void ConnectionPool::work() {
  while (true) {
    ConnectionPtr connection;
    {
      core::Lock lock(mutex_);
      ++waiting_workers_;
      while (ready_.empty() && !stopping_) ready_changed_.wait(mutex_);
      --waiting_workers_;
      if (ready_.empty()) return;
      connection = std::move(ready_.front());
      ready_.pop_front();
    }
    try {
      serve_connection(std::move(connection));
    } catch (const std::exception& error) {  // out of memory, most likely: this connection pays, the server goes on
      spdlog::error("HTTP: a connection was dropped: {}", error.what());
      --connections_;
    }
  }
}

void ConnectionPool::serve_connection(ConnectionPtr connection) {
  switch (connection->advance()) {
    case Connection::Step::kClosed:
      connection.reset();
      --connections_;
      return;
    case Connection::Step::kNeedRead:
      give_back({std::move(connection), false});
      return;
    case Connection::Step::kNeedWrite:
      give_back({std::move(connection), true});
      return;
    case Connection::Step::kRequest:
      break;
  }
  const bool keep = serve_(*connection);
  if (!connection->flush() || !keep) {
    connection->linger();
    connection.reset();
    --connections_;
    return;
  }
  connection->begin_next();
  if (!connection->idle() && over_limit()) {
    close_for_room(std::move(connection));
    return;
  }
  bool stopping = false;
  {
    core::Lock lock(mutex_);
    stopping = stopping_;
    // Behind those that wait: a client that sends request after request gets its turn, not the thread.
    if (!stopping) ready_.push_back(std::move(connection));
  }
  if (stopping) {
    connection.reset();
    --connections_;
  } else {
    ready_changed_.notify_one();
  }
}

}  // namespace rw::http
