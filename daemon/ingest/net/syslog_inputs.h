// Syslog over UDP (RFC 5426), TCP (RFC 6587), TLS (RFC 5425, RFC 9662) and RELP on Boost.Asio. Each I/O thread has its
// own io_context and Pipeline; a connection belongs to one of them for life, so nothing is locked. A batch goes to the
// writer when it is large or has waited max_batch_delay. When the writer's queue is full, TCP connections are not read
// from (the sender waits), UDP messages are dropped and counted. Nothing is ever written to a peer, but RELP's answers,
// which mean: committed to disk. On stop, connections are half-closed and read to their end, because a plain close
// would destroy what the sender has already handed to its kernel.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/core/counters.h"
#include "daemon/core/endpoint.h"
#include "daemon/core/time.h"
#include "daemon/tls/context.h"
#include "storage/writer.h"

namespace rw::ingest {

enum class SyslogProtocol { kUdp, kTcp, kTls, kRelp };

struct SyslogListen {
  SyslogProtocol protocol = SyslogProtocol::kTcp;
  core::Endpoint listen;
  std::optional<tls::Options> tls = {};     // kTls: must be there; kRelp: RELP over TLS
  std::optional<core::TimeZone> zone = {};  // of its senders' RFC 3164 times; else that of SyslogOptions

  friend bool operator==(const SyslogListen&, const SyslogListen&) = default;
};

// As the configuration and messages call it.
inline constexpr std::string_view protocol_name(SyslogProtocol protocol) {
  constexpr std::string_view kNames[] = {"udp", "tcp", "tls", "relp"};
  return kNames[static_cast<std::size_t>(protocol)];
}
// What a message of this listener came by: "syslog/udp", "syslog/tcp", "syslog/tls", "syslog/relp", "syslog/relp+tls".
std::string_view input_name(const SyslogListen& listen);

struct SyslogOptions {
  std::vector<SyslogListen> listens;
  std::size_t max_message_bytes = 256 * 1024;
  std::size_t max_connections = 5000;  // over all listeners but UDP; more are closed at once and counted
  // What the unfinished messages and unwritten answers of all connections together may hold. Beyond it the connection
  // that holds most is closed and counted: so a few that never end cost no others theirs. Each I/O thread has an equal
  // share, at least two messages.
  std::size_t max_pending_bytes = 64 * 1024 * 1024;
  std::size_t threads = 1;  // I/O threads
  std::chrono::milliseconds max_batch_delay{20};
  std::chrono::seconds idle_timeout{0};        // TCP connections without a byte for this long are closed; 0: never
  std::chrono::seconds handshake_timeout{15};  // for TLS
  std::chrono::seconds drain_timeout{5};       // on stop, how long to read on
  std::size_t receive_buffer_bytes = 8 * 1024 * 1024;  // SO_RCVBUF wanted for UDP
  core::TimeZone zone;                                 // of RFC 3164 times

  friend bool operator==(const SyslogOptions&, const SyslogOptions&) = default;
};

class SyslogInputs {
 public:
  // Binds every listener and starts. Errors: Io (port taken, no permission, a certificate that cannot be
  // used; the hint says what to do), InvalidInput (allowed_clients).
  static core::Result<std::unique_ptr<SyslogInputs>> open(SyslogOptions options, storage::Writer& writer,
                                                          core::Counters& counters, const core::Clock& clock);
  ~SyslogInputs();  // stops
  SyslogInputs(const SyslogInputs&) = delete;
  SyslogInputs& operator=(const SyslogInputs&) = delete;

  // The listeners in the order of options.listens, with the ports the system chose.
  const std::vector<SyslogListen>& bound() const;
  std::size_t connections() const;

  // Reads certificates, keys and client_ca again, for connections from now on. An error for each listener that keeps
  // what it has. Thread-safe.
  std::vector<core::Error> reload_certificates();

  // Until when the certificates in use are valid, each with its listener. Thread-safe.
  std::vector<std::pair<SyslogListen, core::Micros>> certificates() const;

  // Stops accepting, drains the connections (see above) and hands everything to the writer. Idempotent.
  void stop();

 private:
  class Impl;
  explicit SyslogInputs(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace rw::ingest
