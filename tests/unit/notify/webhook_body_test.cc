// Exact bodies. What is asked of the services' own limits stands beside them.
#include "daemon/notify/webhook_body.h"

#include <nlohmann/json.hpp>

#include "daemon/notify/text.h"
#include "tests/unit/notify/fixtures.h"

namespace rw::notify {
namespace {

using nlohmann::json;
using test::finding;
using test::message_of;

WebhookRequest request(WebhookFormat format, const Message& message) {
  return webhook_request(format, message, test::kUtc);
}

// As findings_of() makes it of a machine's values.
Finding hostile(std::int64_t id) {
  Finding one = finding(id, Severity::kHigh, plain(test::kHostile, 200));
  one.user = plain(test::kHostile, 200);
  one.title = plain(test::kHostile, 200);
  return one;
}

Message many() {
  Digest digest;
  for (int i = 1; i <= 12; ++i) digest.add(hostile(i));
  Message message = digest.message();
  message.channel = "soc";
  return message;
}

}  // namespace

TEST_CASE("JSON of our own") {
  const WebhookRequest own = request(WebhookFormat::kJson, message_of({finding(7)}));
  CHECK(own.headers == Headers{{"Content-Type", "application/json"}});
  CHECK(
      own.body ==
      R"x({"version":1,"id":"msg_0001","channel":"soc","kind":"notables","test":false,"created":"2026-10-11T21:01:02Z",)x"
      R"x("title":"Medium: Disable AMSI Through Registry on WS1","count":1,"severity":"medium","urgency":"medium",)x"
      R"x("by_detection":[{"detection":"Disable AMSI Through Registry","count":1}],"by_dest":[{"dest":"WS1","count":1}],)x"
      R"x("findings":[{"kind":"notable","id":7,"time":"2026-10-11T20:14:15.500000Z","created":"2026-10-11T21:00:01Z",)x"
      R"x("severity":"medium","urgency":"medium","detection_id":"9c27ec40","detection":"Disable AMSI Through Registry",)x"
      R"x("title":"Disable AMSI Through Registry","description":"AMSI was switched off","security_domain":"endpoint",)x"
      R"x("dest":"WS1","user":"ann","mitre_attack":["T1562.001","T1562"]}],)x"
      R"x("url":"https://siem.corp.example/#/findings"})x");
}

TEST_CASE("Slack: plain text blocks, an escaped fallback") {
  CHECK(
      request(WebhookFormat::kSlack, message_of({finding(7)})).body ==
      R"x({"text":"Medium: Disable AMSI Through Registry on WS1","blocks":[)x"
      R"x({"type":"header","text":{"type":"plain_text","text":"Medium: Disable AMSI Through Registry on WS1","emoji":false}},)x"
      R"x({"type":"section","text":{"type":"plain_text","text":"2026-10-11 20:14:15 UTC  medium  Disable AMSI Through Registry on WS1 (ann)","emoji":false}},)x"
      R"x({"type":"section","text":{"type":"plain_text","text":"AMSI was switched off","emoji":false}},)x"
      R"x({"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"Open in regwarden","emoji":false},"url":"https://siem.corp.example/#/findings"}]}]})x");

  const json body = json::parse(request(WebhookFormat::kSlack, many()).body);
  CHECK(body.at("text").get<std::string>().find('<') == std::string::npos);
  // Headline, ten findings, "and 2 more", hosts; no link without a URL. At most 50 blocks are allowed.
  REQUIRE(body.at("blocks").size() == 13);
  CHECK(body["blocks"][11]["text"]["text"] == "and 2 more");
  for (const json& block : body["blocks"]) {
    CHECK(block.at("text").at("type") == "plain_text");
    CHECK(block["text"]["text"].get<std::string>().size() <= 3000);
  }
  CHECK(body["blocks"][0]["text"]["text"].get<std::string>().size() <= 150 + 2);
}

TEST_CASE("Teams: an Adaptive Card whose texts are no Markdown") {
  CHECK(
      request(WebhookFormat::kTeams, message_of({finding(7)})).body ==
      R"x({"type":"message","attachments":[{"contentType":"application/vnd.microsoft.card.adaptive","contentUrl":null,)x"
      R"x("content":{"$schema":"http://adaptivecards.io/schemas/adaptive-card.json","type":"AdaptiveCard","version":"1.4",)x"
      R"x("body":[{"type":"RichTextBlock","inlines":[{"type":"TextRun","text":"Medium: Disable AMSI Through Registry on WS1","weight":"Bolder","size":"Medium"}]},)x"
      R"x({"type":"RichTextBlock","inlines":[{"type":"TextRun","text":"2026-10-11 20:14:15 UTC  medium  Disable AMSI Through Registry on WS1 (ann)"}]}],)x"
      R"x("actions":[{"type":"Action.OpenUrl","title":"Open in regwarden","url":"https://siem.corp.example/#/findings"}]}}]})x");
  const json body = json::parse(request(WebhookFormat::kTeams, many()).body);
  for (const json& block : body["attachments"][0]["content"]["body"]) CHECK(block.at("type") == "RichTextBlock");
}

TEST_CASE("Discord: an embed without mentions, markup escaped") {
  CHECK(
      request(WebhookFormat::kDiscord, message_of({finding(7)})).body ==
      R"x({"username":"regwarden","allowed_mentions":{"parse":[]},"embeds":[{"title":"Medium\\: Disable AMSI Through Registry on WS1",)x"
      R"x("description":"2026\\-10\\-11 20\\:14\\:15 UTC  medium  Disable AMSI Through Registry on WS1 \\(ann\\)\n",)x"
      R"x("color":15381256,"url":"https://siem.corp.example/#/findings"}]})x");
  const json body = json::parse(request(WebhookFormat::kDiscord, many()).body);
  const std::string description = body["embeds"][0]["description"];
  CHECK(description.find("\\<\\!channel\\>") != std::string::npos);
  CHECK(description.find("http\\:\\/\\/evil") != std::string::npos);
  CHECK(description.find("://") == std::string::npos);
  CHECK(description.size() <= 4096);
  CHECK(body["embeds"][0]["title"].get<std::string>().size() <= 256);
  CHECK(body["allowed_mentions"] == json{{"parse", json::array()}});
}

TEST_CASE("ntfy: text and headers") {
  const WebhookRequest one = request(WebhookFormat::kNtfy, message_of({finding(7, Severity::kCritical)}));
  CHECK(one.body == "2026-10-11 20:14:15 UTC  critical  Disable AMSI Through Registry on WS1 (ann)\n");
  CHECK(one.headers == Headers{{"Content-Type", "text/plain; charset=utf-8"},
                               {"Title", "Critical: Disable AMSI Through Registry on WS1"},
                               {"Priority", "5"},
                               {"Click", "https://siem.corp.example/#/findings"}});
  Finding foreign = finding(8);
  foreign.title = "Größe";
  foreign.dest.clear();
  CHECK(request(WebhookFormat::kNtfy, message_of({foreign})).headers[1].second == "=?UTF-8?B?TWVkaXVtOiBHcsO2w59l?=");
  const WebhookRequest more = request(WebhookFormat::kNtfy, many());
  CHECK(more.body.size() <= 4096);
  CHECK(more.body.ends_with("and 2 more\n"));
  for (const auto& [name, value] : more.headers) CHECK(value.find_first_of("\r\n") == std::string::npos);
}

TEST_CASE("what is no UTF-8 and what is long breaks no body") {
  Finding bad = finding(1);
  bad.title = plain(std::string(64 * 1024, '\xff'), 200);
  bad.dest = plain(std::string("\0\x01\"\\", 4), 200);
  for (const auto format :
       {WebhookFormat::kJson, WebhookFormat::kSlack, WebhookFormat::kTeams, WebhookFormat::kDiscord}) {
    const std::string body = request(format, message_of({bad})).body;
    CHECK(json::accept(body));
    CHECK(body.size() < 8000);
  }
}

}  // namespace rw::notify
