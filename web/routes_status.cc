#include <chrono>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/core/version.h"
#include "web/metrics.h"
#include "web/render.h"
#include "web/routes.h"

namespace rw::web {
namespace {

// None: the store could not be asked.
std::optional<SenderCounts> sender_counts(ReaderPool& readers) {
  auto reader = readers.take();
  if (!reader.ok()) return std::nullopt;
  const auto seen = (*reader)->hosts();
  if (!seen.ok()) return std::nullopt;
  SenderCounts counts;
  for (const storage::HostSeen& host : *seen) {
    counts.sources += host.sources;
    ++counts.hosts;
    if (host.silent_since) ++counts.silent;
  }
  return counts;
}

std::map<std::string_view, std::size_t> condition_counts(const scheduler::HealthBoard* board) {
  std::map<std::string_view, std::size_t> counts;
  if (board == nullptr) return counts;
  for (const std::string_view condition : scheduler::kHealthConditions) counts[condition] = 0;
  for (const scheduler::HealthCondition& condition : board->current()) ++counts[condition.condition];
  return counts;
}

}  // namespace

Answer get_health(const Context& context, const http::Request&) {
  const bool stalled = context.sources.writer.stalled();
  http::Response response = json_response({{"status", stalled ? "stalled" : "ok"}});
  if (stalled) response.status = 503;
  return response;
}

Answer get_status(const Context& context, const http::Request&) {
  const storage::Writer& writer = context.sources.writer;
  const auto stall = writer.stall();
  const auto conditions =
      context.sources.health == nullptr ? std::vector<scheduler::HealthCondition>() : context.sources.health->current();

  Json items = Json::array();
  for (const scheduler::HealthCondition& condition : conditions) {
    Json& item = items.emplace_back(Json{{"condition", condition.condition}});
    if (!condition.subject.empty()) item["subject"] = render_text(condition.subject);
    item["since"] = core::format_rfc3339(condition.since);
    item["message"] = render_text(condition.message);
    item["action"] = condition.action;
  }

  Json store{{"writing", !stall.has_value()}};
  if (stall) {
    const auto lasted =
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - stall->since);
    store["stalled_since"] = core::format_rfc3339(context.sources.clock.now() - lasted);
    store["error"] = render_text(stall->message);
  }
  store["queued_bytes"] = writer.queued_bytes();
  store["queue_limit_bytes"] = writer.queue_limit_bytes();
  if (const auto free = scheduler::free_bytes_of(context.sources.data_dir)) store["free_bytes"] = *free;

  const char* const status = stall ? "stalled" : (conditions.empty() ? "ok" : "attention");
  return json_response(
      {{"status", status}, {"version", core::kVersion}, {"store", std::move(store)}, {"conditions", std::move(items)}});
}

Answer get_metrics(const Context& context, const http::Request&) {
  const storage::Writer& writer = context.sources.writer;
  const std::optional<SenderCounts> hosts = sender_counts(context.readers);
  http::Response response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.body =
      render_metrics(context.sources.counters, {.queued_bytes = writer.queued_bytes(),
                                                .stalled = writer.stalled(),
                                                .free_bytes = scheduler::free_bytes_of(context.sources.data_dir),
                                                .conditions = condition_counts(context.sources.health),
                                                .commit_time = writer.commit_time(),
                                                .hosts = hosts,
                                                .store = writer.store_state(),
                                                .process = core::process_stats(),
                                                .queue_limit_bytes = writer.queue_limit_bytes(),
                                                .version = core::kVersion});
  return response;
}

}  // namespace rw::web
