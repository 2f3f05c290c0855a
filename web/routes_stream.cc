#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "web/news.h"
#include "web/parameters.h"
#include "web/routes.h"

namespace rw::web {

// A browser's EventSource sends the header when it comes back by itself; a page that was loaded anew has the parameter.
Answer stream_news(const Context& context, const http::Request& request) {
  for (const auto& [name, value] : request.query) {
    if (name == "last_event_id") continue;
    return core::invalid_input(fmt::format("unknown parameter '{}': expected last_event_id", name));
  }
  std::optional<NewsPlace> from;
  if (const auto place = request.query_value("last_event_id")) {
    from = parse_place(*place);
    if (!from) return core::invalid_input("last_event_id: expected the id of an event of this stream");
  }
  // What a client remembers of another server must not keep it out.
  if (!request.header("last-event-id").empty()) from = parse_place(request.header("last-event-id"));
  std::shared_ptr<NewsDesk::Watcher> watcher = context.news.watch();
  if (!watcher) {
    return core::Error{core::ErrorCode::kBusy,
                       fmt::format("{} clients watch the stream, as many as may", NewsDesk::kMostWatchers),
                       "come back later, or ask the lists"};
  }
  http::Response response;
  response.content_type = "text/event-stream; charset=utf-8";
  response.headers.emplace_back("X-Accel-Buffering", "no");  // nginx would gather events
  const auto may_watch = [&authenticator = context.sources.authenticator, caller = context.caller] {
    return authenticator.still_grants(caller, Scope::kRead);
  };
  response.source = [watcher = std::move(watcher), from, may_watch](http::BodySink& sink) {
    return watcher->send(from, may_watch, sink);
  };
  return response;
}

}  // namespace rw::web
