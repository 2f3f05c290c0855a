// regwarden serve: builds the daemon, starts it, waits for signals, stops it.
#include <pthread.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <memory>
#include <optional>
#include <string>

#include "daemon/cli/command.h"
#include "daemon/cli/daemon.h"
#include "daemon/cli/process_limits.h"
#include "daemon/cli/service_manager.h"
#include "daemon/core/log.h"
#include "daemon/core/version.h"

namespace rw::cli {
namespace {

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
  spdlog::info("SIGHUP: reading configuration, detections and certificates again");
  const auto report = daemon.reload();
  if (!report.ok()) spdlog::error("reload: {}: the detections stay as they are", core::render(report.error()));
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
  if (const auto log = core::set_up_log(config->log_level, config->log_format); !log.ok()) return fail(log.error());
  spdlog::info("regwarden {}", core::kVersion);
  raise_file_limit();

  auto daemon = Daemon::start(*config, config_file);
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
