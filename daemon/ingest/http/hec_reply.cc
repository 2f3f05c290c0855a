#include "daemon/ingest/http/hec_reply.h"

#include <fmt/format.h>

#include <string>

#include "daemon/core/json_text.h"
#include "daemon/core/result.h"
#include "daemon/ingest/http/server_fault.h"

namespace rw::ingest {
namespace {

struct ReplyRow {
  HecCode code;
  int status;
  std::string_view text;
};

constexpr ReplyRow kReplies[] = {
    {HecCode::kSuccess, 200, "Success"},
    {HecCode::kTokenRequired, 401, "Token is required"},
    {HecCode::kInvalidAuthorization, 401, "Invalid authorization"},
    {HecCode::kInvalidToken, 403, "Invalid token"},
    {HecCode::kNoData, 400, "No data"},
    {HecCode::kInvalidDataFormat, 400, "Invalid data format"},
    {HecCode::kInternalError, 500, "Internal server error"},
    {HecCode::kBusy, 503, "Server is busy"},
    {HecCode::kChannelMissing, 400, "Data channel is missing"},
    {HecCode::kInvalidChannel, 400, "Invalid data channel"},
    {HecCode::kEventRequired, 400, "Event field is required"},
    {HecCode::kEventBlank, 400, "Event field cannot be blank"},
    {HecCode::kAckDisabled, 400, "ACK is disabled"},
    {HecCode::kIndexedFields, 400, "Error in handling indexed fields"},
    {HecCode::kQueryTokenDisabled, 400, "Query string authorization is not enabled"},
    {HecCode::kHealthy, 200, "HEC is healthy"},
    {HecCode::kUnhealthy, 503, "HEC is unhealthy, queues are full"},
    {HecCode::kHealthInvalidToken, 400, "Invalid token"},
    {HecCode::kShuttingDown, 503, "Server is shutting down"},
};

const ReplyRow& row_of(HecCode code) {
  for (const ReplyRow& row : kReplies) {
    if (row.code == code) return row;
  }
  core::assertion_failed("every HecCode has a row", __FILE__, __LINE__);
}

}  // namespace

http::Response hec_reply(HecCode code, std::optional<std::size_t> event_number) {
  const ReplyRow& row = row_of(code);
  http::Response response;
  response.status = row.status;
  response.body = fmt::format(R"({{"text":"{}","code":{})", row.text, static_cast<int>(code));
  if (event_number) response.body += fmt::format(R"(,"invalid-event-number":{})", *event_number);
  response.body += '}';
  add_error_headers(response, "Splunk");
  return response;
}

http::Response hec_accepted(std::uint64_t ack_id) {
  http::Response response = hec_reply(HecCode::kSuccess);
  response.body.insert(response.body.size() - 1, fmt::format(R"(,"ackId":{})", ack_id));
  return response;
}

http::Response hec_http_error(int status, std::string_view text) {
  http::Response response;
  response.status = status;
  response.body = R"({"text":)";
  core::append_json_string(response.body, text);
  response.body += fmt::format(R"(,"code":{}}})", status);
  return response;
}

http::Response hec_not_found(int status) {
  http::Response response = hec_http_error(404, "The requested URL was not found on this server.");
  response.status = status;
  return response;
}

}  // namespace rw::ingest
