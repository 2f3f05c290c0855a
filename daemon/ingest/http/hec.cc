#include "daemon/ingest/http/hec.h"

#include <fmt/format.h>

#include <cctype>
#include <tuple>
#include <utility>

#include "daemon/core/text.h"
#include "daemon/ingest/http/authorization.h"
#include "daemon/ingest/http/delivery.h"
#include "daemon/ingest/http/hec_event.h"
#include "daemon/ingest/http/hec_reply.h"

namespace rw::ingest {
namespace {

constexpr std::string_view kEventPaths = R"(/services/collector(/event(/1\.0)?)?)";
constexpr std::string_view kRawPaths = R"(/services/collector/raw(/1\.0)?)";
constexpr std::string_view kHealthPaths = R"(/services/collector/health(/1\.0)?)";
constexpr std::string_view kAckPaths = R"(/services/collector/ack(/1\.0)?)";

// "192.0.2.1:5044" → "192.0.2.1", "[::1]:5044" → "::1"
std::string_view address_of(std::string_view peer) {
  std::string_view host = peer.substr(0, peer.rfind(':'));
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return host;
}

// "FE0ECFAD-13D5-401B-847D-77833BD77131", any case.
bool is_guid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : std::isxdigit(static_cast<unsigned char>(text[i])) == 0) return false;
  }
  return true;
}

bool has_bad_channel(const http::Request& request) {
  std::string_view channel = request.header("x-splunk-request-channel");
  if (channel.empty()) channel = request.query_value("channel").value_or("");
  return !channel.empty() && !is_guid(channel);
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
    case 408:
      return hec_http_error(status, "The request did not go on");
    case 413:
      return hec_http_error(status, "Content too large: the limit counts after decompression; send smaller batches");
    case 415:
      return hec_http_error(status, "Content-Encoding not supported: send gzip, deflate, zstd or none");
    case 500:
      return hec_reply(HecCode::kInternalError);
    case 503:
      return hec_reply(HecCode::kBusy);
    default:
      return hec_http_error(status, "The request was not understood");
  }
}

// Calls `take` for each event of a raw body. Windows XML may span lines, so there an event ends with its own end tag;
// with a declaration or a wrapper around the events it is one document.
template <class Take>
bool split_raw(std::string_view body, const Take& take) {
  constexpr std::string_view kEnd = "</Event>";
  if (body.starts_with(core::kByteOrderMark)) body.remove_prefix(core::kByteOrderMark.size());
  body = core::trim(body);
  const bool wrapped = body.starts_with("<?xml") || body.starts_with("<Events");
  if (wrapped) return take(body);
  const bool xml = body.starts_with('<');
  while (!body.empty()) {
    const std::size_t at = xml ? body.find(kEnd) : body.find_first_of("\r\n");
    const std::size_t size = at == std::string_view::npos ? body.size() : at + (xml ? kEnd.size() : 0);
    if (!take(core::trim(body.substr(0, size)))) return false;
    body = core::trim(body.substr(size));
  }
  return true;
}

struct FirstFault {
  HecCode code = HecCode::kSuccess;
  std::size_t number = 0;
};

http::Response reply_to(Delivery::Outcome outcome, const FirstFault& fault, core::Counters& counters) {
  switch (outcome) {
    case Delivery::Outcome::kBusy:
      counters.add(core::Counter::kHttpBusy);
      return hec_reply(HecCode::kBusy);
    case Delivery::Outcome::kFailed:
      return hec_reply(HecCode::kInternalError);
    case Delivery::Outcome::kCommitted:
      break;
  }
  if (fault.code != HecCode::kSuccess) return hec_reply(fault.code, fault.number);
  return hec_reply(HecCode::kSuccess);
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
  switch (check_access(request, context_.options.tokens, context_.options.query_token)) {
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
  if (has_bad_channel(request)) return hec_reply(HecCode::kInvalidChannel);
  return serve();
}

http::Response Hec::event(const http::Request& request) {
  return admitted(request, [&] {
    Delivery delivery(context_.writer, context_.counters, context_.key_deletions, context_.options.commit_timeout);
    MessageContext context{.received = context_.clock.now(),
                           .input = "hec",
                           .peer = address_of(request.peer),
                           .zone = &context_.options.zone};
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
        context.fallback_time = item->event.time;
        context.fallback_host = item->event.host;
        // No Windows event: the pipeline has counted and kept it, and the client must not send it for ever.
        std::ignore = delivery.pipeline().add(item->event.payload, context);
      }
      if (!delivery.hand_over_large()) return reply_to(Delivery::Outcome::kBusy, fault, context_.counters);
    }
    if (count == 0) return hec_reply(HecCode::kNoData);
    return reply_to(delivery.finish(), fault, context_.counters);
  });
}

http::Response Hec::raw(const http::Request& request) {
  return admitted(request, [&] {
    MessageContext context{.received = context_.clock.now(),
                           .input = "hec",
                           .peer = address_of(request.peer),
                           .zone = &context_.options.zone};
    context.fallback_host = request.query_value("host").value_or("");
    const std::string_view time = request.query_value("time").value_or("");
    if (!time.empty()) {
      context.fallback_time = parse_hec_time(time);
      if (!context.fallback_time) return hec_reply(HecCode::kIndexedFields);
    }
    Delivery delivery(context_.writer, context_.counters, context_.key_deletions, context_.options.commit_timeout);
    std::size_t count = 0;
    const bool whole = split_raw(request.body, [&](std::string_view text) {
      if (text.empty()) return true;
      ++count;
      context_.counters.add(core::Counter::kHecEvents);
      std::ignore = delivery.pipeline().add(text, context);  // as in event()
      return delivery.hand_over_large();
    });
    if (!whole) return reply_to(Delivery::Outcome::kBusy, {}, context_.counters);
    if (count == 0) return hec_reply(HecCode::kNoData);
    return reply_to(delivery.finish(), {}, context_.counters);
  });
}

http::Response Hec::health(const http::Request& request) const {
  if (context_.shutting_down) return hec_reply(HecCode::kShuttingDown);
  // No token is needed, but a wrong one is told, so that a client finds out before it sends.
  const auto refused = refusal(request);
  if (refused == HecCode::kInvalidToken) return hec_reply(HecCode::kHealthInvalidToken);
  return hec_reply(context_.writer.stalled() ? HecCode::kUnhealthy : HecCode::kHealthy);
}

http::Response Hec::ack(const http::Request& request) const {
  return admitted(request, [] { return hec_reply(HecCode::kAckDisabled); });
}

}  // namespace rw::ingest
