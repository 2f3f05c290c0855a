// A configuration taken over while the daemon runs, section by section.
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "daemon/cli/command.h"
#include "daemon/cli/daemon.h"
#include "daemon/config/changes.h"
#include "daemon/core/log.h"

namespace rw::cli {
namespace {

void log_outcome(const web::ConfigReload& reload) {
  log_reload_problems(reload.problems);
  if (!reload.accepted) spdlog::error("reload: the configuration has errors; the one in force stays");
  if (!reload.changed.empty()) spdlog::info("reload: taken over: {}", fmt::join(reload.changed, ", "));
  if (!reload.needs_restart.empty()) {
    spdlog::warn("reload: not before a restart: {}", fmt::join(reload.needs_restart, ", "));
  }
}

// The zone stands in many sections, and waits for a restart.
void keep_time_zone(const core::TimeZone& zone, config::Config& config) {
  config.scheduler.zone = zone;
  config.notify.zone = zone;
}

// Replaces a section that differs.
class Change {
 public:
  explicit Change(web::ConfigReload& reload) : reload_(reload) {}

  template <class T, class TakeOver>
  void section(std::string key, T& running, const T& wanted, const TakeOver& take_over) {
    if (running == wanted) return;
    const T before = std::exchange(running, wanted);
    const core::Result<void> done = take_over();
    if (done.ok()) {
      reload_.changed.push_back(std::move(key));
      return;
    }
    running = before;
    reload_.problems.push_back({.file = {}, .message = fmt::format("{}: {}", key, core::render(done.error()))});
  }

 private:
  web::ConfigReload& reload_;
};

}  // namespace

core::Result<web::ConfigReload> Daemon::reload() {
  core::Lock lock(mutex_);
  if (stopping_) return core::Error{core::ErrorCode::kBusy, "the daemon stops"};
  web::ConfigReload reload;
  reload_certificates();
  std::string file = config_file_;
  config::Config wanted = load_config(file, reload.problems);
  reload.accepted = !core::has_errors(reload.problems);
  if (reload.accepted) {
    reload.needs_restart = config::needing_restart(config_, wanted);
    take_over(std::move(wanted), reload);
  }
  log_outcome(reload);
  RW_TRY(reload.detections, reloader_->reload());
  return reload;
}

void Daemon::take_over(config::Config wanted, web::ConfigReload& reload) {
  keep_time_zone(config_.time_zone, wanted);
  Change change(reload);
  const auto set_up_log = [&] { return core::set_up_log(config_.log_level, config_.log_format); };
  change.section("log_level", config_.log_level, wanted.log_level, set_up_log);
  change.section("log_format", config_.log_format, wanted.log_format, set_up_log);
  change.section("storage.retention", config_.retention, wanted.retention, [&]() -> core::Result<void> {
    writer_->set_retention(config_.retention);
    return {};
  });
  take_over_tokens(wanted, reload);
  const bool findings_differ = config_.scheduler.findings != wanted.scheduler.findings;
  change.section(findings_differ ? "scheduler, risk and urgency" : "scheduler", config_.scheduler, wanted.scheduler,
                 [&] { return reloader_->restart_scheduler(config_.scheduler); });
  change.section("sources", config_.silence, wanted.silence, [&] { return start_silence(); });
  change.section("health", config_.health, wanted.health, [&] { return start_health(); });
  change.section("notify", config_.notify, wanted.notify, [&] { return notifications_->restart(config_.notify); });
  wanted.detections.tuning_file = config_.detections.tuning_file;
  config_.detections = std::move(wanted.detections);
  reloader_->set_options(config_.detections);
}

void Daemon::take_over_tokens(const config::Config& wanted, web::ConfigReload& reload) {
  for (std::size_t i = 0; i < std::min(config_.http.size(), wanted.http.size()); ++i) {
    ingest::HttpInputOptions& running = config_.http[i].ingest;
    if (!config::same_input(config_.http[i], wanted.http[i]) || running.tokens == wanted.http[i].ingest.tokens)
      continue;
    running.tokens = wanted.http[i].ingest.tokens;
    http_[i].input->set_tokens(running.tokens);
    reload.changed.push_back(fmt::format("inputs.http[{}].tokens", i));
  }
  web::ApiOptions& api = config_.api;
  if (api.tokens != wanted.api.tokens) {
    api.tokens = wanted.api.tokens;
    reload.changed.emplace_back("api.tokens");
  }
  // Who may come without a token was checked against where the listener is to be, not where it is.
  if (api.anonymous != wanted.api.anonymous && api.server == wanted.api.server) {
    api.anonymous = wanted.api.anonymous;
    reload.changed.emplace_back("api.anonymous");
  }
  api.search_limits = wanted.api.search_limits;
  api_->set_options(api);
}

void Daemon::reload_certificates() {
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

}  // namespace rw::cli
