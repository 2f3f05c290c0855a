// A message as each kind of webhook wants it. Values of findings are never markup, link or mention: they are plain text
// elements where the service has these (Slack, Teams), and escaped where it has not (Discord). Pure.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/core/time.h"
#include "daemon/notify/message.h"

namespace rw::notify {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct WebhookRequest {
  std::string body;
  Headers headers;  // Content-Type among them
};

// Slack: Block Kit for incoming webhooks. Teams: an Adaptive Card for a Workflows webhook. Discord: an embed. ntfy: the
// topic's URL, text and headers. JSON: our own form, docs/notifications.md.
WebhookRequest webhook_request(WebhookFormat format, const Message& message, const core::TimeZone& zone);

// The finding as our own JSON has it, on one line.
std::string finding_json(const Finding& finding, std::string_view url);

}  // namespace rw::notify
