#include "daemon/cli/daemon.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "daemon/cli/command.h"
#include "daemon/cli/sandbox.h"
#include "daemon/core/units.h"
#include "daemon/scheduler/commit.h"
#include "daemon/scheduler/scheduler.h"
#include "storage/edits.h"
#include "storage/sqlite/data_dir.h"
#include "storage/sqlite/store.h"

namespace rw::cli {
namespace {

void announce(std::string_view input, const core::Endpoint& endpoint) {
  spdlog::info("listening: {} on {}", input, core::format_endpoint(endpoint));
}

}  // namespace

core::Result<std::unique_ptr<Daemon>> Daemon::start(config::Config config, std::string config_file) {
  std::unique_ptr<Daemon> daemon(new Daemon(std::move(config), std::move(config_file)));
  RW_CHECK(daemon->give_up_rights());
  RW_CHECK(daemon->open_store());
  RW_CHECK(daemon->let_somebody_in());
  RW_TRY(daemon->authenticator_, web::Authenticator::open(*daemon->store_, *daemon->writer_, daemon->clock_));
  RW_CHECK(daemon->start_scheduler());
  RW_CHECK(daemon->start_silence());
  RW_CHECK(daemon->start_notifications());
  RW_CHECK(daemon->start_inputs());
  RW_CHECK(daemon->start_api());
  RW_CHECK(daemon->start_health());
  daemon->first_start_.can_send = daemon->authenticator_->knows_senders();
  log_start(daemon->bound_listeners(), daemon->first_start_);
  return daemon;
}

Daemon::~Daemon() {
  {
    core::Lock lock(mutex_);  // a request may have a reload under way, which begins parts anew
    stopping_ = true;
  }
  if (api_) api_->begin_shutdown();
  if (notifications_) notifications_->begin_stop();
  if (writer_) writer_->begin_stop();
}

bool Daemon::goes_on() {
  const std::uint64_t before = std::exchange(turns_seen_, writer_->turns());
  return turns_seen_ != before;
}

// Before there is a thread.
core::Result<void> Daemon::give_up_rights() {
  first_start_.is_first = !storage::sqlite::existing_database(config_.data_dir).ok();
  if (!config_.sandbox) return {};
  RW_CHECK(storage::sqlite::make_data_dir(config_.data_dir));
  for (const std::string& missing : enter_sandbox(config_.data_dir)) spdlog::info("sandbox: without {}", missing);
  return {};
}

core::Result<void> Daemon::open_store() {
  RW_TRY(store_,
         storage::sqlite::open({.data_dir = config_.data_dir, .exclusive = true, .retention = config_.retention}));
  RW_TRY(auto session, store_->open_writer());
  writer_ = std::make_unique<storage::Writer>(std::move(session), config_.writer, counters_);
  spdlog::info("store: {}/regwarden.db", config_.data_dir);
  const storage::Retention& kept = config_.retention;
  spdlog::info("retention: events {}, findings {}, size {}",
               kept.events ? core::format_duration(*kept.events) : "without end",
               kept.findings ? core::format_duration(*kept.findings) : "without end",
               kept.max_size_bytes ? core::format_size(*kept.max_size_bytes) : "without bound");
  return {};
}

// A token that nobody could read in the log would be a secret for nobody.
core::Result<void> Daemon::let_somebody_in() {
  if (config_.api.anonymous || !config_.api.tokens.empty() || !spdlog::should_log(spdlog::level::warn)) return {};
  RW_TRY(first_start_.token, make_first_token(*store_, *writer_, clock_.now()));
  return {};
}

core::Result<void> Daemon::start_scheduler() {
  const auto catalogue = read_detections(config_, Show::kAll);
  catalogue_ = std::make_unique<detect::CurrentCatalogue>(catalogue);
  const auto enabled = std::ranges::count_if(catalogue->detections(), [](const auto& detection) {
    return detection->state == detect::DetectionState::kEnabled;
  });
  const auto start = [this](const scheduler::SchedulerOptions& options,
                            std::shared_ptr<const detect::Catalogue> detections) {
    return scheduler::Scheduler::start(options, std::move(detections), *store_, *writer_, counters_, clock_);
  };
  RW_TRY(reloader_, Reloader::create(config_.detections, *catalogue_, config_.scheduler, start));
  spdlog::info("scheduler: {} of {} detections enabled", enabled, catalogue->detections().size());
  return {};
}

core::Result<void> Daemon::start_silence() {
  silence_.reset();
  RW_TRY(silence_, scheduler::SilenceWatch::start(config_.silence, *store_, *writer_, clock_));
  return {};
}

core::Result<void> Daemon::start_notifications() {
  const auto commit = [this](storage::Edits edits, const std::atomic<bool>& stopping) -> core::Result<void> {
    RW_CHECK(scheduler::commit_edits(*writer_, std::move(edits), stopping));
    return {};
  };
  RW_TRY(notifications_, Notifications::start(config_.notify, {*store_, commit, counters_, clock_}));
  if (!config_.notify.channels.empty()) spdlog::info("notify: {} channels", config_.notify.channels.size());
  return {};
}

core::Result<void> Daemon::start_inputs() {
  std::size_t largest = config_.api.server.max_body_bytes;
  for (const config::HttpInput& input : config_.http) largest = std::max(largest, input.server.max_body_bytes);
  bodies_ = std::make_unique<http::BodyBudget>(http::BodyBudget::limit_for(largest));
  for (const config::HttpInput& input : config_.http) {
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
  if (config_.syslog.listens.empty()) return {};
  RW_TRY(syslog_, ingest::SyslogInputs::open(config_.syslog, *writer_, counters_, clock_));
  for (const ingest::SyslogListen& listen : syslog_->bound()) announce(ingest::input_name(listen), listen.listen);
  return {};
}

core::Result<void> Daemon::start_api() {
  api_ = web::Api::create(
      config_.api, {.store = *store_,
                    .writer = *writer_,
                    .counters = counters_,
                    .clock = clock_,
                    .catalogue = *catalogue_,
                    .authenticator = *authenticator_,
                    .zone = config_.time_zone,
                    .reload = [this] { return reloader_->reload(); },
                    .reload_config = [this] { return reload(); },
                    .tune = [this](const auto& change, const auto& note) { return reloader_->tune(change, note); },
                    .health = &health_board_,
                    .data_dir = config_.data_dir,
                    .test_notifications =
                        [this](std::string_view channel, const std::atomic<bool>& stopping) {
                          return notifications_->send_test(channel, clock_.now(), stopping);
                        },
                    .notify_channels = [this] { return notifications_->channels(); },
                    .look_again = [this](std::string_view channel) { notifications_->look_again(channel); }});
  RW_TRY(api_server_, http::Server::open(config_.api.server, *bodies_, counters_));
  api_->add_routes(*api_server_);
  api_server_->start();
  announce("api", api_server_->endpoint());
  if (config_.api.tokens.empty() && !config_.api.anonymous && !authenticator_->knows_anyone()) {
    spdlog::warn("api: nobody may ask yet: make a first token (regwarden token add NAME --scope admin)");
  }
  return {};
}

// Last, since it looks at all the others.
core::Result<void> Daemon::start_health() {
  health_.reset();
  RW_TRY(health_, scheduler::HealthWatch::start(config_.health,
                                                {.store = *store_,
                                                 .writer = *writer_,
                                                 .counters = counters_,
                                                 .clock = clock_,
                                                 .board = health_board_,
                                                 .data_dir = config_.data_dir,
                                                 .certificates = [this] { return certificates(); },
                                                 .notifications = [this] { return notifications_->failing(); }}));
  return {};
}

std::vector<Listener> Daemon::bound_listeners() const {
  std::vector<Listener> listeners = listeners_of(config_);
  auto next = listeners.begin();
  if (syslog_) {
    for (const ingest::SyslogListen& listen : syslog_->bound()) (next++)->endpoint = listen.listen;
  }
  for (const HttpListener& listener : http_) (next++)->endpoint = listener.server->endpoint();
  next->endpoint = api_server_->endpoint();
  return listeners;
}

std::vector<scheduler::Certificate> Daemon::certificates() const {
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

}  // namespace rw::cli
