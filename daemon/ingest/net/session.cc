#include "daemon/ingest/net/session.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "daemon/core/endpoint.h"
#include "daemon/ingest/net/sessions.h"
#include "daemon/ingest/net/socket.h"

namespace rw::ingest {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

// What a connection may still deliver when the drain timeout is over: its receive buffer, as far as the kernel lets it
// grow (tcp_rmem), and not what an unstoppable sender adds meanwhile.
constexpr std::size_t kMaxLastReads = 512;

}  // namespace

Session::Session(Sessions& sessions, SyslogListener& listener, Stream stream)
    : sessions_(sessions),
      thread_(sessions.thread()),
      listener_(listener),
      stream_(std::move(stream)),
      last_read_(std::chrono::steady_clock::now()) {
  error_code error;
  const tcp::endpoint peer = stream_.socket().remote_endpoint(error);
  peer_ = error ? "unknown" : core::format_endpoint(endpoint_of(peer));
}

Origin Session::origin() const { return {thread_.now(), input_name(listener_.listen), peer_, listener_.zone}; }

void Session::start() {
  if (stream_.is_tls()) {
    handshake_timer_ = std::make_unique<boost::asio::steady_timer>(thread_.context());
    handshake_timer_->expires_after(sessions_.options().handshake_timeout);
    handshake_timer_->async_wait([self = shared_from_this()](const error_code& error) {
      if (!error && self->handshake_timer_) self->refuse("it was not finished in time");
    });
  }
  wait(tcp::socket::wait_read);
}

// Only waits for readiness: so that an idle connection needs no buffer.
void Session::wait(tcp::socket::wait_type what) {
  stream_.socket().async_wait(what, [self = shared_from_this()](const error_code& error) {
    if (!error) self->ready();
  });
}

void Session::ready() {
  if (closed_) return;
  if (handshake_timer_) {
    shake_hands();
  } else {
    go_on_reading();
  }
}

void Session::shake_hands() {
  std::size_t received = 0;
  if (std::exchange(first_bytes_, false) &&
      stream_.begins_in_plain_text(thread_.read_buffer(), IoThread::kReadBytes, received)) {
    thread_.counters().add(core::Counter::kTlsPlainText);
    // While the store takes nothing the batch must not grow with each that comes.
    if (!thread_.blocked()) {
      thread_.reject({thread_.read_buffer(), received},
                     "plain text where TLS is expected; the connection was closed: let the sender use TLS, or a "
                     "listener without TLS",
                     origin());
    }
    refuse("the sender does not speak TLS: it sent plain text");
    return;
  }
  switch (stream_.handshake()) {
    case Stream::State::kWantRead:
      return wait(tcp::socket::wait_read);
    case Stream::State::kWantWrite:
      return wait(tcp::socket::wait_write);
    case Stream::State::kDone:
      break;
    default:
      return refuse(stream_.reason());
  }
  handshake_timer_.reset();
  last_read_ = std::chrono::steady_clock::now();
  wait(tcp::socket::wait_read);
  if (stopping_) stop();
}

void Session::refuse(const std::string& reason) {
  thread_.counters().add(core::Counter::kTlsHandshakeFailures);
  if (listener_.handshake_warning.due()) {
    spdlog::warn("{}: TLS handshake with {} failed: {}", input_name(listener_.listen), peer_, reason);
  }
  close();
}

void Session::go_on_reading() {
  if (ready_to_read() && !thread_.blocked() && read_once() == Read::kEnd) return;
  // Asked again: what was read may have changed both answers.
  if (!ready_to_read()) {
    waits_for_session_ = true;
    return;
  }
  if (!thread_.blocked()) {
    wait(waits_for_);
    return;
  }
  waits_for_room_ = true;
  thread_.when_room([self = shared_from_this()] {
    self->waits_for_room_ = false;
    self->last_read_ = std::chrono::steady_clock::now();
    self->ready();
  });
}

void Session::resume() {
  if (closed_ || !std::exchange(waits_for_session_, false)) return;
  last_read_ = std::chrono::steady_clock::now();
  go_on_reading();
}

Session::Read Session::read_once() {
  // A TLS record is smaller than the buffer and OpenSSL reads none ahead: what it has not given us is in the socket.
  const auto [state, bytes] = stream_.read(thread_.read_buffer(), IoThread::kReadBytes);
  waits_for_ = state == Stream::State::kWantWrite ? tcp::socket::wait_write : tcp::socket::wait_read;
  if (state == Stream::State::kWantRead || state == Stream::State::kWantWrite) return Read::kNothing;
  if (state != Stream::State::kDone) {
    take_rest(state == Stream::State::kEnd);
    close();
    return Read::kEnd;
  }
  last_read_ = std::chrono::steady_clock::now();
  thread_.counters().add(core::Counter::kSyslogBytes, bytes);
  const bool good = take({thread_.read_buffer(), bytes});
  if (closed_) return Read::kEnd;
  if (!good) {
    close();
    return Read::kEnd;
  }
  note_held();
  sessions_.keep_within_limit();  // this one may be it
  return closed_ ? Read::kEnd : Read::kSome;
}

void Session::note_held() {
  const std::size_t now = closed_ ? 0 : unfinished_bytes();
  sessions_.held_changed(held_bytes_, now);
  held_bytes_ = now;
}

void Session::close_to_make_room(const std::string& reason) {
  thread_.counters().add(core::Counter::kSyslogPendingClosed);
  if (!pending().empty()) thread_.reject(pending(), reason, origin());
  close();
}

void Session::begin_stop() {
  if (closed_) return;
  stopping_ = true;
  // A sender in the middle of the handshake may have written its messages behind it.
  if (!handshake_timer_) stop();
}

void Session::close_now() {
  if (closed_) return;
  for (std::size_t i = 0; i < kMaxLastReads && !handshake_timer_ && ready_to_read() && !thread_.blocked(); ++i) {
    const Read read = read_once();
    if (read == Read::kEnd) return;
    if (read == Read::kNothing) break;
  }
  take_rest(false);
  close();
}

bool Session::idle_since(std::chrono::steady_clock::time_point limit) const {
  return !waits_for_room_ && !waits_for_session_ && last_read_ <= limit;
}

void Session::close_idle() {
  if (closed_) return;
  take_rest(false);
  close();
}

void Session::close() {
  if (closed_) return;
  closed_ = true;
  note_held();
  handshake_timer_.reset();
  stream_.close();
  sessions_.ended(shared_from_this());
}

}  // namespace rw::ingest
