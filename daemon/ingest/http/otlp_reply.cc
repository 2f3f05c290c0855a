#include "daemon/ingest/http/otlp_reply.h"

#include <fmt/format.h>

#include <string>

#include "daemon/core/json_text.h"
#include "daemon/core/text.h"
#include "daemon/ingest/http/server_fault.h"

namespace rw::ingest {
namespace {

// google/rpc/code.proto
int rpc_code(int http_status) {
  switch (http_status) {
    case 401:
      return 16;  // UNAUTHENTICATED
    case 404:
      return 5;  // NOT_FOUND
    case 405:
      return 12;  // UNIMPLEMENTED
    case 408:
      return 4;  // DEADLINE_EXCEEDED
    case 413:
      return 8;  // RESOURCE_EXHAUSTED
    case 500:
      return 13;  // INTERNAL
    case 503:
      return 14;  // UNAVAILABLE
    default:
      return 3;  // INVALID_ARGUMENT
  }
}

void append_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

// {1: number, 2: text}, the shape of both messages that are sent.
std::string number_and_text(std::uint64_t number, std::string_view text) {
  std::string out = "\x08";
  append_varint(out, number);
  out += '\x12';
  append_varint(out, text.size());
  out += text;
  return out;
}

http::Response response_of(OtlpForm form, int status, std::string body) {
  http::Response response;
  response.status = status;
  response.body = std::move(body);
  response.content_type = form == OtlpForm::kJson ? "application/json" : "application/x-protobuf";
  // The server leaves it out of a reply without body, which in protobuf is a whole message.
  if (response.body.empty()) response.headers.emplace_back("Content-Type", response.content_type);
  return response;
}

}  // namespace

std::optional<OtlpForm> otlp_form(std::string_view content_type) {
  const std::string_view type = core::trim(content_type.substr(0, content_type.find(';')));
  if (core::equals_ascii_nocase(type, "application/json")) return OtlpForm::kJson;
  if (core::equals_ascii_nocase(type, "application/x-protobuf")) return OtlpForm::kProtobuf;
  return std::nullopt;
}

http::Response otlp_success(OtlpForm form, std::size_t rejected, std::string_view message) {
  if (form == OtlpForm::kProtobuf) {
    std::string body;
    if (rejected != 0) {
      const std::string partial = number_and_text(rejected, message);
      body = '\x0a';
      append_varint(body, partial.size());
      body += partial;
    }
    return response_of(form, 200, std::move(body));
  }
  if (rejected == 0) return response_of(form, 200, "{}");
  std::string body = fmt::format(R"({{"partialSuccess":{{"rejectedLogRecords":"{}","errorMessage":)", rejected);
  core::append_json_string(body, message);
  body += "}}";
  return response_of(form, 200, std::move(body));
}

http::Response otlp_error(OtlpForm form, int status, std::string_view message) {
  const auto code = rpc_code(status);
  std::string body;
  if (form == OtlpForm::kProtobuf) {
    body = number_and_text(static_cast<std::uint64_t>(code), message);
  } else {
    body = fmt::format(R"({{"code":{},"message":)", code);
    core::append_json_string(body, message);
    body += '}';
  }
  http::Response response = response_of(form, status, std::move(body));
  add_error_headers(response, "Bearer");
  return response;
}

}  // namespace rw::ingest
