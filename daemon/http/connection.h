// One client's connection, plain or TLS, as cpp-httplib reads and writes it. Until the head of a request (request line
// and header fields) is whole nothing blocks: advance() takes what has come, and the connection waits where waiting is
// cheap. From then on read() and write() block, within limits. Used by one thread at a time.
//
// What cpp-httplib 0.11 does not limit is limited here: the length of the head, the number of its fields, the time for
// the head, bytes without content between the chunks of a body, and a body that trickles: it may take the read timeout,
// and a second more for each KiB that came, but not above ten minutes, so that what it holds becomes free.
#pragma once

#include <httplib.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/core/counters.h"
#include "daemon/core/endpoint.h"
#include "daemon/http/socket.h"
#include "daemon/tls/context.h"

namespace rw::http {

using SteadyTime = std::chrono::steady_clock::time_point;

// Shared by all connections of a server; constant but for the atomics.
struct ConnectionLimits {
  std::chrono::seconds read_timeout;
  std::chrono::seconds keep_alive_timeout;
  // When the server stops, what is still being read is given up at this time (steady clock ticks; 0: it goes on).
  std::atomic<SteadyTime::rep> stop_reading{0};
  core::Counters* counters = nullptr;  // of handshakes that fail
  // What all connections together have received and not served: heads that are not whole, requests sent ahead.
  mutable std::atomic<std::size_t> held_bytes{0};
};

class Connection final : public httplib::Stream {
 public:
  enum class Step {
    kRequest,    // a whole head is there (or a fault(), for which a stand-in head is)
    kNeedRead,   // call again when the socket is readable
    kNeedWrite,  // call again when it is writable
    kClosed,     // the client has gone, or does not speak TLS
  };

  Connection(Descriptor socket, core::Endpoint peer, tls::Ssl ssl, const ConnectionLimits& limits);
  ~Connection() override;

  // Goes on as far as possible without waiting: TLS handshake, reading the next head.
  Step advance();
  int descriptor() const { return socket_.get(); }
  // Nothing of a request has come.
  bool idle() const { return buffer_.empty(); }
  // Its part of ConnectionLimits::held_bytes.
  std::size_t held_bytes() const { return held_bytes_; }
  // The latest time for the next head.
  SteadyTime deadline() const { return deadline_; }
  // What happens then. True: the client stopped in the middle of a head and is to be told so (408). False: it was idle
  // and is let go without a word.
  bool expire();

  // Why no request can be read, as an HTTP status: 408, 431; 0: it can.
  int fault() const { return fault_; }
  bool timed_out() const { return timed_out_; }
  const core::Endpoint& peer() const { return peer_; }

  // The body begins: limits count from here.
  void begin_body();
  // Content was taken from it.
  void content_taken(std::size_t bytes);
  // Writes what write() has collected. False: the client does not take it.
  bool flush();
  // Writes that and these bytes, a piece of a body. False: the client does not take them; it has the read timeout for
  // all of them, so that it cannot take one byte at a time for ever.
  bool send_all(std::string_view bytes);
  // Waits. False: the client has gone (or ended its side), or `stopping` has become true.
  bool wait_while_open(std::chrono::milliseconds time, const std::atomic<bool>& stopping) const;
  // The reply is out and the connection can take the next request.
  void begin_next();
  // Ends it so that the client can still read the reply, though it may be sending. Waits a second at most.
  void linger();

  // httplib::Stream
  bool is_readable() const override { return true; }
  bool is_writable() const override { return !broken_; }
  ssize_t read(char* out, std::size_t size) override;
  ssize_t write(const char* bytes, std::size_t size) override;
  void get_remote_ip_and_port(std::string& ip, int& port) const override;
  void get_local_ip_and_port(std::string& ip, int& port) const override;
  socket_t socket() const override { return socket_.get(); }

 private:
  enum class Io { kDone, kWantRead, kWantWrite, kEnd };

  Io receive();  // appends to buffer_
  Io send(std::string_view bytes, std::size_t& sent);
  Io tls_outcome(int result) const;
  void report_failed_handshake(int result) const;
  Step go_on();
  void note_held(std::size_t bytes);
  bool head_is_whole();
  void stand_in(int status);
  bool wait(Io io, SteadyTime until) const;
  bool flush_within(std::optional<SteadyTime> deadline);
  SteadyTime body_deadline() const;
  std::size_t unread() const { return buffer_.size() - read_; }

  const Descriptor socket_;
  const core::Endpoint peer_;
  const tls::Ssl ssl_;
  const ConnectionLimits& limits_;

  bool ready_for_http_ = false;  // the TLS handshake, if any, is done
  bool broken_ = false;
  bool timed_out_ = false;
  int fault_ = 0;
  SteadyTime deadline_;
  std::size_t held_bytes_ = 0;
  std::string buffer_;        // received, or the head prepared for cpp-httplib
  std::size_t read_ = 0;      // of buffer_, by read()
  std::size_t searched_ = 0;  // of buffer_, for the end of the head
  std::string out_;           // written, not sent

  SteadyTime body_start_;
  std::uint64_t body_bytes_ = 0;
  std::size_t without_content_ = 0;  // bytes read since content was taken
};

}  // namespace rw::http
