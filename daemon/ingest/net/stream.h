// The byte stream of one connection: TCP, or TLS on it. Nothing here waits: what cannot go on says for what it waits.
// OpenSSL reads from and writes to the socket itself. asio::ssl::stream would hold 68 KiB of buffers for each
// connection, and an idle one shall be cheap. On the connection's I/O thread.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <string>
#include <string_view>

#include "daemon/core/result.h"
#include "daemon/tls/context.h"

namespace rw::ingest {

class Stream {
 public:
  enum class State {
    kDone,
    kWantRead,   // nothing to do until the socket is readable
    kWantWrite,  // until it is writable
    kEnd,        // the peer has closed
    kFailed,     // the connection is broken
  };
  struct Moved {
    State state = State::kDone;
    std::size_t bytes = 0;  // with kDone; at least one
  };

  // ssl: from a tls::Context that outlives the stream; null: plain TCP. Makes the socket non-blocking.
  Stream(boost::asio::ip::tcp::socket socket, tls::Ssl ssl);

  bool is_tls() const { return ssl_ != nullptr; }
  boost::asio::ip::tcp::socket& socket() { return socket_; }

  // TLS only. Call until kDone. Errors in kFailed's reason().
  State handshake();
  // The first byte to come does not begin a TLS handshake. Before the first handshake() only; the bytes stay.
  bool begins_in_plain_text(char* buffer, std::size_t size, std::size_t& received);
  // Why handshake() failed.
  const std::string& reason() const { return reason_; }

  Moved read(char* buffer, std::size_t size);
  Moved write(std::string_view bytes);

  // Nothing will be written any more; it can still be read from. The peer is told by the end of TCP, over TLS too:
  // rsyslog (omfwd, both TLS drivers, 8.2302) asks its socket for an end before it writes, and a close_notify that
  // waits there unread hides it, so that it would go on writing until the connection breaks, and lose that. There is
  // nothing of ours that could be cut off.
  void half_close();
  // Over TLS with close_notify, where half_close() was not called.
  void close();

 private:
  // call: one of OpenSSL's, which gives more than 0 when it is done: how much it moved.
  template <class Call>
  Moved attempt(Call call);
  State outcome(int result);

  boost::asio::ip::tcp::socket socket_;
  tls::Ssl ssl_;
  std::string reason_;
};

}  // namespace rw::ingest
