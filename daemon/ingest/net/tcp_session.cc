#include "daemon/ingest/net/tcp_session.h"

#include <spdlog/spdlog.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "daemon/core/endpoint.h"
#include "daemon/ingest/net/socket.h"

namespace rw::ingest {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

// What a connection may still deliver when the drain timeout is over: its receive buffer, as far as the kernel lets it
// grow (tcp_rmem), and not what an unstoppable sender adds meanwhile.
constexpr std::size_t kMaxLastReads = 512;

}  // namespace

TcpSession::TcpSession(TcpSessions& sessions, tcp::socket socket, std::size_t max_message_bytes)
    : sessions_(sessions),
      thread_(sessions.thread()),
      socket_(std::move(socket)),
      stream_(max_message_bytes),
      last_read_(std::chrono::steady_clock::now()) {
  error_code error;
  const tcp::endpoint peer = socket_.remote_endpoint(error);
  peer_ = error ? "unknown" : core::format_endpoint(endpoint_of(peer));
}

Origin TcpSession::origin() const { return {thread_.now(), "syslog/tcp", peer_}; }

void TcpSession::start() {
  error_code error;
  socket_.non_blocking(true, error);
  socket_.set_option(tcp::socket::keep_alive(true), error);
  wait();
}

// Only waits for readiness: so that an idle connection needs no buffer.
void TcpSession::wait() {
  socket_.async_wait(tcp::socket::wait_read, [self = shared_from_this()](const error_code& error) {
    if (!error) self->readable();
  });
}

void TcpSession::readable() {
  if (closed_) return;
  if (!thread_.blocked()) {
    if (read_once() == Read::kEnd) return;
    if (!thread_.blocked()) {
      wait();
      return;
    }
  }
  waits_for_room_ = true;
  thread_.when_room([self = shared_from_this()] {
    self->waits_for_room_ = false;
    self->last_read_ = std::chrono::steady_clock::now();
    self->readable();
  });
}

TcpSession::Read TcpSession::read_once() {
  error_code error;
  const std::size_t bytes = socket_.read_some(boost::asio::buffer(thread_.read_buffer(), IoThread::kReadBytes), error);
  if (error == boost::asio::error::would_block || error == boost::asio::error::interrupted) return Read::kNothing;
  if (error) {
    take_rest(error == boost::asio::error::eof);
    close();
    return Read::kEnd;
  }
  last_read_ = std::chrono::steady_clock::now();
  thread_.counters().add(core::Counter::kSyslogBytes, bytes);
  stream_.append({thread_.read_buffer(), bytes});
  if (take_messages(origin())) return Read::kSome;
  close();
  return Read::kEnd;
}

bool TcpSession::take_messages(const Origin& origin) {
  while (true) {
    const core::Result<std::optional<SyslogStream::Message>> message = stream_.next();
    if (!message.ok()) {
      thread_.counters().add(core::Counter::kSyslogFramingErrors);
      thread_.reject(stream_.pending(), "framing: " + message.error().message + "; the connection was closed", origin);
      return false;
    }
    if (!message->has_value()) return true;
    thread_.take((*message)->text, (*message)->cut_bytes, origin);
  }
}

void TcpSession::take_rest(bool clean) {
  const std::optional<SyslogStream::Rest> rest = stream_.finish();
  if (!rest) return;
  if (rest->incomplete) {
    thread_.counters().add(core::Counter::kSyslogIncomplete);
    thread_.reject(rest->message.text, "the connection ended in the middle of an octet-counted message", origin());
    return;
  }
  // A line without its end may be the last one of a file, and whole.
  const bool taken = thread_.take(rest->message.text, rest->message.cut_bytes, origin());
  if (!clean || !taken) thread_.counters().add(core::Counter::kSyslogIncomplete);
}

void TcpSession::half_close() {
  error_code ignored;
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
}

void TcpSession::close_now() {
  if (closed_) return;
  for (std::size_t i = 0; i < kMaxLastReads && !thread_.blocked(); ++i) {
    const Read read = read_once();
    if (read == Read::kEnd) return;
    if (read == Read::kNothing) break;
  }
  take_rest(false);
  close();
}

bool TcpSession::idle_since(std::chrono::steady_clock::time_point limit) const {
  return !waits_for_room_ && last_read_ <= limit;
}

void TcpSession::close_idle() {
  if (closed_) return;
  take_rest(false);
  close();
}

void TcpSession::close() {
  if (closed_) return;
  closed_ = true;
  error_code ignored;
  socket_.close(ignored);
  sessions_.ended(shared_from_this());
}

// --- TcpSessions ----------------------------------------------------------------------------------------------------

TcpSessions::TcpSessions(IoThread& thread, const SyslogOptions& options, std::atomic<std::size_t>& open_connections)
    : thread_(thread),
      options_(options),
      open_connections_(open_connections),
      idle_timer_(thread.context()),
      drain_timer_(thread.context()) {}

void TcpSessions::add(tcp::socket socket) {
  const auto session = std::make_shared<TcpSession>(*this, std::move(socket), options_.max_message_bytes);
  sessions_.insert(session);
  session->start();
  if (options_.idle_timeout.count() > 0 && !sweeping_) sweep_idle();
}

void TcpSessions::ended(const std::shared_ptr<TcpSession>& session) {
  if (sessions_.erase(session) != 0) open_connections_.fetch_sub(1);
  check_drained();
}

void TcpSessions::sweep_idle() {
  sweeping_ = true;
  idle_timer_.expires_after(std::chrono::milliseconds(options_.idle_timeout) / 4);
  idle_timer_.async_wait([this](const error_code& error) {
    if (error) return;
    const auto limit = std::chrono::steady_clock::now() - options_.idle_timeout;
    const std::vector<std::shared_ptr<TcpSession>> all(sessions_.begin(), sessions_.end());
    for (const std::shared_ptr<TcpSession>& session : all) {
      if (session->idle_since(limit)) session->close_idle();
    }
    sweep_idle();
  });
}

void TcpSessions::drain(std::function<void()> done) {
  drained_ = std::move(done);
  for (const std::shared_ptr<TcpSession>& session : sessions_) session->half_close();
  drain_timer_.expires_after(options_.drain_timeout);
  drain_timer_.async_wait([this](const error_code& error) {
    if (error) return;
    const std::vector<std::shared_ptr<TcpSession>> all(sessions_.begin(), sessions_.end());
    spdlog::warn("syslog: {} connections were not closed by their senders in time; closing them", all.size());
    for (const std::shared_ptr<TcpSession>& session : all) session->close_now();
  });
  check_drained();
}

void TcpSessions::check_drained() {
  if (!drained_ || !sessions_.empty()) return;
  drain_timer_.cancel();
  std::exchange(drained_, nullptr)();
}

}  // namespace rw::ingest
