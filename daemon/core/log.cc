#include "daemon/core/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

namespace rw::core {

Result<void> set_up_log(std::string_view level) {
  const auto parsed = spdlog::level::from_str(std::string(level));
  if (parsed == spdlog::level::off && level != "off") {
    return invalid_input("log level '" + std::string(level) + "': expected debug, info, warning or error");
  }
  auto logger = std::make_shared<spdlog::logger>("regwarden", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
  logger->set_level(parsed);
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
  return {};
}

bool OncePerMinute::due() {
  const auto now =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
  std::int64_t next = next_.load(std::memory_order_relaxed);
  return now >= next && next_.compare_exchange_strong(next, now + 60);
}

}  // namespace rw::core
