#include "daemon/ingest/http/hec.h"

#include <fmt/format.h>

#include <tuple>
#include <utility>

#include "daemon/core/text.h"
#include "daemon/ingest/http/hec_event.h"
#include "daemon/ingest/http/hec_reply.h"
#include "daemon/ingest/http/raw_body.h"
#include "daemon/ingest/http/server_fault.h"

namespace rw::ingest {
namespace {

constexpr std::string_view kEventPaths = R"(/services/collector(/event(/1\.0)?)?)";
constexpr std::string_view kRawPaths = R"(/services/collector/raw(/1\.0)?)";
constexpr std::string_view kHealthPaths = R"(/services/collector/health(/1\.0)?)";
constexpr std::string_view kAckPaths = R"(/services/collector/ack(/1\.0)?)";

std::string_view channel_of(const http::Request& request) {
  const std::string_view channel = request.header("x-splunk-request-channel");
  return channel.empty() ? request.query_value("channel").value_or("") : channel;
}

http::Response options_reply(std::string_view allow) {
  http::Response response;
  response.headers.emplace_back("Allow", std::string(allow));
  return response;
}

http::Response server_error(int status) {
  switch (status) {
    case 400:
      return hec_reply(HecCode::kInvalidDataFormat);
    case 404:
    case 405:
      return hec_not_found(status);
    case 500:
      return hec_reply(HecCode::kInternalError);
    case 503:
      return hec_reply(HecCode::kBusy);
    default:
      return hec_http_error(status, server_fault(status));
  }
}

}  // namespace

void Hec::add_routes(http::Server& server) {
  server.route("POST", kEventPaths, [this](const http::Request& request) { return event(request); });
  server.route("POST", kRawPaths, [this](const http::Request& request) { return raw(request); });
  server.route("GET", kHealthPaths, [this](const http::Request& request) { return health(request); });
  server.route("POST", kAckPaths, [this](const http::Request& request) { return ack(request); });
  // The Docker splunk driver asks so before it starts a container.
  for (const std::string_view paths : {kEventPaths, kRawPaths, kAckPaths}) {
    server.route("OPTIONS", paths, [](const http::Request&) { return options_reply("POST, OPTIONS"); });
  }
  server.route("OPTIONS", kHealthPaths, [](const http::Request&) { return options_reply("GET, OPTIONS"); });
  server.on_error("/services/", [](int status, const http::Request&) { return server_error(status); });
}

std::optional<HecCode> Hec::refusal(const http::Request& request) const {
  switch (context_.access(request)) {
    case Access::kTokenRequired:
      return HecCode::kTokenRequired;
    case Access::kInvalidAuthorization:
      return HecCode::kInvalidAuthorization;
    case Access::kInvalidToken:
      return HecCode::kInvalidToken;
    case Access::kQueryTokenDisabled:
      return HecCode::kQueryTokenDisabled;
    case Access::kGranted:
      break;
  }
  return std::nullopt;
}

http::Response Hec::admitted(const http::Request& request, const std::function<http::Response()>& serve) const {
  if (context_.shutting_down) return hec_reply(HecCode::kShuttingDown);
  if (const auto refused = refusal(request)) return hec_reply(*refused);
  const std::string_view channel = channel_of(request);
  if (!channel.empty() && !is_guid(channel)) return hec_reply(HecCode::kInvalidChannel);
  if (channel.empty() && context_.options.acknowledgements) return hec_reply(HecCode::kChannelMissing);
  return serve();
}

http::Response Hec::reply_to(const http::Request& request, Delivery::Outcome outcome, const FirstFault& fault) {
  switch (outcome) {
    case Delivery::Outcome::kBusy:
      return hec_reply(HecCode::kBusy);
    case Delivery::Outcome::kFailed:
      return hec_reply(HecCode::kInternalError);
    case Delivery::Outcome::kCommitted:
      break;
  }
  if (fault.code != HecCode::kSuccess) return hec_reply(fault.code, fault.number);
  if (context_.options.acknowledgements) return hec_accepted(acks_.issue(channel_of(request)));
  return hec_reply(HecCode::kSuccess);
}

http::Response Hec::event(const http::Request& request) {
  return admitted(request, [&] {
    Delivery delivery = context_.delivery();
    MessageContext context = context_.message(request, "hec");
    HecEventReader reader(request.body);
    FirstFault fault;
    std::size_t count = 0;
    for (; const std::optional<HecItem> item = reader.next(); ++count) {
      if (item->code != HecCode::kSuccess) {
        if (fault.code == HecCode::kSuccess) fault = {item->code, count};
        delivery.pipeline().reject(item->source, item->source.size(),
                                   fmt::format("HEC event {}: {}", count, item->reason), context);
      } else {
        context_.counters.add(core::Counter::kHecEvents);
        context.fallback = {.time = item->event.time, .host = item->event.host};
        // No Windows event: the pipeline has counted and kept it, and the client must not send it for ever.
        std::ignore = delivery.pipeline().add(item->event.payload, context);
      }
      // Not by leaving the loop: `count` lacks this event, and a body of one is not "No data".
      if (!delivery.hand_over_large()) return reply_to(request, delivery.finish(), fault);
    }
    if (count == 0) return hec_reply(HecCode::kNoData);
    return reply_to(request, delivery.finish(), fault);
  });
}

http::Response Hec::raw(const http::Request& request) {
  return admitted(request, [&] {
    MessageContext context = context_.message(request, "hec");
    context.fallback.host = request.query_value("host").value_or("");
    const std::string_view time = request.query_value("time").value_or("");
    if (!time.empty()) {
      context.fallback.time = parse_hec_time(time);
      if (!context.fallback.time) return hec_reply(HecCode::kIndexedFields);
    }
    Delivery delivery = context_.delivery();
    std::size_t count = 0;
    std::string converted;
    split_raw(utf8_of(request.body, converted), [&](std::string_view text) {
      if (text.empty()) return true;
      ++count;
      context_.counters.add(core::Counter::kHecEvents);
      std::ignore = delivery.pipeline().add(text, context);  // as in event()
      return delivery.hand_over_large();
    });
    if (count == 0) return hec_reply(HecCode::kNoData);
    return reply_to(request, delivery.finish(), {});
  });
}

http::Response Hec::health(const http::Request& request) const {
  if (context_.shutting_down) return hec_reply(HecCode::kShuttingDown);
  // No token is needed, but a wrong one is told, so that a client finds out before it sends.
  const auto refused = refusal(request);
  if (refused == HecCode::kInvalidToken) return hec_reply(HecCode::kHealthInvalidToken);
  return hec_reply(context_.writer.stalled() ? HecCode::kUnhealthy : HecCode::kHealthy);
}

http::Response Hec::ack(const http::Request& request) {
  if (!context_.options.acknowledgements) {
    return admitted(request, [] { return hec_reply(HecCode::kAckDisabled); });
  }
  return admitted(request, [&] {
    if (core::trim(request.body).empty()) return hec_reply(HecCode::kNoData);
    core::Result<std::string> acks = acks_.query(channel_of(request), request.body);
    if (!acks.ok()) return hec_reply(HecCode::kInvalidDataFormat);
    return http::Response{.body = std::move(acks).value()};
  });
}

}  // namespace rw::ingest
