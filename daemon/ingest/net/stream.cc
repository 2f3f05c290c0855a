#include "daemon/ingest/net/stream.h"

#include <openssl/err.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <cerrno>
#include <cstring>
#include <limits>
#include <utility>

namespace rw::ingest {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

constexpr char kTlsHandshake = 0x16;  // ContentType of RFC 8446, 5.1
constexpr std::size_t kMaxSslBytes = std::numeric_limits<int>::max();

Stream::State state_of(const error_code& error, Stream::State blocked) {
  if (!error) return Stream::State::kDone;
  if (error == boost::asio::error::would_block || error == boost::asio::error::interrupted) return blocked;
  return error == boost::asio::error::eof ? Stream::State::kEnd : Stream::State::kFailed;
}

}  // namespace

Stream::Stream(tcp::socket socket, tls::Ssl ssl) : socket_(std::move(socket)), ssl_(std::move(ssl)) {
  error_code ignored;
  socket_.non_blocking(true, ignored);
  socket_.set_option(tcp::socket::keep_alive(true), ignored);
  // RELP's answers must not wait for the client's delayed ACK.
  socket_.set_option(tcp::no_delay(true), ignored);
  if (ssl_) SSL_set_fd(ssl_.get(), socket_.native_handle());
}

bool Stream::begins_in_plain_text(char* buffer, std::size_t size, std::size_t& received) {
  const ssize_t peeked = recv(socket_.native_handle(), buffer, size, MSG_PEEK | MSG_DONTWAIT);
  if (peeked <= 0 || buffer[0] == kTlsHandshake) return false;
  received = static_cast<std::size_t>(peeked);
  return true;
}

Stream::State Stream::outcome(int result) {
  const int system_error = errno;
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return State::kWantRead;
    case SSL_ERROR_WANT_WRITE:
      return State::kWantWrite;
    case SSL_ERROR_ZERO_RETURN:
      return State::kEnd;
    case SSL_ERROR_SSL:
      // A sender that ends TCP without close_notify is usual.
      return ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING ? State::kEnd : State::kFailed;
    default:
      reason_ = system_error == 0 ? "the connection was closed" : std::strerror(system_error);
      return State::kFailed;
  }
}

template <class Call>
Stream::Moved Stream::attempt(Call call) {
  // outcome() shall find what this call leaves there, and nothing older.
  ERR_clear_error();
  errno = 0;
  const int result = call();
  if (result > 0) return {State::kDone, static_cast<std::size_t>(result)};
  return {outcome(result), 0};
}

Stream::State Stream::handshake() {
  State state = attempt([this] { return SSL_do_handshake(ssl_.get()); }).state;
  if (state == State::kEnd) {
    reason_ = "the client closed the connection";
    state = State::kFailed;
    tls::handshake_error(ssl_.get());
  } else if (state == State::kFailed && reason_.empty()) {
    reason_ = tls::handshake_error(ssl_.get());
  }
  return state;
}

Stream::Moved Stream::read(char* buffer, std::size_t size) {
  if (!ssl_) {
    error_code error;
    const std::size_t bytes = socket_.read_some(boost::asio::buffer(buffer, size), error);
    return {state_of(error, State::kWantRead), bytes};
  }
  return attempt([&] { return SSL_read(ssl_.get(), buffer, static_cast<int>(std::min(size, kMaxSslBytes))); });
}

Stream::Moved Stream::write(std::string_view bytes) {
  if (!ssl_) {
    error_code error;
    const std::size_t written = socket_.write_some(boost::asio::buffer(bytes.data(), bytes.size()), error);
    return {state_of(error, State::kWantWrite), written};
  }
  return attempt(
      [&] { return SSL_write(ssl_.get(), bytes.data(), static_cast<int>(std::min(bytes.size(), kMaxSslBytes))); });
}

void Stream::half_close() {
  error_code ignored;
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
}

void Stream::close() {
  error_code ignored;
  if (ssl_ && SSL_is_init_finished(ssl_.get())) {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
  }
  socket_.close(ignored);
}

}  // namespace rw::ingest
