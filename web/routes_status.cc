#include <optional>

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

}  // namespace

Answer get_health(const Context& context, const http::Request&) {
  const bool stalled = context.sources.writer.stalled();
  http::Response response = json_response({{"status", stalled ? "stalled" : "ok"}});
  if (stalled) response.status = 503;
  return response;
}

Answer get_metrics(const Context& context, const http::Request&) {
  const storage::Writer& writer = context.sources.writer;
  const std::optional<SenderCounts> hosts = sender_counts(context.readers);
  http::Response response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = render_metrics(context.sources.counters, {.queued_bytes = writer.queued_bytes(),
                                                            .stalled = writer.stalled(),
                                                            .hosts = hosts,
                                                            .store = writer.store_state(),
                                                            .version = core::kVersion});
  return response;
}

}  // namespace rw::web
