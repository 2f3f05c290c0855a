// What the service manager is told (systemd, Type=notify or notify-reload: sd_notify(3)). Nothing without one. Any
// thread.
#pragma once

#include <chrono>
#include <optional>

namespace rw::cli::service_manager {

void ready();
// Until ready() is called again.
void reloading();
void stopping();

// WatchdogSec=: without a sign of life for this long the daemon is killed and started anew. nullopt: nobody watches.
std::optional<std::chrono::microseconds> watchdog_interval();
void alive();

}  // namespace rw::cli::service_manager
