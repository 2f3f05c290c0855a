// The connections of one I/O thread. On that thread.
#pragma once

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <unordered_set>
#include <vector>

#include "daemon/core/log.h"
#include "daemon/ingest/net/session.h"

namespace rw::ingest {

class Sessions {
 public:
  // open_connections counts over all threads; it was raised for a connection before add().
  Sessions(IoThread& thread, const SyslogOptions& options, std::atomic<std::size_t>& open_connections);

  IoThread& thread() { return thread_; }
  const SyslogOptions& options() const { return options_; }

  void add(boost::asio::ip::tcp::socket socket, SyslogListener& listener);
  // Begins to stop all and calls `done` when the last has ended, at the latest after options.drain_timeout.
  void drain(std::function<void()> done);

  void ended(const std::shared_ptr<Session>& session);

  // What a session holds (see Session::held_bytes) has changed.
  void held_changed(std::size_t before, std::size_t now) { held_bytes_ = held_bytes_ - before + now; }
  // When all together hold more than this thread's share of options.max_pending_bytes, closes those that hold most.
  void keep_within_limit() {
    if (held_bytes_ > max_held_bytes_) make_room();
  }

 private:
  void make_room();
  void sweep_idle();
  void check_drained();
  // A copy, since one that ends leaves sessions_.
  std::vector<std::shared_ptr<Session>> all() const { return {sessions_.begin(), sessions_.end()}; }

  IoThread& thread_;
  const SyslogOptions& options_;
  std::atomic<std::size_t>& open_connections_;
  std::unordered_set<std::shared_ptr<Session>> sessions_;
  const std::size_t max_held_bytes_;
  std::size_t held_bytes_ = 0;
  core::OncePerMinute room_warning_;
  boost::asio::steady_timer idle_timer_;
  bool sweeping_ = false;
  boost::asio::steady_timer drain_timer_;
  std::function<void()> drained_;  // set: draining
};

}  // namespace rw::ingest
