// One TCP syslog connection, and the connections of one I/O thread. Nothing is ever written to a peer (RFC 6587 is one
// way, and some senders close when they get a byte). All on the I/O thread, except where said.
#pragma once

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <unordered_set>

#include "daemon/ingest/framing/syslog_stream.h"
#include "daemon/ingest/net/io_thread.h"

namespace rw::ingest {

class TcpSessions;

class TcpSession : public std::enable_shared_from_this<TcpSession> {
 public:
  TcpSession(TcpSessions& sessions, boost::asio::ip::tcp::socket socket, std::size_t max_message_bytes);

  void start();
  // Tells the sender that we are leaving; what it sends until it closes is read.
  void half_close();
  // Reads what has arrived already, and ends.
  void close_now();
  // Nothing has come since then, and it was not we who did not read.
  bool idle_since(std::chrono::steady_clock::time_point limit) const;
  void close_idle();

 private:
  enum class Read { kSome, kNothing, kEnd };

  void wait();
  void readable();
  Read read_once();
  // False: the stream cannot be cut any more.
  bool take_messages(const Origin& origin);
  // clean: the sender has closed; otherwise the connection broke off.
  void take_rest(bool clean);
  void close();
  Origin origin() const;

  TcpSessions& sessions_;
  IoThread& thread_;
  boost::asio::ip::tcp::socket socket_;
  SyslogStream stream_;
  std::string peer_;
  std::chrono::steady_clock::time_point last_read_;
  bool waits_for_room_ = false;
  bool closed_ = false;
};

class TcpSessions {
 public:
  // open_connections counts over all threads; it was raised for a connection before add().
  TcpSessions(IoThread& thread, const SyslogOptions& options, std::atomic<std::size_t>& open_connections);

  IoThread& thread() { return thread_; }

  void add(boost::asio::ip::tcp::socket socket);
  // Half-closes all and calls `done` when the last has ended, at the latest after options.drain_timeout.
  void drain(std::function<void()> done);

  void ended(const std::shared_ptr<TcpSession>& session);

 private:
  void sweep_idle();
  void check_drained();

  IoThread& thread_;
  const SyslogOptions& options_;
  std::atomic<std::size_t>& open_connections_;
  std::unordered_set<std::shared_ptr<TcpSession>> sessions_;
  boost::asio::steady_timer idle_timer_;
  bool sweeping_ = false;
  boost::asio::steady_timer drain_timer_;
  std::function<void()> drained_;  // set: draining
};

}  // namespace rw::ingest
