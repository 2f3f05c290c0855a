#include "daemon/http/connection_pool.h"

#include <poll.h>
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

namespace rw::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kLongestPoll{1000};
constexpr milliseconds kAcceptPause{100};  // when the system is out of descriptors or memory

}  // namespace

ConnectionPool::ConnectionPool(Descriptor listener, Descriptor wake, const tls::Context* tls,
                               const ConnectionLimits& limits, Options options, Serve serve)
    : tls_(tls),
      limits_(limits),
      options_(options),
      serve_(std::move(serve)),
      listener_(std::move(listener)),
      wake_(std::move(wake)) {}

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
  std::vector<Parked> parked;
  std::vector<pollfd> polled;
  bool accepting = true;
  while (true) {
    {
      core::Lock lock(mutex_);
      if (stopping_) break;
      for (Parked& connection : returned_) parked.push_back(std::move(connection));
      returned_.clear();
    }
    polled.clear();
    polled.push_back({wake_.get(), POLLIN, 0});
    polled.push_back({accepting ? listener_.get() : -1, POLLIN, 0});
    const auto now = steady_clock::now();
    auto until = now + (accepting ? kLongestPoll : kAcceptPause);
    for (const Parked& one : parked) {
      polled.push_back({one.connection->descriptor(), static_cast<short>(one.wants_write ? POLLOUT : POLLIN), 0});
      until = std::min(until, one.connection->deadline());
    }
    const auto left = std::max(std::chrono::ceil<milliseconds>(until - now), milliseconds(0));
    if (poll(polled.data(), polled.size(), static_cast<int>(left.count())) < 0 && errno != EINTR) {
      spdlog::error("poll: {}", std::strerror(errno));
      std::this_thread::sleep_for(kAcceptPause);
      continue;
    }
    accepting = true;

    if (polled[0].revents != 0) {
      std::uint64_t count = 0;
      while (read(wake_.get(), &count, sizeof count) > 0) continue;
    }
    const auto after = steady_clock::now();
    std::size_t kept = 0;
    for (std::size_t i = 0; i < parked.size(); ++i) {
      Connection& connection = *parked[i].connection;
      if (polled[i + 2].revents != 0) {
        hand_to_worker(std::move(parked[i].connection));
      } else if (connection.deadline() <= after) {
        if (connection.expire()) {
          hand_to_worker(std::move(parked[i].connection));
        } else {
          parked[i].connection.reset();
          --connections_;
        }
      } else {
        if (kept != i) parked[kept] = std::move(parked[i]);
        ++kept;
      }
    }
    parked.resize(kept);

    if (polled[1].revents != 0) {
      accepting = (connections_ < options_.max_connections || make_room(parked)) && accept_waiting(parked);
    }
  }
  listener_ = Descriptor();  // from here on clients are refused instead of waiting in vain
  connections_ -= parked.size();
}

// Takes what waits, up to the limit. False: the system has no room for more at the moment.
bool ConnectionPool::accept_waiting(std::vector<Parked>& parked) {
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
    parked.push_back({std::make_unique<Connection>(std::move(accepted->socket), std::move(accepted->peer),
                                                   std::move(ssl), limits_)});
  }
  return true;
}

// Lets the connection go that has been idle for longest; when none is idle, the one that is nearest to its deadline.
bool ConnectionPool::make_room(std::vector<Parked>& parked) {
  const auto goes_first = [](const Parked& a, const Parked& b) {
    if (a.connection->idle() != b.connection->idle()) return a.connection->idle();
    return a.connection->deadline() < b.connection->deadline();
  };
  const auto first = std::min_element(parked.begin(), parked.end(), goes_first);
  if (first == parked.end()) return false;
  parked.erase(first);
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

void ConnectionPool::park(Parked parked) {
  {
    core::Lock lock(mutex_);
    returned_.push_back(std::move(parked));
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
      park({std::move(connection), false});
      return;
    case Connection::Step::kNeedWrite:
      park({std::move(connection), true});
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
