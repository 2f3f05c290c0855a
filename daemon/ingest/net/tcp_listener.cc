#include "daemon/ingest/net/tcp_listener.h"

#include <spdlog/spdlog.h>

#include <boost/asio/post.hpp>
#include <chrono>
#include <utility>

#include "daemon/ingest/net/socket.h"

namespace rw::ingest {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

// After an error such as "too many open files", which does not go away by trying again at once.
constexpr std::chrono::milliseconds kBackOff{100};

}  // namespace

TcpListener::TcpListener(boost::asio::io_context& context, SyslogListener& listener, const SyslogOptions& options,
                         const std::vector<std::unique_ptr<Sessions>>& targets,
                         std::atomic<std::size_t>& open_connections, core::Counters& counters)
    : listener_(listener),
      options_(options),
      targets_(targets),
      open_connections_(open_connections),
      counters_(counters),
      acceptor_(context),
      back_off_timer_(context) {}

core::Result<std::unique_ptr<TcpListener>> TcpListener::open(boost::asio::io_context& context, SyslogListener& listener,
                                                             const SyslogOptions& options,
                                                             const std::vector<std::unique_ptr<Sessions>>& targets,
                                                             std::atomic<std::size_t>& open_connections,
                                                             core::Counters& counters) {
  std::unique_ptr<TcpListener> opened(new TcpListener(context, listener, options, targets, open_connections, counters));
  RW_CHECK(opened->bind());
  return opened;
}

core::Result<void> TcpListener::bind() {
  RW_TRY(const boost::asio::ip::address address, address_of(listener_.listen.listen));
  const tcp::endpoint endpoint(address, listener_.listen.listen.port);
  error_code error;
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(tcp::acceptor::max_listen_connections, error);
  if (!error) acceptor_.non_blocking(true, error);
  if (error) return listen_error(listener_.listen.listen, protocol_name(listener_.listen.protocol), error);
  return {};
}

core::Endpoint TcpListener::bound() const {
  error_code error;
  const tcp::endpoint endpoint = acceptor_.local_endpoint(error);
  return {listener_.listen.listen.host, error ? listener_.listen.listen.port : endpoint.port()};
}

Sessions& TcpListener::next_target() { return *targets_[accepted_++ % targets_.size()]; }

void TcpListener::start() { accept(); }

void TcpListener::accept() {
  Sessions& target = next_target();
  acceptor_.async_accept(target.thread().context(), [this, &target](const error_code& error, tcp::socket socket) {
    if (!error) hand_over(std::move(socket), target);
    if (!acceptor_.is_open()) return;
    if (error && error != boost::asio::error::connection_aborted) {
      back_off(error);
      return;
    }
    accept();
  });
}

void TcpListener::hand_over(tcp::socket socket, Sessions& target) {
  if (open_connections_.fetch_add(1) >= options_.max_connections) {
    open_connections_.fetch_sub(1);
    counters_.add(core::Counter::kSyslogConnectionsRefused);
    if (warning_.due()) {
      spdlog::warn("syslog: {} connections are open on {}, the limit; more are closed at once",
                   options_.max_connections, core::format_endpoint(bound()));
    }
    return;  // the socket closes
  }
  counters_.add(core::Counter::kSyslogConnections);
  boost::asio::post(target.thread().context(), [this, &target, accepted = std::move(socket)]() mutable {
    target.add(std::move(accepted), listener_);
  });
}

void TcpListener::back_off(const error_code& error) {
  if (warning_.due()) {
    spdlog::warn("syslog: cannot accept on {}: {}; trying again", core::format_endpoint(bound()), error.message());
  }
  back_off_timer_.expires_after(kBackOff);
  back_off_timer_.async_wait([this](const error_code& cancelled) {
    if (!cancelled && acceptor_.is_open()) accept();
  });
}

void TcpListener::stop() {
  error_code error;
  while (!error) {
    Sessions& target = next_target();
    tcp::socket socket(target.thread().context());
    acceptor_.accept(socket, error);
    if (!error) hand_over(std::move(socket), target);
  }
  error_code ignored;
  acceptor_.close(ignored);
  back_off_timer_.cancel();
}

}  // namespace rw::ingest
