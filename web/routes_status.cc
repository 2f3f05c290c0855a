#include <optional>

#include "daemon/core/version.h"
#include "web/metrics.h"
#include "web/render.h"
#include "web/routes.h"

namespace rw::web {

Answer get_health(const Context& context, const http::Request&) {
  const bool stalled = context.sources.writer.stalled();
  http::Response response = json_response({{"status", stalled ? "stalled" : "ok"}});
  if (stalled) response.status = 503;
  return response;
}

Answer get_metrics(const Context& context, const http::Request&) {
  const storage::Writer& writer = context.sources.writer;
  std::optional<SenderCounts> hosts;
  if (auto reader = context.readers.take(); reader.ok()) {
    if (const auto seen = (*reader)->hosts(); seen.ok()) {
      hosts.emplace();
      for (const storage::HostSeen& host : *seen) {
        hosts->sources += host.sources;
        ++hosts->hosts;
        if (host.silent_since) ++hosts->silent;
      }
    }
  }
  http::Response response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = render_metrics(
      context.sources.counters,
      {.queued_bytes = writer.queued_bytes(), .stalled = writer.stalled(), .hosts = hosts, .version = core::kVersion});
  return response;
}

}  // namespace rw::web
