#include "daemon/ingest/net/syslog_inputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/post.hpp>
#include <future>
#include <utility>

#include "daemon/ingest/net/io_thread.h"
#include "daemon/ingest/net/sessions.h"
#include "daemon/ingest/net/tcp_listener.h"
#include "daemon/ingest/net/udp_receiver.h"

namespace rw::ingest {

// Members stand in the order in which they need each other; the threads run between start() and stop() only.
class SyslogInputs::Impl {
 public:
  Impl(SyslogOptions options, storage::Writer& writer, core::Counters& counters, const core::Clock& clock)
      : options_(std::move(options)), counters_(counters) {
    for (std::size_t i = 0; i < std::max<std::size_t>(options_.threads, 1); ++i) {
      threads_.push_back(std::make_unique<IoThread>(options_, writer, counters, key_deletions_, clock));
      sessions_.push_back(std::make_unique<Sessions>(*threads_.back(), options_, connections_));
    }
  }

  core::Result<void> bind() {
    for (const SyslogListen& listen : options_.listens) RW_CHECK(bind(listen));
    return {};
  }

  std::vector<core::Error> reload_certificates() {
    std::vector<core::Error> errors;
    for (const auto& shared : shared_) {
      if (!shared->tls) continue;
      const core::Result<void> loaded = shared->tls->reload();
      if (!loaded.ok()) errors.push_back(named(shared->listen, loaded.error()));
    }
    return errors;
  }

  std::vector<std::pair<SyslogListen, core::Micros>> certificates() const {
    std::vector<std::pair<SyslogListen, core::Micros>> found;
    for (const auto& shared : shared_) {
      if (!shared->tls) continue;
      if (const auto expires = shared->tls->expires()) found.emplace_back(shared->listen, *expires);
    }
    return found;
  }

  void start() {
    for (const auto& listener : listeners_) listener->start();
    for (const Receiver& receiver : receivers_) receiver.socket->start();
    for (const auto& thread : threads_) thread->start();
    running_ = true;
  }

  void stop() {
    if (!running_) return;
    running_ = false;
    // First the listeners, so that no connection comes after its thread has begun to drain.
    std::promise<void> closed;
    boost::asio::post(front().context(), [this, &closed] {
      for (const auto& listener : listeners_) listener->stop();
      // A connection may be accepted already and wait in this queue for its handler: behind it, none will come.
      boost::asio::post(front().context(), [&closed] { closed.set_value(); });
    });
    closed.get_future().wait();
    for (std::size_t i = 0; i < threads_.size(); ++i) {
      boost::asio::post(threads_[i]->context(), [this, i] { drain(i); });
    }
    for (const auto& thread : threads_) thread->join();
  }

  const std::vector<SyslogListen>& bound() const { return bound_; }
  std::size_t connections() const { return connections_.load(); }

 private:
  struct Receiver {
    IoThread* thread;
    std::unique_ptr<UdpReceiver> socket;
  };

  static core::Error named(const SyslogListen& listen, core::Error error) {
    error.message =
        fmt::format("{} on {}: {}", input_name(listen), core::format_endpoint(listen.listen), error.message);
    return error;
  }

  core::Result<void> bind(const SyslogListen& listen) {
    auto shared = std::make_unique<SyslogListener>();
    shared->listen = listen;
    shared->zone = listen.zone.value_or(options_.zone);
    RW_ASSERT(listen.tls || listen.protocol != SyslogProtocol::kTls);
    if (listen.tls) {
      auto context = tls::Context::open(*listen.tls, tls::Sessions::kNotResumed);
      if (!context.ok()) return named(listen, context.error());
      shared->tls = std::move(context).value();
    }
    if (listen.protocol == SyslogProtocol::kUdp) {
      // From the last thread on: the first one has the accepting to do.
      IoThread& thread = *threads_[threads_.size() - 1 - receivers_.size() % threads_.size()];
      RW_TRY(auto receiver, UdpReceiver::open(thread, *shared, options_));
      shared->listen.listen = receiver->bound();
      receivers_.push_back({&thread, std::move(receiver)});
    } else {
      RW_TRY(auto listener,
             TcpListener::open(front().context(), *shared, options_, sessions_, connections_, counters_));
      shared->listen.listen = listener->bound();
      listeners_.push_back(std::move(listener));
    }
    bound_.push_back(shared->listen);
    shared_.push_back(std::move(shared));
    return {};
  }

  IoThread& front() { return *threads_.front(); }

  void drain(std::size_t i) {
    IoThread& thread = *threads_[i];
    for (const Receiver& receiver : receivers_) {
      if (receiver.thread == &thread) receiver.socket->stop();
    }
    sessions_[i]->drain([&thread] { thread.finish(); });
  }

  const SyslogOptions options_;
  core::Counters& counters_;
  std::atomic<std::size_t> connections_{0};
  KeyDeletions key_deletions_;
  std::vector<std::unique_ptr<SyslogListener>> shared_;
  std::vector<std::unique_ptr<IoThread>> threads_;
  std::vector<std::unique_ptr<Sessions>> sessions_;
  std::vector<std::unique_ptr<TcpListener>> listeners_;
  std::vector<Receiver> receivers_;
  std::vector<SyslogListen> bound_;
  bool running_ = false;
};

std::string_view input_name(const SyslogListen& listen) {
  constexpr std::array<std::string_view, 4> kNames{"syslog/udp", "syslog/tcp", "syslog/tls", "syslog/relp"};
  if (listen.protocol == SyslogProtocol::kRelp && listen.tls) return "syslog/relp+tls";
  return kNames.at(static_cast<std::size_t>(listen.protocol));
}

SyslogInputs::SyslogInputs(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

SyslogInputs::~SyslogInputs() { stop(); }

core::Result<std::unique_ptr<SyslogInputs>> SyslogInputs::open(SyslogOptions options, storage::Writer& writer,
                                                               core::Counters& counters, const core::Clock& clock) {
  auto impl = std::make_unique<Impl>(std::move(options), writer, counters, clock);
  RW_CHECK(impl->bind());
  impl->start();
  return std::unique_ptr<SyslogInputs>(new SyslogInputs(std::move(impl)));
}

const std::vector<SyslogListen>& SyslogInputs::bound() const { return impl_->bound(); }
std::size_t SyslogInputs::connections() const { return impl_->connections(); }
std::vector<std::pair<SyslogListen, core::Micros>> SyslogInputs::certificates() const { return impl_->certificates(); }

std::vector<core::Error> SyslogInputs::reload_certificates() { return impl_->reload_certificates(); }
void SyslogInputs::stop() { impl_->stop(); }

}  // namespace rw::ingest
