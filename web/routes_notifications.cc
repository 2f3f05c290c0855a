#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/core/text.h"
#include "web/body.h"
#include "web/edit.h"
#include "web/lists.h"
#include "web/problem.h"
#include "web/routes.h"

namespace rw::web {
namespace {

// Which findings a message is about is said by their number; the ranges of ids are the outbox's own.
void finish_notification(Json& message) { message.erase("ids"); }

core::Error no_notification(std::string_view id) {
  return {core::ErrorCode::kNotFound, fmt::format("there is no notification with the id '{}'", id),
          "GET /api/v1/notifications lists them"};
}

// As GET /notifications has it. Errors: NotFound, those of the store.
core::Result<Json> find_notification(const Context& context, std::string_view text) {
  const auto id = core::parse_integer<std::int64_t>(text);
  if (!id) return no_notification(text);
  storage::ListRequest list;
  list.listing = storage::Listing::kNotifications;
  list.id = *id;
  RW_TRY(ReaderPool::Lease reader, context.readers.take());
  RW_TRY(storage::ListPage page, reader->list(list));
  std::vector<Json> items = render_items(with_time_name(std::move(page), "created"));
  if (items.empty()) return no_notification(text);
  finish_notification(items[0]);
  return std::move(items[0]);
}

http::Response cannot_be_retried(const Json& message, const http::Request& request) {
  return problem(409,
                 fmt::format("notification {} is {}: expected one that failed or was given up",
                             message.at("id").get<std::int64_t>(), message.at("state").get<std::string>()),
                 request.path);
}

}  // namespace

Answer list_notifications(const Context& context, const http::Request& request) {
  return answer_list(context, request, {"notifications", storage::Listing::kNotifications, "created"},
                     finish_notification);
}

// The store decides: two who ask at the same time do not send it twice.
Answer retry_notification(const Context& context, const http::Request& request) {
  RW_CHECK(expect_no_parameters(request));
  const std::string& id = request.path_parameters.at(0);
  RW_TRY(const Json message, find_notification(context, id));
  const std::string& state = message.at("state").get_ref<const std::string&>();
  const std::string& channel = message.at("channel").get_ref<const std::string&>();
  if (state != "failed" && state != "given_up") {
    // It may wait since a retry whose commit came after its answer.
    if (state == "waiting" && context.sources.look_again) context.sources.look_again(channel);
    return cannot_be_retried(message, request);
  }
  const auto& list = context.sources.notify_channels;
  const std::vector<std::string> channels = list ? list() : std::vector<std::string>();
  if (std::ranges::find(channels, channel) == channels.end()) {
    return problem(409, fmt::format("there is no channel {} any more", core::quoted(channel)), request.path,
                   "configure it under `notify` again");
  }

  storage::Edits edits;
  edits.retries.push_back({message.at("id").get<std::int64_t>(), context.sources.clock.now()});
  edits.audit.push_back(audit_entry(context, request, "notification.retry", id, {{"channel", channel}}));
  RW_TRY(const storage::CommitOutcome outcome, commit_edits(context, std::move(edits)));
  RW_TRY(const Json now, find_notification(context, id));
  if (outcome.edited == 0) return cannot_be_retried(now, request);
  context.sources.look_again(channel);
  return json_response(now);
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
