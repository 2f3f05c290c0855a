#include "daemon/http/server.h"

#include <utility>

#include "daemon/http/connection_pool.h"
#include "daemon/http/engine.h"
#include "daemon/http/socket.h"

namespace rw::http {
namespace {

// Threads beyond ServerOptions::threads and ::streams: for bodies that come slowly and for replies that are taken
// slowly. A handler never runs on more than ServerOptions::threads at a time.
constexpr std::size_t kSlowClientThreads = 64;
// How long stop() lets a request go on arriving.
constexpr std::chrono::milliseconds kStopGrace{500};

class HttplibServer final : public Server {
 public:
  HttplibServer(const ServerOptions& options, Descriptor listener, Descriptor wake, Descriptor poller,
                std::unique_ptr<tls::Context> tls, BodyBudget& bodies, core::Counters& counters)
      : endpoint_(local_endpoint(listener, options.listen)),
        tls_(std::move(tls)),
        limits_{.read_timeout = options.read_timeout,
                .keep_alive_timeout = options.keep_alive_timeout,
                .counters = &counters},
        engine_({.max_body_bytes = options.max_body_bytes,
                 .handlers = options.threads,
                 .streams = options.streams,
                 .handler_wait = options.read_timeout,
                 .keep_alive_timeout = options.keep_alive_timeout},
                bodies, counters),
        pool_(std::move(listener), std::move(wake), std::move(poller), tls_.get(), limits_,
              {.max_workers = options.threads + options.streams + kSlowClientThreads,
               .max_connections = options.max_connections,
               .max_held_bytes = options.max_unserved_bytes},
              [this](Connection& connection) { return engine_.serve(connection); }) {}

  ~HttplibServer() override { stop(); }

  void route(std::string_view method, std::string_view pattern, Handler handler) override {
    engine_.routes().add(method, pattern, std::move(handler));
  }
  void on_error(std::string_view path_prefix, ErrorHandler handler) override {
    engine_.routes().add_error_handler(path_prefix, std::move(handler));
  }

  void start() override { pool_.start(); }
  void stop() override {
    engine_.stop();
    const SteadyTime until = std::chrono::steady_clock::now() + kStopGrace;
    limits_.stop_reading = until.time_since_epoch().count();
    pool_.stop();
  }

  core::Result<void> reload_certificate() override { return tls_ ? tls_->reload() : core::Result<void>(); }

  std::optional<core::Micros> certificate_expires() const override { return tls_ ? tls_->expires() : std::nullopt; }

  core::Endpoint endpoint() const override { return endpoint_; }

 private:
  const core::Endpoint endpoint_;
  const std::unique_ptr<tls::Context> tls_;
  ConnectionLimits limits_;
  Engine engine_;
  ConnectionPool pool_;  // last: its threads use all else
};

}  // namespace

core::Result<std::unique_ptr<Server>> Server::open(ServerOptions options, BodyBudget& bodies,
                                                   core::Counters& counters) {
  RW_ASSERT(options.threads > 0);
  std::unique_ptr<tls::Context> tls;
  if (options.tls) {
    RW_TRY(tls, tls::Context::open(*options.tls, tls::Sessions::kResumable));
  }
  RW_TRY(Descriptor listener, listen_on(options.listen));
  RW_TRY(Descriptor wake, make_wake_event());
  RW_TRY(Descriptor poller, make_poller());
  return std::unique_ptr<Server>(std::make_unique<HttplibServer>(options, std::move(listener), std::move(wake),
                                                                 std::move(poller), std::move(tls), bodies, counters));
}

}  // namespace rw::http
