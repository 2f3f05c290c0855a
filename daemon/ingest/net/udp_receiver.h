// Syslog datagrams (RFC 5426): one message each. Many are taken with one system call; what the kernel had to drop is
// counted. On the I/O thread.
#pragma once

#include <sys/socket.h>

#include <boost/asio/ip/udp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "daemon/core/endpoint.h"
#include "daemon/core/log.h"
#include "daemon/core/result.h"
#include "daemon/ingest/net/io_thread.h"
#include "daemon/ingest/net/syslog_listener.h"

namespace rw::ingest {

class UdpReceiver {
 public:
  // Binds. All of them outlive it. Errors: InvalidInput, Io.
  static core::Result<std::unique_ptr<UdpReceiver>> open(IoThread& thread, const SyslogListener& listener,
                                                         const SyslogOptions& options);
  ~UdpReceiver();

  core::Endpoint bound() const;
  void start() { wait(); }
  // Takes what has arrived already, and closes.
  void stop();

 private:
  // Datagrams of one system call, with all that recvmmsg wants to be given.
  struct Slots;

  UdpReceiver(IoThread& thread, const SyslogListener& listener, const SyslogOptions& options);
  core::Result<void> bind();
  void wait();
  // Takes at most that many rounds of datagrams.
  void receive(std::size_t max_rounds);
  void take(std::string_view datagram, const sockaddr_storage& peer, core::Micros received);
  void count_kernel_drops();

  IoThread& thread_;
  const SyslogListener& listener_;
  const SyslogOptions& options_;
  boost::asio::ip::udp::socket socket_;
  boost::asio::steady_timer back_off_timer_;
  std::unique_ptr<Slots> slots_;
  std::uint32_t kernel_drops_ = 0;  // the socket's running number
  core::OncePerMinute warning_;
};

}  // namespace rw::ingest
