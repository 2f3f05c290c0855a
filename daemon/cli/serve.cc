// regwarden serve: the composition root. Builds, starts, waits for a signal, stops in reverse.
#include <fmt/format.h>
#include <pthread.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/cli/command.h"
#include "daemon/cli/first_start.h"
#include "daemon/cli/listening.h"
#include "daemon/cli/process_limits.h"
#include "daemon/cli/reloader.h"
#include "daemon/cli/service_manager.h"
#include "daemon/core/log.h"
#include "daemon/core/units.h"
#include "daemon/core/version.h"
#include "daemon/http/body_budget.h"
#include "daemon/ingest/http/http_input.h"
#include "daemon/ingest/net/syslog_inputs.h"
#include "daemon/notify/notifier.h"
#include "daemon/notify/test_message.h"
#include "daemon/scheduler/commit.h"
#include "daemon/scheduler/health_watch.h"
#include "daemon/scheduler/scheduler.h"
#include "daemon/scheduler/silence.h"
#include "storage/edits.h"
#include "storage/sqlite/data_dir.h"
#include "storage/sqlite/store.h"
#include "storage/writer.h"
#include "web/api.h"

namespace rw::cli {
namespace {

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

// The daemon's parts in start order; destruction, in reverse, is shutdown: first nothing comes in any more, then the
// searches end, then the writer drains, then the store closes.
class Daemon {
 public:
  static core::Result<std::unique_ptr<Daemon>> start(const config::Config& config) {
    std::unique_ptr<Daemon> daemon(new Daemon);
    RW_CHECK(daemon->open_store(config));
    RW_CHECK(daemon->let_somebody_in(config));
    RW_TRY(daemon->authenticator_, web::Authenticator::open(*daemon->store_, *daemon->writer_, daemon->clock_));
    RW_CHECK(daemon->start_scheduler(config));
    RW_CHECK(daemon->start_notifier(config));
    RW_CHECK(daemon->start_inputs(config));
    RW_CHECK(daemon->start_api(config));
    RW_CHECK(daemon->start_health(config));
    daemon->first_start_.can_send = daemon->authenticator_->knows_senders();
    log_start(daemon->bound_listeners(config), daemon->first_start_);
    return daemon;
  }
  // Those who wait for the store or read from it must not keep the parts below from ending.
  ~Daemon() {
    if (api_) api_->begin_shutdown();
    if (notifier_) notifier_->begin_stop();
    if (writer_) writer_->begin_stop();
  }

  core::Result<detect::ReloadReport> reload() {
    reload_certificates();
    return reloader_->reload();
  }

  // Whether the thread on which all others wait sooner or later has gone on since it was asked last.
  bool goes_on() {
    const std::uint64_t before = std::exchange(turns_seen_, writer_->turns());
    return turns_seen_ != before;
  }

 private:
  Daemon() = default;

  core::Result<void> open_store(const config::Config& config) {
    first_start_.is_first = !storage::sqlite::existing_database(config.data_dir).ok();
    RW_TRY(store_,
           storage::sqlite::open({.data_dir = config.data_dir, .exclusive = true, .retention = config.retention}));
    RW_TRY(auto session, store_->open_writer());
    writer_ = std::make_unique<storage::Writer>(std::move(session), config.writer, counters_);
    spdlog::info("store: {}/regwarden.db", config.data_dir);
    const storage::Retention& kept = config.retention;
    spdlog::info("retention: events {}, findings {}, size {}",
                 kept.events ? core::format_duration(*kept.events) : "without end",
                 kept.findings ? core::format_duration(*kept.findings) : "without end",
                 kept.max_size_bytes ? core::format_size(*kept.max_size_bytes) : "without bound");
    return {};
  }

  // A token that nobody could read in the log would be a secret for nobody.
  core::Result<void> let_somebody_in(const config::Config& config) {
    if (config.api.anonymous || !config.api.tokens.empty() || !spdlog::should_log(spdlog::level::warn)) return {};
    RW_TRY(first_start_.token, make_first_token(*store_, *writer_, clock_.now()));
    return {};
  }

  core::Result<void> start_scheduler(const config::Config& config) {
    const auto catalogue = read_detections(config, Show::kAll);
    catalogue_ = std::make_unique<detect::CurrentCatalogue>(catalogue);
    const auto enabled = std::ranges::count_if(catalogue->detections(), [](const auto& detection) {
      return detection->state == detect::DetectionState::kEnabled;
    });
    RW_TRY(scheduler_, scheduler::Scheduler::start(config.scheduler, catalogue, *store_, *writer_, counters_, clock_));
    spdlog::info("scheduler: {} of {} detections enabled", enabled, catalogue->detections().size());
    RW_TRY(silence_, scheduler::SilenceWatch::start(config.silence, *store_, *writer_, clock_));
    reloader_ = std::make_unique<Reloader>(config.detections, *catalogue_, *scheduler_);
    return {};
  }

  core::Result<void> start_notifier(const config::Config& config) {
    const auto commit = [this](storage::Edits edits, const std::atomic<bool>& stopping) -> core::Result<void> {
      RW_CHECK(scheduler::commit_edits(*writer_, std::move(edits), stopping));
      return {};
    };
    RW_TRY(notifier_, notify::Notifier::start(config.notify, {*store_, commit, counters_, clock_}));
    if (!config.notify.channels.empty()) spdlog::info("notify: {} channels", config.notify.channels.size());
    return {};
  }

  std::vector<scheduler::FailingNotifications> failing_notifications() const {
    std::vector<scheduler::FailingNotifications> failing;
    for (notify::FailingChannel& channel : notifier_->failing()) {
      failing.push_back({std::move(channel.channel), channel.since, std::move(channel.error)});
    }
    return failing;
  }

  core::Result<void> start_inputs(const config::Config& config) {
    std::size_t largest = config.api.server.max_body_bytes;
    for (const config::HttpInput& input : config.http) largest = std::max(largest, input.server.max_body_bytes);
    bodies_ = std::make_unique<http::BodyBudget>(http::BodyBudget::limit_for(largest));
    for (const config::HttpInput& input : config.http) {
      HttpListener listener;
      RW_TRY(listener.server, http::Server::open(input.server, *bodies_, counters_));
      ingest::HttpInputOptions options = input.ingest;
      if (input.require_token) {
        options.is_stored_token = [this](std::string_view token) { return authenticator_->may_ingest(token); };
      }
      listener.input = std::make_unique<ingest::HttpInput>(std::move(options), *writer_, counters_, clock_);
      listener.input->add_routes(*listener.server);
      listener.server->start();
      const core::Endpoint endpoint = listener.server->endpoint();
      announce(input.server.tls ? "https" : "http", endpoint);
      if (input.require_token && input.ingest.tokens.empty() && !authenticator_->knows_senders()) {
        spdlog::warn("http on {}: nobody may send yet: it asks for a token (regwarden token add NAME --scope ingest)",
                     core::format_endpoint(endpoint));
      }
      http_.push_back(std::move(listener));
    }
    if (config.syslog.listens.empty()) return {};
    RW_TRY(syslog_, ingest::SyslogInputs::open(config.syslog, *writer_, counters_, clock_));
    for (const ingest::SyslogListen& listen : syslog_->bound()) {
      announce(ingest::input_name(listen), listen.listen);
    }
    return {};
  }

  void reload_certificates() {
    std::vector<core::Error> errors;
    if (syslog_) errors = syslog_->reload_certificates();
    const auto reload = [&errors](http::Server& server) {
      if (const auto loaded = server.reload_certificate(); !loaded.ok()) errors.push_back(loaded.error());
    };
    for (const HttpListener& listener : http_) reload(*listener.server);
    reload(*api_server_);
    for (const core::Error& error : errors) {
      spdlog::error("reload: {}: the certificate in use stays", core::render(error));
    }
  }

  core::Result<void> start_api(const config::Config& config) {
    std::vector<std::string> channels;
    for (const notify::ChannelOptions& channel : config.notify.channels) channels.push_back(channel.name);
    api_ = web::Api::create(
        config.api, {.store = *store_,
                     .writer = *writer_,
                     .counters = counters_,
                     .clock = clock_,
                     .catalogue = *catalogue_,
                     .authenticator = *authenticator_,
                     .zone = config.time_zone,
                     .reload = [this] { return reloader_->reload(); },
                     .tune = [this](const auto& change, const auto& note) { return reloader_->tune(change, note); },
                     .health = &health_board_,
                     .data_dir = config.data_dir,
                     .test_notifications =
                         [this, options = config.notify](std::string_view channel, const std::atomic<bool>& stopping) {
                           return notify::send_test(options, channel, clock_.now(), stopping);
                         },
                     .notify_channels = std::move(channels),
                     .look_again = [this](std::string_view channel) { notifier_->look_again(channel); }});
    RW_TRY(api_server_, http::Server::open(config.api.server, *bodies_, counters_));
    api_->add_routes(*api_server_);
    api_server_->start();
    announce("api", api_server_->endpoint());
    if (config.api.tokens.empty() && !config.api.anonymous && !authenticator_->knows_anyone()) {
      spdlog::warn("api: nobody may ask yet: make a first token (regwarden token add NAME --scope admin)");
    }
    return {};
  }

  // Last, since it looks at all the others.
  core::Result<void> start_health(const config::Config& config) {
    RW_TRY(health_,
           scheduler::HealthWatch::start(config.health, {.store = *store_,
                                                         .writer = *writer_,
                                                         .counters = counters_,
                                                         .clock = clock_,
                                                         .board = health_board_,
                                                         .data_dir = config.data_dir,
                                                         .certificates = [this] { return certificates(); },
                                                         .notifications = [this] { return failing_notifications(); }}));
    return {};
  }

  std::vector<scheduler::Certificate> certificates() const {
    std::vector<scheduler::Certificate> found;
    const auto add = [&](std::string_view input, const core::Endpoint& endpoint, core::Micros expires) {
      found.push_back({fmt::format("{} on {}", input, core::format_endpoint(endpoint)), expires});
    };
    if (syslog_) {
      for (const auto& [listen, expires] : syslog_->certificates()) {
        add(ingest::input_name(listen), listen.listen, expires);
      }
    }
    for (const HttpListener& listener : http_) {
      const auto expires = listener.server->certificate_expires();
      if (expires) add("https", listener.server->endpoint(), *expires);
    }
    if (const auto expires = api_server_->certificate_expires()) add("api", api_server_->endpoint(), *expires);
    return found;
  }

  // As they are configured, with the ports that the system chose.
  std::vector<Listener> bound_listeners(const config::Config& config) const {
    std::vector<Listener> listeners = listeners_of(config);
    auto next = listeners.begin();
    if (syslog_) {
      for (const ingest::SyslogListen& listen : syslog_->bound()) (next++)->endpoint = listen.listen;
    }
    for (const HttpListener& listener : http_) (next++)->endpoint = listener.server->endpoint();
    next->endpoint = api_server_->endpoint();
    return listeners;
  }

  static void announce(std::string_view input, const core::Endpoint& endpoint) {
    spdlog::info("listening: {} on {}", input, core::format_endpoint(endpoint));
  }

  core::SystemClock clock_;
  core::Counters counters_;
  scheduler::HealthBoard health_board_;
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<storage::Writer> writer_;
  std::unique_ptr<web::Authenticator> authenticator_;
  std::unique_ptr<detect::CurrentCatalogue> catalogue_;
  std::unique_ptr<scheduler::Scheduler> scheduler_;
  std::unique_ptr<scheduler::SilenceWatch> silence_;
  std::unique_ptr<notify::Notifier> notifier_;
  std::unique_ptr<Reloader> reloader_;
  std::unique_ptr<http::BodyBudget> bodies_;
  std::vector<HttpListener> http_;
  std::unique_ptr<ingest::SyslogInputs> syslog_;
  std::unique_ptr<web::Api> api_;
  std::unique_ptr<http::Server> api_server_;
  std::unique_ptr<scheduler::HealthWatch> health_;
  FirstStart first_start_;
  std::uint64_t turns_seen_ = 0;  // of the writer
};

// The signals that main waits for, blocked in every thread.
sigset_t block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a file at its size limit (ulimit -f) is then an error, as a full disk is
  return signals;
}

void reload(Daemon& daemon) {
  service_manager::reloading();
  spdlog::info(
      "SIGHUP: reading the detections and certificates again; the rest of the configuration stays until a restart");
  const auto report = daemon.reload();
  if (!report.ok()) spdlog::error("reload: {}: nothing has changed", core::render(report.error()));
  service_manager::ready();
}

// The next signal; 0: none came within the time.
int wait_for_signal(const sigset_t& signals, std::optional<std::chrono::microseconds> time) {
  timespec limit{};
  if (time) {
    const auto whole = std::chrono::floor<std::chrono::seconds>(*time);
    limit.tv_sec = whole.count();
    limit.tv_nsec = std::chrono::nanoseconds(*time - whole).count();
  }
  int signal = 0;
  do {
    signal = time ? sigtimedwait(&signals, nullptr, &limit) : sigwaitinfo(&signals, nullptr);
  } while (signal < 0 && errno == EINTR);
  return std::max(signal, 0);
}

void wait_for_stop(const sigset_t& signals, Daemon& daemon) {
  // Three signs in the time that the watchdog grants: a commit that a slow disk holds up costs one or two of them. An
  // idle writer goes on twice a second.
  constexpr std::chrono::seconds kLeastPause{1};
  auto sign_of_life = service_manager::watchdog_interval();
  if (sign_of_life) *sign_of_life = std::max<std::chrono::microseconds>(*sign_of_life / 3, kLeastPause);
  while (true) {
    const int signal = wait_for_signal(signals, sign_of_life);
    if (signal == 0) {
      if (daemon.goes_on()) {
        service_manager::alive();
      } else {
        spdlog::error("the store's writer does not go on; the watchdog is not told that all is well");
      }
      continue;
    }
    if (signal != SIGHUP) {
      spdlog::info("stopping: {}", signal == SIGINT ? "SIGINT" : "SIGTERM");
      return;
    }
    reload(daemon);
  }
}

int serve(const std::string& config_file) {
  set_up_memory();
  const sigset_t signals = block_signals();
  const auto config = read_config(config_file);
  if (!config) return kFailed;
  if (const auto log = core::set_up_log(config->log_level); !log.ok()) return fail(log.error());
  spdlog::info("regwarden {}", core::kVersion);
  raise_file_limit();

  auto daemon = Daemon::start(*config);
  if (!daemon.ok()) return fail(daemon.error());
  service_manager::ready();
  spdlog::info("ready");

  wait_for_stop(signals, **daemon);
  service_manager::stopping();
  daemon->reset();
  spdlog::info("stopped");
  return kDone;
}

}  // namespace

void add_serve(CLI::App& app, int& status) {
  auto config = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("serve", "Run the daemon");
  add_config_option(*command, *config);
  command->callback([config, &status] { status = serve(*config); });
}

}  // namespace rw::cli
