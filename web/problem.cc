#include "web/problem.h"

#include <array>
#include <utility>

#include "web/render.h"

namespace rw::web {

std::string_view status_title(int status) {
  constexpr std::array<std::pair<int, std::string_view>, 16> kTitles = {{{400, "Bad Request"},
                                                                         {401, "Unauthorized"},
                                                                         {403, "Forbidden"},
                                                                         {404, "Not Found"},
                                                                         {405, "Method Not Allowed"},
                                                                         {408, "Request Timeout"},
                                                                         {409, "Conflict"},
                                                                         {413, "Content Too Large"},
                                                                         {414, "URI Too Long"},
                                                                         {415, "Unsupported Media Type"},
                                                                         {422, "Unprocessable Content"},
                                                                         {429, "Too Many Requests"},
                                                                         {431, "Request Header Fields Too Large"},
                                                                         {500, "Internal Server Error"},
                                                                         {501, "Not Implemented"},
                                                                         {503, "Service Unavailable"}}};
  for (const auto& [known, title] : kTitles) {
    if (known == status) return title;
  }
  return "Error";
}

http::Response problem(int status, std::string_view detail, std::string_view instance, std::string_view hint) {
  Json body = {{"type", "about:blank"},
               {"title", status_title(status)},
               {"status", status},
               {"detail", detail},
               {"instance", instance}};
  if (!hint.empty()) body["hint"] = hint;
  http::Response response = json_response(body);
  response.status = status;
  response.content_type = "application/problem+json";
  if (status == 503) response.headers.emplace_back("Retry-After", "5");
  return response;
}

http::Response problem_of(const core::Error& error, std::string_view instance) {
  switch (error.code) {
    case core::ErrorCode::kInvalidInput:
      return problem(400, error.message, instance, error.hint);
    case core::ErrorCode::kNotFound:
      return problem(404, error.message, instance, error.hint);
    case core::ErrorCode::kUnsupported:
      return problem(501, error.message, instance, error.hint);
    case core::ErrorCode::kBusy:
    case core::ErrorCode::kLimit:
    case core::ErrorCode::kIo:
    case core::ErrorCode::kCancelled:
      return problem(503, error.message, instance, error.hint);
    case core::ErrorCode::kInternal:
      break;
  }
  return problem(500, "the request failed for a reason that is in the daemon's log", instance);
}

}  // namespace rw::web
