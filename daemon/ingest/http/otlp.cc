#include "daemon/ingest/http/otlp.h"

#include <fmt/format.h>

#include <string>

#include "daemon/core/text.h"
#include "daemon/ingest/http/otlp_logs.h"
#include "daemon/ingest/http/server_fault.h"

namespace rw::ingest {
namespace {

constexpr std::string_view kOtlpBusy = "busy: send again later";

std::string_view refusal_text(Access access) {
  switch (access) {
    case Access::kTokenRequired:
      return "a token is required: expected the header Authorization: Bearer TOKEN";
    case Access::kInvalidAuthorization:
      return "invalid Authorization: expected Bearer TOKEN";
    case Access::kInvalidToken:
      return "the token is not known";
    case Access::kQueryTokenDisabled:
      return "a token in the query is not enabled here: expected the header Authorization: Bearer TOKEN";
    case Access::kGranted:
      break;
  }
  return {};
}

std::string_view otlp_error_text(int status) {
  switch (status) {
    case 404:
      return "not found: logs go to POST /v1/logs; there are no traces and no metrics here";
    case 405:
      return "method not allowed: logs go to POST /v1/logs";
    case 503:
      return kOtlpBusy;
    default:
      return server_fault(status);
  }
}

// What a client is told about the log records that were no events.
struct RejectedRecords {
  std::size_t count = 0;
  std::string first;

  void add(std::size_t number, std::string_view reason) {
    if (count++ == 0) first = fmt::format("log record {}: {}", number, reason);
  }
  std::string message(std::size_t of) const {
    if (count == 0) return {};
    return core::to_valid_utf8(
        fmt::format("{} of {} log records are no Windows events and are kept as rejected; {}", count, of, first));
  }
};

}  // namespace

void Otlp::add_routes(http::Server& server) {
  server.route("POST", "/v1/logs", [this](const http::Request& request) { return logs(request); });
  server.on_error("/v1/", [](int status, const http::Request& request) {
    const OtlpForm form = otlp_form(request.header("content-type")).value_or(OtlpForm::kJson);
    return otlp_error(form, status, otlp_error_text(status));
  });
}

http::Response Otlp::logs(const http::Request& request) {
  const auto form = otlp_form(request.header("content-type"));
  const OtlpForm reply_form = form.value_or(OtlpForm::kJson);
  if (context_.shutting_down) return otlp_error(reply_form, 503, "shutting down: send again later");
  const Access access = context_.access(request);
  if (access != Access::kGranted) return otlp_error(reply_form, 401, refusal_text(access));
  if (!form) {
    return otlp_error(reply_form, 415,
                      fmt::format("Content-Type {}: expected application/json or application/x-protobuf",
                                  core::quoted(core::to_valid_utf8(request.header("content-type")))));
  }
  return store(request, *form);
}

http::Response Otlp::store(const http::Request& request, OtlpForm form) {
  MessageContext context = context_.message(request, "otlp");
  Delivery delivery = context_.delivery();
  RejectedRecords rejected;
  std::size_t count = 0;
  const auto take = [&](const OtlpLogRecord& record) {
    const std::size_t number = count++;
    context_.counters.add(core::Counter::kOtlpRecords);
    if (!record.fault.empty()) {
      delivery.pipeline().reject(record.source, record.source.size(),
                                 fmt::format("OTLP log record {}: {}", number, record.fault), context);
      rejected.add(number, record.fault);
    } else {
      context.fallback = {.time = record.time, .host = record.host};
      const core::Result<std::size_t> events = delivery.pipeline().add(record.payload, context);
      if (!events.ok()) rejected.add(number, events.error().message);
    }
    return delivery.hand_over_large();
  };
  const core::Result<void> read =
      form == OtlpForm::kJson ? read_otlp_json(request.body, take) : read_otlp_protobuf(request.body, take);
  if (!read.ok()) {
    delivery.pipeline().reject(request.body, request.body.size(), "OTLP: " + read.error().message, context);
  }
  switch (delivery.finish()) {
    case Delivery::Outcome::kBusy:
      return otlp_error(form, 503, kOtlpBusy);
    case Delivery::Outcome::kFailed:
      return otlp_error(form, 500, otlp_error_text(500));
    case Delivery::Outcome::kCommitted:
      break;
  }
  if (!read.ok()) return otlp_error(form, 400, core::to_valid_utf8(read.error().message));
  return otlp_success(form, rejected.count, rejected.message(count));
}

}  // namespace rw::ingest
