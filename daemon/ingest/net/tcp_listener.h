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
#include "daemon/ingest/net/sessions.h"

namespace rw::ingest {

class TcpListener {
 public:
  // Binds and listens. options.max_connections holds over all listeners that share open_connections. All arguments
  // outlive it. Errors: InvalidInput, Io.
  static core::Result<std::unique_ptr<TcpListener>> open(boost::asio::io_context& context, SyslogListener& listener,
                                                         const SyslogOptions& options,
                                                         const std::vector<std::unique_ptr<Sessions>>& targets,
                                                         std::atomic<std::size_t>& open_connections,
                                                         core::Counters& counters);

  core::Endpoint bound() const;
  void start();
  // Takes the connections that wait in the kernel's queue (their senders believe them open) and closes.
  void stop();

 private:
  TcpListener(boost::asio::io_context& context, SyslogListener& listener, const SyslogOptions& options,
              const std::vector<std::unique_ptr<Sessions>>& targets, std::atomic<std::size_t>& open_connections,
              core::Counters& counters);
  core::Result<void> bind();
  Sessions& next_target();
  void accept();
  void hand_over(boost::asio::ip::tcp::socket socket, Sessions& target);
  void back_off(const boost::system::error_code& error);

  SyslogListener& listener_;
  const SyslogOptions& options_;
  const std::vector<std::unique_ptr<Sessions>>& targets_;
  std::atomic<std::size_t>& open_connections_;
  core::Counters& counters_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer back_off_timer_;
  std::size_t accepted_ = 0;
  core::OncePerMinute warning_;
};

}  // namespace rw::ingest
