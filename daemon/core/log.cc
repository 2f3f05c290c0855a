#include "daemon/core/log.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "daemon/core/json_text.h"

namespace rw::core {
namespace {

class JsonLines final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
    std::string line = R"({"time":")";
    spdlog::memory_buf_t time;
    time_.format(message, time);
    line.append(time.data(), time.size());
    line += R"(","level":)";
    const auto level = spdlog::level::to_string_view(message.level);
    append_json_string(line, {level.data(), level.size()});
    line += R"(,"message":)";
    append_json_repaired(line, {message.payload.data(), message.payload.size()});
    line += "}\n";
    out.append(line.data(), line.data() + line.size());
  }
  std::unique_ptr<spdlog::formatter> clone() const override { return std::make_unique<JsonLines>(); }

 private:
  spdlog::pattern_formatter time_{"%Y-%m-%dT%H:%M:%S.%e%z", spdlog::pattern_time_type::local, ""};
};

}  // namespace

Result<void> set_up_log(std::string_view level, LogFormat format) {
  const auto parsed = spdlog::level::from_str(std::string(level));
  if (parsed == spdlog::level::off && level != "off") {
    return invalid_input("log level '" + std::string(level) + "': expected debug, info, warning or error");
  }
  auto logger = std::make_shared<spdlog::logger>("regwarden", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  if (format == LogFormat::kJson) {
    logger->set_formatter(std::make_unique<JsonLines>());
  } else {
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
  }
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
