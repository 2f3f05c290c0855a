#include "daemon/ingest/net/syslog_inputs.h"

#include <algorithm>
#include <atomic>
#include <boost/asio/post.hpp>
#include <future>
#include <utility>

#include "daemon/ingest/net/io_thread.h"
#include "daemon/ingest/net/tcp_listener.h"
#include "daemon/ingest/net/tcp_session.h"
#include "daemon/ingest/net/udp_receiver.h"

namespace rw::ingest {

// Members stand in the order in which they need each other; the threads run between start() and stop() only.
class SyslogInputs::Impl {
 public:
  Impl(SyslogOptions options, storage::Writer& writer, core::Counters& counters, const core::Clock& clock)
      : options_(std::move(options)), counters_(counters) {
    for (std::size_t i = 0; i < std::max<std::size_t>(options_.threads, 1); ++i) {
      threads_.push_back(std::make_unique<IoThread>(options_, writer, counters, key_deletions_, clock));
      sessions_.push_back(std::make_unique<TcpSessions>(*threads_.back(), options_, connections_));
    }
  }

  core::Result<void> bind() {
    for (const SyslogListen& listen : options_.listens) {
      if (listen.protocol == SyslogProtocol::kTcp) {
        RW_TRY(auto listener, TcpListener::open(front().context(), {listen.listen, options_.max_connections}, sessions_,
                                                connections_, counters_));
        bound_.push_back({listen.protocol, listener->bound()});
        listeners_.push_back(std::move(listener));
      } else {
        // From the last thread on: the first one has the accepting to do.
        IoThread& thread = *threads_[threads_.size() - 1 - receivers_.size() % threads_.size()];
        RW_TRY(auto receiver, UdpReceiver::open(thread, listen.listen, options_));
        bound_.push_back({listen.protocol, receiver->bound()});
        receivers_.push_back({&thread, std::move(receiver)});
      }
    }
    return {};
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
  std::vector<std::unique_ptr<IoThread>> threads_;
  std::vector<std::unique_ptr<TcpSessions>> sessions_;
  std::vector<std::unique_ptr<TcpListener>> listeners_;
  std::vector<Receiver> receivers_;
  std::vector<SyslogListen> bound_;
  bool running_ = false;
};

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
void SyslogInputs::stop() { impl_->stop(); }

}  // namespace rw::ingest
