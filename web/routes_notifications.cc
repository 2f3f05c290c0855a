#include <string>

#include "web/body.h"
#include "web/edit.h"
#include "web/lists.h"
#include "web/routes.h"

namespace rw::web {
namespace {

// Which findings a message is about is said by their number; the ranges of ids are the outbox's own.
void finish_notification(Json& message) { message.erase("ids"); }

}  // namespace

Answer list_notifications(const Context& context, const http::Request& request) {
  return answer_list(context, request, {"notifications", storage::Listing::kNotifications, "created"},
                     finish_notification);
}

Answer test_notifications(const Context& context, const http::Request& request) {
  RW_CHECK(expect_no_parameters(request));
  if (!context.sources.test_notifications) {
    return core::Error{core::ErrorCode::kUnsupported, "this daemon has no channels of notifications"};
  }
  std::string channel;
  if (!request.body.empty()) {
    RW_TRY(const Json body, parse_object(request.body, R"({"channel": "slack"})"));
    for (const auto& [member, value] : body.items()) {
      if (member != "channel") return unknown_member(member, "channel");
      if (value.is_null()) continue;
      RW_TRY(channel, parse_text(member, value));
    }
  }
  RW_TRY(const auto results, context.sources.test_notifications(channel, context.stopping));
  Json json = {{"results", Json::array()}};
  for (const notify::TestResult& result : results) {
    Json& item = json["results"].emplace_back(Json{{"channel", result.channel}, {"ok", result.ok}});
    if (!result.ok) item["error"] = render_text(result.error);
  }
  return json_response(json);
}

}  // namespace rw::web
