// The outbox over the API: what became of messages, test messages, and what was lost once more.
#include <string>
#include <utility>
#include <vector>

#include "fixture.h"
#include "storage/edits.h"

using namespace rw;
using namespace rw::web;
using namespace rw::web::test;

namespace {

storage::Notification message(std::string key, std::string state, std::string channel = "soc") {
  storage::Notification message;
  message.key = std::move(key);
  message.created = at("2026-10-11T12:00:00Z");
  message.channel = std::move(channel);
  message.kind = "notables";
  message.findings = 2;
  message.ids = "1-2";
  message.attempts = 1;
  message.state = std::move(state);
  if (message.state != "sent" && message.state != "skipped") message.error = "answered 503";
  if (message.state == "sent") message.sent = at("2026-10-11T12:00:01Z");
  return message;
}

class Outbox : public Fixture {
 public:
  void put(std::vector<storage::Notification> messages) {
    auto edits = std::make_shared<storage::Edits>();
    edits->notifications = std::move(messages);
    storage::Batch batch;
    batch.edits = std::move(edits);
    write(std::move(batch));
  }
  http::Response post(std::string path, const std::string& body = {}) {
    http::Request request = make_request("/api/v1/notifications/" + std::move(path), {}, "POST");
    request.peer = "192.0.2.9";
    request.body = body;
    return ask(std::move(request));
  }
  // The body of an answer with this status.
  json answer(int status, std::string path, const std::string& body = {}) {
    const http::Response response = post(std::move(path), body);
    INFO(response.body);
    CHECK(response.status == status);
    return json::parse(response.body);
  }
};

}  // namespace

TEST_CASE_METHOD(Outbox, "the outbox: each message, without what is its own") {
  CHECK(get_json("/api/v1/notifications").at("items") == json::array());
  put({message("msg_1", "sent"), message("msg_2", "failed", "mail")});
  const json failed = {{"id", 2},
                       {"created", "2026-10-11T12:00:00Z"},
                       {"key", "msg_2"},
                       {"channel", "mail"},
                       {"kind", "notables"},
                       {"findings", 2},
                       {"state", "failed"},
                       {"attempts", 1},
                       {"error", "answered 503"}};
  const json items = get_json("/api/v1/notifications").at("items");
  REQUIRE(items.size() == 2);
  CHECK(items[0] == failed);
  CHECK(items[1].at("sent") == "2026-10-11T12:00:01Z");
  CHECK_FALSE(items[1].contains("ids"));
  CHECK(ids("/api/v1/notifications", {{"channel", "soc"}}) == std::vector<int>{1});
  CHECK(ids("/api/v1/notifications", {{"state", "failed"}}) == std::vector<int>{2});
}

TEST_CASE_METHOD(Outbox, "test messages go to the channel that is named, or to all") {
  std::vector<std::string> asked;
  test_notifications_ = [&](std::string_view channel) -> core::Result<std::vector<notify::TestResult>> {
    asked.emplace_back(channel);
    if (channel == "none") return core::Error{core::ErrorCode::kNotFound, "there is no channel 'none'"};
    return std::vector<notify::TestResult>{{"soc", true, ""}, {"mail", false, "answered 404"}};
  };
  const json results = {
      {"results",
       {{{"channel", "soc"}, {"ok", true}}, {{"channel", "mail"}, {"ok", false}, {"error", "answered 404"}}}}};
  CHECK(answer(200, "test") == results);
  CHECK(answer(200, "test", R"({"channel": null})") == results);
  CHECK(answer(200, "test", R"({"channel": "soc"})") == results);
  CHECK(answer(404, "test", R"({"channel": "none"})").at("detail") == "there is no channel 'none'");
  CHECK(asked == std::vector<std::string>{"", "", "soc", "none"});
  CHECK(answer(400, "test", R"({"channel": 1})").at("detail") == "channel: '1': expected a text");
  CHECK(answer(400, "test", R"({"to": "soc"})").at("detail") == "unknown member 'to': expected one of channel");
  CHECK(answer(400, "test", "soc").at("detail") == "the body: expected a JSON object in UTF-8");
}

TEST_CASE_METHOD(Outbox, "a message that was lost waits again, and its channel is told") {
  put({message("msg_1", "failed"), message("msg_2", "given_up", "mail")});
  const json waiting = answer(200, "1/retry");
  CHECK(waiting.at("state") == "waiting");
  CHECK(waiting.at("next_attempt") == kNow);
  CHECK(waiting.at("attempts") == 1);
  CHECK_FALSE(waiting.contains("ids"));
  CHECK(answer(200, "2/retry").at("channel") == "mail");
  CHECK(get_json("/api/v1/notifications", {{"state", "waiting"}}).at("items").size() == 2);
  CHECK(looked_again_ == std::vector<std::string>{"soc", "mail"});

  const json audit = get_json("/api/v1/audit").at("items");
  REQUIRE(audit.size() == 2);
  CHECK(audit[1].at("action") == "notification.retry");
  CHECK(audit[1].at("object") == "1");
  CHECK(audit[1].at("peer") == "192.0.2.9");
  CHECK(audit[1].at("detail") == json{{"channel", "soc"}});
}

TEST_CASE_METHOD(Outbox, "what was not lost is not sent again") {
  put({message("msg_1", "waiting"), message("msg_2", "sent"), message("msg_3", "skipped"),
       message("msg_4", "failed", "gone")});
  const struct {
    int status;
    std::string id;
    std::string detail;
  } cases[] = {
      {409, "1", "notification 1 is waiting: expected one that failed or was given up"},
      {409, "2", "notification 2 is sent: expected one that failed or was given up"},
      {409, "3", "notification 3 is skipped: expected one that failed or was given up"},
      {409, "4", "there is no channel 'gone' any more"},
      {404, "5", "there is no notification with the id '5'"},
      {404, "x", "there is no notification with the id 'x'"},
  };
  for (const auto& test : cases) {
    INFO(test.id);
    CHECK(answer(test.status, test.id + "/retry").at("detail") == test.detail);
  }
  CHECK(get_json("/api/v1/audit").at("items").empty());
  CHECK(ids("/api/v1/notifications", {{"state", "waiting"}}) == std::vector<int>{1});
  CHECK(get("/api/v1/notifications/4/retry").status == 405);
}
