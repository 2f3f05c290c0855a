// Accepts connections and gives each request a thread for as long as it is being served, no longer. A connection that
// waits (for its first byte, for the rest of a head, between two requests) is watched by one epoll and costs no
// thread: thousands of idle keep-alive connections or clients that send a byte a minute keep nobody out.
//
// cpp-httplib's own loop binds a thread to a connection until it closes, which would let N idle clients starve the
// rest.
#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "daemon/core/mutex.h"
#include "daemon/http/connection.h"
#include "daemon/http/parked_connections.h"

namespace rw::http {

class ConnectionPool {
 public:
  struct Options {
    std::size_t max_workers = 72;        // threads are made as needed, up to this many
    std::size_t max_connections = 8192;  // then the one that is idle longest makes room; else the new one waits
    // What is received and not served may hold this much in all connections; then the one that waits and holds most is
    // closed, and those that send ahead are.
    std::size_t max_held_bytes = 0;
  };
  // Serves the request that has come. True: the connection may be used again. Called on any worker.
  using Serve = std::function<bool(Connection&)>;

  // wake: from make_wake_event(), poller: from make_poller(). tls: null for plain. limits and what tls points to
  // outlive the pool.
  ConnectionPool(Descriptor listener, Descriptor wake, Descriptor poller, const tls::Context* tls,
                 const ConnectionLimits& limits, Options options, Serve serve);
  ~ConnectionPool();
  ConnectionPool(const ConnectionPool&) = delete;
  ConnectionPool& operator=(const ConnectionPool&) = delete;

  void start();
  // Closes what is idle at once, lets the workers finish, joins. Idempotent; not from a worker.
  void stop();

 private:
  struct Returned {
    ConnectionPtr connection;
    bool wants_write = false;
  };

  void watch();
  void park_returned(ParkedConnections& parked);
  void end_expired(ParkedConnections& parked);
  bool accept_waiting(ParkedConnections& parked);
  bool make_room(ParkedConnections& parked);
  void park_in(ParkedConnections& parked, ConnectionPtr connection, bool wants_write);
  bool over_limit() const { return limits_.held_bytes.load(std::memory_order_relaxed) > options_.max_held_bytes; }
  void make_room_for_others(ParkedConnections& parked);
  void close_for_room(ConnectionPtr connection);
  void hand_to_worker(ConnectionPtr connection);
  void give_back(Returned returned);
  bool stopping();
  void wake();
  void work();
  void serve_connection(ConnectionPtr connection);

  const tls::Context* const tls_;
  const ConnectionLimits& limits_;
  const Options options_;
  const Serve serve_;
  Descriptor listener_;
  Descriptor wake_;
  Descriptor poller_;  // until the watching thread takes it
  std::atomic<std::size_t> connections_{0};

  core::Mutex mutex_;
  core::CondVar ready_changed_;
  std::deque<ConnectionPtr> ready_ RW_GUARDED_BY(mutex_);  // something is to be done
  std::vector<Returned> returned_ RW_GUARDED_BY(mutex_);   // from workers to the watching thread
  std::size_t waiting_workers_ RW_GUARDED_BY(mutex_) = 0;
  bool stopping_ RW_GUARDED_BY(mutex_) = false;
  std::vector<std::jthread> workers_ RW_GUARDED_BY(mutex_);
  std::jthread watcher_;
};

}  // namespace rw::http
