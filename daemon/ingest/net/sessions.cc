#include "daemon/ingest/net/sessions.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "daemon/core/units.h"
#include "daemon/ingest/net/relp_session.h"
#include "daemon/ingest/net/syslog_session.h"

namespace rw::ingest {

using boost::system::error_code;

namespace {

// Of a thread's connections; a single sender's longest message must never be too much.
constexpr std::size_t kLeastHeldMessages = 2;

}  // namespace

Sessions::Sessions(IoThread& thread, const SyslogOptions& options, std::atomic<std::size_t>& open_connections)
    : thread_(thread),
      options_(options),
      open_connections_(open_connections),
      max_held_bytes_(std::max(options.max_pending_bytes / std::max<std::size_t>(options.threads, 1),
                               kLeastHeldMessages * options.max_message_bytes)),
      idle_timer_(thread.context()),
      drain_timer_(thread.context()) {}

void Sessions::add(boost::asio::ip::tcp::socket socket, SyslogListener& listener) {
  tls::Ssl ssl;
  if (listener.tls) {
    ssl = listener.tls->new_connection();
    if (!ssl) {
      spdlog::error("{}: no memory for a TLS connection", input_name(listener.listen));
      open_connections_.fetch_sub(1);
      return;
    }
  }
  Stream stream(std::move(socket), std::move(ssl));
  std::shared_ptr<Session> session;
  if (listener.listen.protocol == SyslogProtocol::kRelp) {
    session = std::make_shared<RelpSession>(*this, listener, std::move(stream));
  } else {
    session = std::make_shared<SyslogSession>(*this, listener, std::move(stream));
  }
  sessions_.insert(session);
  session->start();
  if (options_.idle_timeout.count() > 0 && !sweeping_) sweep_idle();
}

void Sessions::ended(const std::shared_ptr<Session>& session) {
  if (sessions_.erase(session) != 0) open_connections_.fetch_sub(1);
  check_drained();
}

// A look at all of them, but each time what holds at least the average becomes free.
void Sessions::make_room() {
  while (held_bytes_ > max_held_bytes_) {
    const auto most = std::ranges::max_element(sessions_, {}, [](const auto& one) { return one->held_bytes(); });
    const std::shared_ptr<Session> session = *most;
    const std::string reason = fmt::format(
        "unfinished: all connections together held more than inputs.limits.max_pending_size ({}), and this "
        "one most ({} bytes); it was closed",
        core::format_size(options_.max_pending_bytes), session->held_bytes());
    if (room_warning_.due()) {
      spdlog::warn("syslog: {} connections, one from {}: {}", sessions_.size(), session->peer(), reason);
    }
    session->close_to_make_room(reason);
  }
}

void Sessions::sweep_idle() {
  sweeping_ = true;
  idle_timer_.expires_after(std::chrono::milliseconds(options_.idle_timeout) / 4);
  idle_timer_.async_wait([this](const error_code& error) {
    if (error) return;
    const auto limit = std::chrono::steady_clock::now() - options_.idle_timeout;
    for (const std::shared_ptr<Session>& session : all()) {
      if (session->idle_since(limit)) session->close_idle();
    }
    sweep_idle();
  });
}

void Sessions::drain(std::function<void()> done) {
  drained_ = std::move(done);
  drain_timer_.expires_after(options_.drain_timeout);
  drain_timer_.async_wait([this](const error_code& error) {
    if (error || sessions_.empty()) return;
    spdlog::warn("syslog: {} connections were not closed by their senders in time; closing them", sessions_.size());
    for (const std::shared_ptr<Session>& session : all()) session->close_now();
  });
  for (const std::shared_ptr<Session>& session : all()) session->begin_stop();
  check_drained();
}

void Sessions::check_drained() {
  if (!drained_ || !sessions_.empty()) return;
  drain_timer_.cancel();
  std::exchange(drained_, nullptr)();
}

}  // namespace rw::ingest
