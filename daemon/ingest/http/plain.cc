#include "daemon/ingest/http/plain.h"

#include <fmt/format.h>
#include "daemon/ingest/decode/simdjson.h"

#include <optional>
#include <string>

#include "daemon/core/json_text.h"
#include "daemon/core/text.h"
#include "daemon/ingest/decode/event_limit.h"
#include "daemon/ingest/decode/json_text.h"
#include "daemon/ingest/http/json_objects.h"
#include "daemon/ingest/http/raw_body.h"
#include "daemon/ingest/http/server_fault.h"

namespace rw::ingest {
namespace {

constexpr std::string_view kIngestPaths = R"(/api/v1/ingest|/ingest)";

// The reason to refuse the request's body for; nullopt: none. Only what is certainly not text.
std::optional<std::string> wrong_type(std::string_view content_type) {
  const std::string type = core::fold_ascii(core::trim(content_type.substr(0, content_type.find(';'))));
  if (type == "application/msgpack" || type == "application/x-msgpack") {
    return "Content-Type " + type + ": expected JSON or XML; in Fluent Bit's http output set format json";
  }
  if (type == "application/x-protobuf" || type == "application/protobuf" || type.starts_with("multipart/")) {
    return "Content-Type " + type.substr(0, 100) + ": expected JSON or XML";
  }
  return std::nullopt;
}

// An object that spans lines may be two of which the first is broken.
class JsonCheck {
 public:
  bool is_json(std::string_view text) {
    const simdjson::error_code error = parser_.parse(text.data(), text.size()).error();
    if (error == simdjson::SUCCESS || error == simdjson::UTF8_ERROR) return true;
    const std::string repaired = repair_json(text);
    return parser_.parse(repaired.data(), repaired.size()).error() == simdjson::SUCCESS;
  }

 private:
  simdjson::dom::parser parser_;
};

std::size_t recognised(const core::Result<std::size_t>& events) { return events.ok() ? *events : 0; }

// Where the next line begins that may be an object; the body's end: none.
std::size_t next_object_line(std::string_view body, std::size_t at) {
  while ((at = body.find('\n', at)) != std::string_view::npos) {
    at = skip_json_blank(body, at);
    if (at < body.size() && (body[at] == '{' || body[at] == '[')) return at;
  }
  return body.size();
}

// Ends where the store has no room.
void take_json(std::string_view body, Delivery& delivery, const MessageContext& context, std::size_t& events) {
  JsonObjects objects(body);
  JsonCheck check;
  while (std::optional<JsonPiece> piece = objects.next()) {
    const auto start = static_cast<std::size_t>(piece->text.data() - body.data());
    const bool one_line = piece->text.find('\n') == std::string_view::npos;
    // One that is too long is refused where it is decoded.
    const bool checked = !one_line && check_event_size(piece->text.size()).ok();
    if (piece->fault.empty() && checked && !check.is_json(piece->text)) {
      piece->fault = fmt::format("byte {}: not well-formed JSON", start);
    }
    if (piece->fault.empty()) {
      events += recognised(delivery.pipeline().add(piece->text, context));
    } else {
      // What is broken costs no more than itself.
      const std::size_t next = next_object_line(body, start);
      const std::string_view broken = body.substr(start, next - start);
      delivery.pipeline().reject(broken, broken.size(), "JSON body: " + piece->fault, context);
      if (next == body.size()) return;
      objects.resume(next);
    }
    if (!delivery.hand_over_large()) return;
  }
}

// The body is not blank, and UTF-8 without a byte order mark. Ends where the store has no room.
void take_body(std::string_view body, Delivery& delivery, const MessageContext& context, std::size_t& events) {
  const std::size_t first = skip_json_blank(body, 0);
  if (body[first] == '{' || body[first] == '[') return take_json(body, delivery, context, events);
  split_raw(body, [&](std::string_view text) {
    if (!text.empty()) events += recognised(delivery.pipeline().add(text, context));
    return delivery.hand_over_large();
  });
}

}  // namespace

http::Response plain_error(int status, std::string_view reason) {
  http::Response response{.status = status, .body = R"({"error":)"};
  core::append_json_repaired(response.body, reason);
  response.body += '}';
  add_error_headers(response, R"(Bearer realm="regwarden")");
  return response;
}

void Plain::add_routes(http::Server& server) {
  server.route("POST", kIngestPaths, [this](const http::Request& request) { return ingest(request); });
}

http::Response Plain::ingest(const http::Request& request) {
  if (context_.shutting_down) return plain_error(503, "The server is shutting down; send again");
  switch (context_.access(request)) {
    case Access::kTokenRequired:
      return plain_error(401, "a token is required: expected Authorization: Bearer TOKEN");
    case Access::kInvalidAuthorization:
      return plain_error(401, "Authorization: expected Bearer TOKEN, or Basic with the token as password");
    case Access::kInvalidToken:
      return plain_error(401, "the token is not one of this input's");
    case Access::kQueryTokenDisabled:
      return plain_error(401, "?token= is not enabled on this input: expected Authorization: Bearer TOKEN");
    case Access::kGranted:
      break;
  }
  if (const auto reason = wrong_type(request.header("content-type"))) return plain_error(415, *reason);
  std::string converted;
  std::string_view body = utf8_of(request.body, converted);
  if (body.starts_with(core::kByteOrderMark)) body.remove_prefix(core::kByteOrderMark.size());
  if (core::trim(body).empty()) return plain_error(400, "the body is empty: expected JSON or XML events");

  Delivery delivery = context_.delivery();
  const MessageContext context = context_.message(request, "ingest");
  std::size_t events = 0;
  take_body(body, delivery, context, events);
  const std::size_t rejected = delivery.pipeline().rejected_total();
  context_.counters.add(core::Counter::kIngestEvents, events + rejected);
  switch (delivery.finish()) {
    case Delivery::Outcome::kBusy:
      return plain_error(503, server_fault(503));
    case Delivery::Outcome::kFailed:
      return plain_error(500, server_fault(500));
    case Delivery::Outcome::kCommitted:
      break;
  }
  const storage::CommitOutcome committed = delivery.committed();
  return {.body = fmt::format(R"({{"received":{},"stored":{},"duplicates":{},"rejected":{}}})", events + rejected,
                              committed.registry_stored + committed.processes_stored, committed.duplicates, rejected)};
}

}  // namespace rw::ingest
