#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "fixture.h"

using namespace rw;
using namespace rw::web::test;

namespace {

constexpr const char* kNotables = "/api/v1/notables";

class Triage : public Fixture {
 public:
  explicit Triage(std::vector<std::shared_ptr<const detect::Detection>> detections = {})
      : Fixture(std::move(detections)) {
    storage::Batch batch;
    for (const char* identity : {"a", "b", "c"}) {
      batch.notables.push_back(notable(
          identity, R"(["dest"])",
          R"({"dest":"WS1.corp.example","user":"ann","registry_value_name":"AmsiEnable","count":"1","firstTime":"x"})"));
    }
    write(std::move(batch));
  }

  http::Response patch(std::string path, const std::string& body) {
    http::Request request = make_request(std::move(path), {}, "PATCH");
    request.peer = "127.0.0.1:5000";
    request.body = body;
    return ask(std::move(request));
  }
  json patched(std::string path, const json& body) {
    const http::Response response = patch(std::move(path), body.dump());
    INFO(response.body);
    REQUIRE(response.status == 200);
    return json::parse(response.body);
  }
};

}  // namespace

TEST_CASE("a notable is triaged, and its history says who did what") {
  Triage fixture;
  const json begun = fixture.patched("/api/v1/notables/2", {{"status", "in_progress"}, {"owner", " ann "}});
  CHECK(begun["id"] == 2);
  CHECK(begun["status"] == "in_progress");
  CHECK(begun["owner"] == "ann");
  CHECK(begun["disposition"] == "undetermined");
  CHECK(begun["dest"] == "WS1.corp.example");
  const json ended =
      fixture.patched("/api/v1/notables/2",
                      {{"status", "closed"}, {"disposition", "false_positive"}, {"comment", "the \"installer\""}});
  CHECK(ended["status"] == "closed");
  CHECK(ended["owner"] == "ann");
  CHECK(ended["disposition"] == "false_positive");
  CHECK(fixture.patched("/api/v1/notables/2", {{"owner", ""}})["owner"] == "unassigned");

  CHECK(fixture.get_json("/api/v1/notables/2/history") ==
        json({{"items",
               {{{"id", 3}, {"time", kNow}, {"notable", 2}, {"actor", "anonymous"}, {"owner", "unassigned"}},
                {{"id", 2},
                 {"time", kNow},
                 {"notable", 2},
                 {"actor", "anonymous"},
                 {"status", "closed"},
                 {"disposition", "false_positive"},
                 {"comment", "the \"installer\""}},
                {{"id", 1},
                 {"time", kNow},
                 {"notable", 2},
                 {"actor", "anonymous"},
                 {"status", "in_progress"},
                 {"owner", "ann"}}}},
              {"next_cursor", nullptr}}));
  CHECK(fixture.get_json("/api/v1/notables/1/history")["items"].empty());
  CHECK(fixture.ids(kNotables, {{"status", "new"}}) == std::vector<int>{3, 1});
}

TEST_CASE("many notables are triaged at once; those that are gone do not count") {
  Triage fixture;
  CHECK(fixture.patched(kNotables, {{"ids", {3, 1, 3, 9}}, {"status", "resolved"}, {"comment", "patch day"}}) ==
        json({{"changed", 2}}));
  CHECK(fixture.ids(kNotables, {{"status", "resolved"}}) == std::vector<int>{3, 1});
  CHECK(fixture.get_json("/api/v1/notables/3/history")["items"].size() == 1);
  CHECK(fixture.get_json("/api/v1/notables/2/history")["items"].empty());
}

TEST_CASE("a detection's quality is what people said of its notables") {
  auto detection = std::make_shared<detect::Detection>();
  detection->id = "9c27ec40";
  detection->name = "Disable AMSI Through Registry";
  Triage fixture({detection});
  const std::string path = "/api/v1/detections/9c27ec40";
  CHECK(fixture.get_json(path)["quality"] == json({{"notables", 3},
                                                   {"undetermined", 3},
                                                   {"true_positive", 0},
                                                   {"benign_positive", 0},
                                                   {"false_positive", 0},
                                                   {"other", 0},
                                                   {"false_positive_rate", nullptr}}));
  fixture.patched("/api/v1/notables/1", {{"disposition", "false_positive"}});
  fixture.patched("/api/v1/notables/2", {{"disposition", "true_positive"}});
  const json quality = fixture.get_json("/api/v1/detections")["items"][0]["quality"];
  CHECK(quality == fixture.get_json(path)["quality"]);
  CHECK(quality["undetermined"] == 1);
  CHECK(quality["true_positive"] == 1);
  CHECK(quality["false_positive"] == 1);
  CHECK(quality["false_positive_rate"] == 0.5);
}

TEST_CASE("a cursor of one notable's history is none of another's") {
  Triage fixture;
  for (const char* path : {"/api/v1/notables/1", "/api/v1/notables/1"}) fixture.patched(path, {{"comment", "seen"}});
  const std::string cursor = fixture.get_json("/api/v1/notables/1/history", {{"limit", "1"}}).at("next_cursor");
  CHECK(fixture.ids("/api/v1/notables/1/history", {{"cursor", cursor}}) == std::vector<int>{1});
  CHECK(fixture.get("/api/v1/notables/2/history", {{"cursor", cursor}}).status == 400);
}

TEST_CASE("triage that is not understood changes nothing") {
  Triage fixture;
  const std::string nothing = "expected at least one of status, owner, disposition, comment";
  const std::string ids = "expected a list of 1 to 1000 ids of notables";
  const struct {
    std::string path;
    std::string body;
    int status;
    std::string detail;
  } cases[] = {
      {"/api/v1/notables/1", "", 400, "the body: expected a JSON object in UTF-8"},
      {"/api/v1/notables/1", "[]", 400, "the body: expected a JSON object in UTF-8"},
      {"/api/v1/notables/1", "{}", 400, nothing},
      {"/api/v1/notables/1", R"({"comment": " \n"})", 400, nothing},
      {"/api/v1/notables/1", R"({"status": "open"})", 400,
       "status: 'open': expected one of new, in_progress, pending, resolved, closed"},
      {"/api/v1/notables/1", R"({"status": 1})", 400,
       "status: '1': expected one of new, in_progress, pending, resolved, closed"},
      {"/api/v1/notables/1", R"({"status": "new", "status": "closed"})", 400, "'status': given more than once"},
      {"/api/v1/notables/1", R"({"disposition": "fp"})", 400,
       "disposition: 'fp': expected one of undetermined, true_positive, benign_positive, false_positive, other"},
      {"/api/v1/notables/1", R"({"owner": "a\nb"})", 400, "owner: 'a?b': expected a name of at most 128 bytes"},
      {"/api/v1/notables/1", R"({"urgency": "high"})", 400,
       "unknown member 'urgency': expected one of status, owner, disposition, comment"},
      {"/api/v1/notables/1", R"({"comment": ")" + std::string(16 * 1024 + 1, 'x') + "\"}", 400,
       "comment: 16385 bytes: expected at most 16384"},
      {"/api/v1/notables/1", "{\"comment\": \"" + std::string(256 * 1024, 'x') + "\"}", 413,
       "the body: expected at most 256KiB"},
      {"/api/v1/notables/1", "{\"status\": " + std::string(120'000, '[') + std::string(120'000, ']') + "}", 400,
       "the body: nested more than 32 deep"},
      {"/api/v1/notables/9", R"({"status": "closed"})", 404, "there is no notable '9'"},
      {"/api/v1/notables/x", R"({"status": "closed"})", 404, "there is no notable 'x'"},
      {"/api/v1/notables/x/history", "", 405, "this path takes other methods, see Allow"},
      {kNotables, R"({"status": "closed"})", 400, "ids: expected the ids of the notables"},
      {kNotables, R"({"ids": [], "status": "closed"})", 400, "ids: '[]': " + ids},
      {kNotables, R"({"ids": ["1"], "status": "closed"})", 400, "ids: '1': " + ids},
      {kNotables, R"({"ids": [0], "status": "closed"})", 400, "ids: '0': " + ids},
      {kNotables, R"({"ids": [1.5], "status": "closed"})", 400, "ids: '1.5': " + ids},
      {kNotables, R"({"ids": [18446744073709551615], "status": "closed"})", 400, "ids: '18446744073709551615': " + ids},
      {kNotables, R"({"ids": [1]})", 400, nothing},
  };
  for (const auto& test : cases) {
    INFO(test.path << ' ' << test.body.substr(0, 100));
    const http::Response response = fixture.patch(test.path, test.body);
    CHECK(response.status == test.status);
    CHECK(json::parse(response.body)["detail"] == test.detail);
  }
  CHECK(fixture.get("/api/v1/notables/9/history").status == 404);
  CHECK(fixture.get("/api/v1/notables/9/events").status == 404);
  CHECK(fixture.ids(kNotables, {{"status", "new"}}) == std::vector<int>{3, 2, 1});
}

TEST_CASE("the events behind a notable are those of its window that have what its row says") {
  Triage fixture;
  storage::Batch batch;
  batch.registry.push_back(registry_record(1, "2026-10-11T11:02:03Z", "AmsiEnable", "ann"));
  batch.registry.push_back(registry_record(2, "2026-10-11T11:02:04Z", "AmsiEnable", "bob"));
  batch.registry.push_back(registry_record(3, "2026-10-11T11:02:05Z", "Other", "ann"));
  batch.registry.push_back(registry_record(4, "2026-10-11T10:49:59Z", "AmsiEnable", "ann"));  // before the window
  batch.registry.push_back(registry_record(5, "2026-10-11T11:50:00Z", "AmsiEnable", "ann"));  // after it
  fixture.write(std::move(batch));
  const json events = fixture.get_json("/api/v1/notables/1/events");
  REQUIRE(events["registry"].size() == 1);
  CHECK(events["registry"][0]["EventRecordID"] == 1);
  CHECK(events["registry"][0]["_time"] == "2026-10-11T11:02:03Z");
  // Host and user alone would say "all that ran there".
  CHECK(events["processes"].empty());
}
