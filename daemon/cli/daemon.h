// The daemon's parts, put together: what `regwarden serve` runs.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "daemon/cli/first_start.h"
#include "daemon/cli/listening.h"
#include "daemon/cli/notifications.h"
#include "daemon/cli/reloader.h"
#include "daemon/config/load.h"
#include "daemon/core/counters.h"
#include "daemon/core/mutex.h"
#include "daemon/core/time.h"
#include "daemon/http/body_budget.h"
#include "daemon/ingest/http/http_input.h"
#include "daemon/ingest/net/syslog_inputs.h"
#include "daemon/scheduler/health_watch.h"
#include "daemon/scheduler/silence.h"
#include "storage/store.h"
#include "storage/writer.h"
#include "web/api.h"
#include "web/authenticator.h"

namespace rw::cli {

// One HTTP input: the endpoint's logic, then the server that calls it.
struct HttpListener {
  std::unique_ptr<ingest::HttpInput> input;
  std::unique_ptr<http::Server> server;

  HttpListener() = default;
  HttpListener(HttpListener&&) = default;
  ~HttpListener() {
    if (input) input->begin_shutdown();  // what still comes is answered "shutting down" while the server ends
  }
};

// In start order; destruction, in reverse, is shutdown: first nothing comes in any more, then the searches end, then
// the writer drains, then the store closes.
class Daemon {
 public:
  // config_file: where the configuration came from, to read it again from there (see load_config()).
  // Errors: those of the parts; their hints say what to do.
  static core::Result<std::unique_ptr<Daemon>> start(config::Config config, std::string config_file);
  // Those who wait for the store or read from it must not keep the parts below from ending.
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  // Reads certificates, the configuration and the detections again, takes over what does not need a restart, and logs
  // what became of it. A file with errors changes nothing; certificates and detections are read again all the same.
  // Thread-safe: one after the other. Errors: those of Reloader::reload(); Busy (the daemon stops).
  core::Result<web::ConfigReload> reload();

  // Whether the thread on which all others wait sooner or later has gone on since it was asked last.
  bool goes_on();

 private:
  Daemon(config::Config config, std::string config_file)
      : config_(std::move(config)), config_file_(std::move(config_file)) {}

  core::Result<void> give_up_rights();
  core::Result<void> open_store();
  core::Result<void> let_somebody_in();
  core::Result<void> start_scheduler();
  core::Result<void> start_silence();
  core::Result<void> start_notifications();
  core::Result<void> start_inputs();
  core::Result<void> start_api();
  core::Result<void> start_health();
  // As they are configured, with the ports that the system chose.
  std::vector<Listener> bound_listeners() const;
  std::vector<scheduler::Certificate> certificates() const;

  // daemon_reload.cc
  void reload_certificates();
  void take_over(config::Config wanted, web::ConfigReload& reload) RW_REQUIRES(mutex_);
  void take_over_tokens(const config::Config& wanted, web::ConfigReload& reload) RW_REQUIRES(mutex_);

  core::Mutex mutex_;  // of reload()
  bool stopping_ RW_GUARDED_BY(mutex_) = false;
  config::Config config_;  // in force; after start() of reload() alone
  const std::string config_file_;

  core::SystemClock clock_;
  core::Counters counters_;
  scheduler::HealthBoard health_board_;
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<storage::Writer> writer_;
  std::unique_ptr<web::Authenticator> authenticator_;
  std::unique_ptr<detect::CurrentCatalogue> catalogue_;
  std::unique_ptr<Reloader> reloader_;
  std::unique_ptr<scheduler::SilenceWatch> silence_;
  std::unique_ptr<Notifications> notifications_;
  std::unique_ptr<http::BodyBudget> bodies_;
  std::vector<HttpListener> http_;
  std::unique_ptr<ingest::SyslogInputs> syslog_;
  std::unique_ptr<web::Api> api_;
  std::unique_ptr<http::Server> api_server_;
  std::unique_ptr<scheduler::HealthWatch> health_;
  FirstStart first_start_;
  std::uint64_t turns_seen_ = 0;  // of the writer
};

}  // namespace rw::cli
