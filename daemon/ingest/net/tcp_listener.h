// Accepts TCP connections and hands them to the I/O threads in turn. On the thread of the context given to open().
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <memory>
#include <vector>

#include "daemon/core/counters.h"
#include "daemon/core/endpoint.h"
#include "daemon/core/log.h"
#include "daemon/core/result.h"
#include "daemon/ingest/net/tcp_session.h"

namespace rw::ingest {

class TcpListener {
 public:
  struct Options {
    core::Endpoint listen;
    std::size_t max_connections = 0;  // over all listeners that share open_connections
  };

  // Binds and listens. `targets` and the counters outlive it. Errors: InvalidInput, Io.
  static core::Result<std::unique_ptr<TcpListener>> open(boost::asio::io_context& context, const Options& options,
                                                         const std::vector<std::unique_ptr<TcpSessions>>& targets,
                                                         std::atomic<std::size_t>& open_connections,
                                                         core::Counters& counters);

  core::Endpoint bound() const;
  void start();
  // Takes the connections that wait in the kernel's queue (their senders believe them open) and closes.
  void stop();

 private:
  TcpListener(boost::asio::io_context& context, const Options& options,
              const std::vector<std::unique_ptr<TcpSessions>>& targets, std::atomic<std::size_t>& open_connections,
              core::Counters& counters);
  core::Result<void> bind();
  TcpSessions& next_target();
  void accept();
  void hand_over(boost::asio::ip::tcp::socket socket, TcpSessions& target);
  void back_off(const boost::system::error_code& error);

  const Options options_;
  const std::vector<std::unique_ptr<TcpSessions>>& targets_;
  std::atomic<std::size_t>& open_connections_;
  core::Counters& counters_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer back_off_timer_;
  std::size_t accepted_ = 0;
  core::OncePerMinute warning_;
};

}  // namespace rw::ingest
