#include "daemon/notify/webhook_body.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "daemon/core/version.h"
#include "daemon/notify/text.h"

namespace rw::notify {
namespace {

using WebhookJson = nlohmann::ordered_json;

std::string dump(const WebhookJson& json) { return json.dump(-1, ' ', false, WebhookJson::error_handler_t::replace); }

// "and 490 more"; empty: all are listed.
std::string rest_of(const Message& message) {
  const std::uint64_t listed = message.findings.size();
  return message.count > listed ? fmt::format("and {} more", message.count - listed) : std::string();
}

// --- Our own

WebhookJson finding_object(const Finding& finding, std::string_view url) {
  WebhookJson json;
  json["kind"] = finding.kind == FindingKind::kNotable ? "notable" : "risk_event";
  json["id"] = finding.id;
  json["time"] = core::format_rfc3339(finding.time);
  json["created"] = core::format_rfc3339(finding.created);
  json["severity"] = severity_name(finding.severity);
  json["urgency"] = severity_name(finding.urgency);
  json["detection_id"] = finding.detection_id;
  json["detection"] = finding.detection;
  json["title"] = finding.title;
  if (!finding.description.empty()) json["description"] = finding.description;
  if (!finding.security_domain.empty()) json["security_domain"] = finding.security_domain;
  if (!finding.dest.empty()) json["dest"] = finding.dest;
  if (!finding.user.empty()) json["user"] = finding.user;
  if (finding.risk_score) json["risk_score"] = *finding.risk_score;
  if (!finding.techniques.empty()) json["mitre_attack"] = finding.techniques;
  if (!url.empty()) json["url"] = url;
  return json;
}

WebhookJson counts_array(const std::vector<Count>& counts, const char* name) {
  WebhookJson list = WebhookJson::array();
  for (const Count& count : counts) list.push_back({{name, count.name}, {"count", count.count}});
  return list;
}

std::string own_body(const Message& message) {
  WebhookJson json;
  json["version"] = 1;
  json["id"] = message.id;
  json["channel"] = message.channel;
  json["kind"] = kind_name(message.kind);
  json["test"] = message.test;
  json["created"] = core::format_rfc3339(message.created);
  json["title"] = headline(message);
  json["count"] = message.count;
  json["severity"] = severity_name(message.severity);
  json["urgency"] = severity_name(message.urgency);
  json["by_detection"] = counts_array(message.by_detection, "detection");
  json["by_dest"] = counts_array(message.by_dest, "dest");
  json["findings"] = WebhookJson::array();
  for (const Finding& finding : message.findings) json["findings"].push_back(finding_object(finding, {}));
  if (!message.url.empty()) json["url"] = message.url;
  return dump(json);
}

// --- Slack

constexpr std::size_t kSlackHeader = 150;   // characters of a header block
constexpr std::size_t kSlackSection = 600;  // of a section, which may have 3000

WebhookJson slack_text(std::string_view text, std::size_t most) {
  return {{"type", "plain_text"}, {"text", plain(text, most)}, {"emoji", false}};
}

std::string slack_body(const Message& message, const core::TimeZone& zone) {
  const std::string title = headline(message);
  WebhookJson blocks = WebhookJson::array();
  blocks.push_back({{"type", "header"}, {"text", slack_text(title, kSlackHeader)}});
  const auto section = [&](std::string_view text) {
    blocks.push_back({{"type", "section"}, {"text", slack_text(text, kSlackSection)}});
  };
  for (const Finding& finding : message.findings) section(line_of(finding, zone));
  if (const std::string rest = rest_of(message); !rest.empty()) section(rest);
  if (message.count == 1 && !message.findings.empty() && !message.findings[0].description.empty()) {
    section(message.findings[0].description);
  }
  if (message.count > 1 && !message.by_dest.empty()) section("By host: " + counts_line(message.by_dest));
  if (!message.url.empty()) {
    WebhookJson button = {
        {"type", "button"}, {"text", slack_text("Open in regwarden", kSlackHeader)}, {"url", message.url}};
    blocks.push_back({{"type", "actions"}, {"elements", WebhookJson::array({button})}});
  }
  // `text` is what a notification on a phone shows.
  return dump({{"text", escape_slack(title)}, {"blocks", blocks}});
}

// --- Teams

WebhookJson teams_run(std::string_view text, bool large) {
  WebhookJson run = {{"type", "TextRun"}, {"text", text}};
  if (large) {
    run["weight"] = "Bolder";
    run["size"] = "Medium";
  }
  return {{"type", "RichTextBlock"}, {"inlines", WebhookJson::array({run})}};
}

std::string teams_body(const Message& message, const core::TimeZone& zone) {
  // A TextBlock would read Markdown; a TextRun does not.
  WebhookJson blocks = WebhookJson::array({teams_run(headline(message), true)});
  for (const Finding& finding : message.findings) blocks.push_back(teams_run(line_of(finding, zone), false));
  if (const std::string rest = rest_of(message); !rest.empty()) blocks.push_back(teams_run(rest, false));
  if (message.count > 1 && !message.by_dest.empty()) {
    blocks.push_back(teams_run("By host: " + counts_line(message.by_dest), false));
  }
  WebhookJson card = {{"$schema", "http://adaptivecards.io/schemas/adaptive-card.json"},
                      {"type", "AdaptiveCard"},
                      {"version", "1.4"},
                      {"body", blocks}};
  if (!message.url.empty()) {
    WebhookJson open = {{"type", "Action.OpenUrl"}, {"title", "Open in regwarden"}, {"url", message.url}};
    card["actions"] = WebhookJson::array({open});
  }
  WebhookJson attachment = {
      {"contentType", "application/vnd.microsoft.card.adaptive"}, {"contentUrl", nullptr}, {"content", card}};
  return dump({{"type", "message"}, {"attachments", WebhookJson::array({attachment})}});
}

// --- Discord

constexpr std::size_t kDiscordTitle = 250;         // characters of an embed's title: 256
constexpr std::size_t kDiscordDescription = 4000;  // 4096

int discord_color(Severity urgency) {
  constexpr int kColors[] = {0x808080, 0x3b82f6, 0xeab308, 0xf97316, 0xdc2626};
  return kColors[static_cast<std::size_t>(urgency)];
}

std::string discord_body(const Message& message, const core::TimeZone& zone) {
  // Whole lines: a cut could leave half an escape.
  std::string description;
  std::size_t listed = 0;
  for (const Finding& finding : message.findings) {
    const std::string line = escape_discord(plain(line_of(finding, zone), kDiscordTitle));
    if (description.size() + line.size() + 1 > kDiscordDescription - 100) break;
    description += line + "\n";
    ++listed;
  }
  if (message.count > listed) description += fmt::format("and {} more\n", message.count - listed);
  const std::string hosts = escape_discord("By host: " + counts_line(message.by_dest));
  if (message.count > 1 && !message.by_dest.empty() && description.size() + hosts.size() < kDiscordDescription) {
    description += hosts;
  }
  // The escapes of a title count: half of what it may have is safe.
  WebhookJson embed = {{"title", escape_discord(plain(headline(message), kDiscordTitle / 2))},
                       {"description", description},
                       {"color", discord_color(message.urgency)}};
  if (!message.url.empty()) embed["url"] = message.url;
  WebhookJson mentions = {{"parse", WebhookJson::array()}};
  return dump({{"username", "regwarden"}, {"allowed_mentions", mentions}, {"embeds", WebhookJson::array({embed})}});
}

// --- ntfy

constexpr std::size_t kNtfyBytes = 4000;  // beyond 4096 a text becomes an attachment

WebhookRequest ntfy_request(const Message& message, const core::TimeZone& zone) {
  WebhookRequest request;
  for (const Finding& finding : message.findings) {
    const std::string line = plain(line_of(finding, zone), kDiscordTitle) + "\n";
    if (request.body.size() + line.size() > kNtfyBytes - 100) break;
    request.body += line;
  }
  if (const std::string rest = rest_of(message); !rest.empty()) request.body += rest + "\n";
  if (request.body.empty()) request.body = headline(message);
  constexpr std::string_view kPriorities[] = {"1", "2", "3", "4", "5"};
  request.headers = {{"Content-Type", "text/plain; charset=utf-8"},
                     {"Title", header_text(headline(message), false)},
                     {"Priority", std::string(kPriorities[static_cast<std::size_t>(message.urgency)])}};
  if (!message.url.empty()) request.headers.emplace_back("Click", message.url);
  return request;
}

}  // namespace

std::string finding_json(const Finding& finding, std::string_view url) { return dump(finding_object(finding, url)); }

WebhookRequest webhook_request(WebhookFormat format, const Message& message, const core::TimeZone& zone) {
  if (format == WebhookFormat::kNtfy) return ntfy_request(message, zone);
  WebhookRequest request;
  request.headers = {{"Content-Type", "application/json"}};
  switch (format) {
    case WebhookFormat::kJson:
      request.body = own_body(message);
      break;
    case WebhookFormat::kSlack:
      request.body = slack_body(message, zone);
      break;
    case WebhookFormat::kTeams:
      request.body = teams_body(message, zone);
      break;
    case WebhookFormat::kDiscord:
      request.body = discord_body(message, zone);
      break;
    case WebhookFormat::kNtfy:
      break;
  }
  return request;
}

}  // namespace rw::notify
