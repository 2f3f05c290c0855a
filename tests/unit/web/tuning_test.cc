// Exceptions, suppressions, filters and switches over the API.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "daemon/detect/compile.h"
#include "tests/unit/web/fixture.h"

namespace rw::web::test {
namespace {

using Detections = std::vector<std::shared_ptr<const detect::Detection>>;

Detections some() {
  auto amsi = std::make_shared<detect::Detection>();
  amsi->id = "9c27ec40";
  amsi->name = "Disable AMSI Through Registry";
  amsi->search_text =
      "| tstats count FROM datamodel=Endpoint.Registry BY Registry.dest\n| `drop_dm_object_name(Registry)`\n"
      "| `amsi_filter`";
  amsi->search = detect::compile_spl(amsi->search_text, detect::Macros::builtin()).value();
  amsi->throttles = {{.fields = {"dest", "user"}, .period = std::chrono::hours(24)}};
  auto sigma = std::make_shared<detect::Detection>();
  sigma->id = "5158";
  sigma->name = "A Rule";
  sigma->source = "sigma";
  return {amsi, sigma};
}

class Tuned : public Fixture {
 public:
  Tuned() : Fixture(some()) {}

  http::Response send(std::string method, std::string path, const std::string& body = {}) {
    http::Request request = make_request("/api/v1/" + std::move(path), {}, std::move(method));
    request.peer = "192.0.2.9";
    request.body = body;
    return ask(std::move(request));
  }
  // The body of an answer with this status.
  json answer(int status, std::string method, std::string path, const std::string& body = {}) {
    const http::Response response = send(std::move(method), std::move(path), body);
    INFO(response.body);
    CHECK(response.status == status);
    return response.body.empty() ? json() : json::parse(response.body);
  }
  std::string detail(int status, std::string method, std::string path, const std::string& body = {}) {
    return answer(status, std::move(method), std::move(path), body).at("detail").get<std::string>();
  }
  // "action object" of the audit, oldest first.
  std::vector<std::string> audit() {
    auto reader = store().open_reader().value();
    storage::ListRequest list;
    list.listing = storage::Listing::kAudit;
    const auto page = reader->list(list);
    REQUIRE(page.ok());
    std::vector<std::string> entries;
    const auto& columns = page->table.columns;
    const auto column = [&](std::string_view name) {
      return static_cast<std::size_t>(std::ranges::find(columns, name) - columns.begin());
    };
    for (const auto& row : page->table.rows) {
      entries.insert(entries.begin(),
                     std::get<std::string>(row[column("action")]) + " " + std::get<std::string>(row[column("object")]));
    }
    return entries;
  }
};

}  // namespace

TEST_CASE_METHOD(Tuned, "exceptions are added, listed and deleted, with a note each") {
  CHECK(get_json("/api/v1/exceptions") == json::parse(R"({"items": [], "next_cursor": null})"));
  const json added = answer(201, "POST", "exceptions",
                            R"({"detection": "9c27ec40", "fields": {"dest": "build-*"}, "reason": "tests",
                                "expires": "90d"})");
  const std::string id = added.at("id");
  CHECK(added == json{{"id", id},
                      {"detection", "Disable AMSI Through Registry"},
                      {"fields", {{"dest", "build-*"}}},
                      {"reason", "tests"},
                      {"actor", "anonymous"},
                      {"created", kNow},
                      {"expires", "2027-01-09T12:30:00Z"}});
  const json second = answer(201, "POST", "exceptions", R"({"detection": "*", "fields": {"dest": "a", "user": "b"}})");
  CHECK(second.at("id") != id);
  CHECK(second.at("expires").is_null());
  CHECK(get_json("/api/v1/exceptions").at("items") == json::array({added, second}));
  CHECK(get_json("/api/v1/exceptions", {{"detection", "disable*"}}).at("items") == json::array({added}));
  CHECK(get_json("/api/v1/exceptions", {{"limit", "1"}}).at("next_cursor").is_string());
  CHECK(catalogue().get()->find("A Rule")->tuning.exceptions.size() == 1);
  CHECK(catalogue().get()->find("9c27ec40")->tuning.exceptions.size() == 2);

  answer(204, "DELETE", "exceptions/" + id);
  CHECK(detail(404, "DELETE", "exceptions/" + id) == "there is no exception '" + id + "'");
  CHECK(get_json("/api/v1/exceptions").at("items") == json::array({second}));
  CHECK(audit() == std::vector<std::string>{"exception.add Disable AMSI Through Registry", "exception.add *",
                                            "exception.delete " + id});
}

TEST_CASE_METHOD(Tuned, "exceptions that say nothing or too much are refused, and nothing changes") {
  const struct {
    int status;
    std::string body;
    std::string detail;
  } cases[] = {
      {400, "[]", "the body: expected a JSON object in UTF-8"},
      {400, R"({"detection": "*"})", "fields: expected a pattern of a result column, such as dest: \"build-*\""},
      {400, R"({"detection": "*", "fields": {"dest": "**"}})",
       "fields: expected a pattern of a result column, such as dest: \"build-*\""},
      {400, R"({"fields": {"dest": "a"}})", "detection: expected the name or id of a detection, or '*'"},
      {404, R"({"detection": "none", "fields": {"dest": "a"}})",
       "there is no detection with the id, name or file 'none'"},
      {400, R"({"detection": "*", "fields": {"dest": 1}})", "fields.dest: '1': expected a text"},
      {400, R"({"detection": "*", "fields": ["dest"]})",
       R"(fields: '["dest"]': expected an object such as {"dest": "build-*"})"},
      {400, R"({"detection": "*", "fields": {"dest": "a"}, "until": "1d"})",
       "unknown member 'until': expected one of detection, fields, reason, expires"},
      {400, R"({"detection": "*", "fields": {"dest": "a"}, "expires": "2020-01-01T00:00:00Z"})",
       "expires: '2020-01-01T00:00:00Z': expected null, a duration such as 90d, or a time ahead of now, within ten "
       "years"},
      {400, R"({"detection": "*", "fields": {"dest": "a"}, "expires": "4000d"})",
       "expires: '4000d': expected null, a duration such as 90d, or a time ahead of now, within ten years"},
      {400, R"({"detection": "*", "fields": {"dest": "a", "dest": "b"}})", "'dest': given more than once"},
  };
  for (const auto& c : cases) {
    INFO(c.body);
    CHECK(detail(c.status, "POST", "exceptions", c.body) == c.detail);
  }
  CHECK(get_json("/api/v1/exceptions").at("items").empty());
  CHECK(audit().empty());
}

TEST_CASE_METHOD(Tuned, "a change that was noted and then could not be made is noted as that") {
  tuning_fails_ = true;
  CHECK(detail(503, "POST", "exceptions", R"({"detection": "*", "fields": {"dest": "a"}})") == "tuning.yaml: no space");
  CHECK(audit() == std::vector<std::string>{"exception.add *", "exception.add.failed *"});
}

TEST_CASE_METHOD(Tuned, "a preview counts the findings that an exception would have taken") {
  storage::Batch batch;
  for (int i = 0; i < 120; ++i) {
    batch.notables.push_back(notable("n" + std::to_string(i), "[]",
                                     i < 110 ? R"({"dest":"WS1","n":4})" : R"({"dest":["WS1","WS2"],"n":4})"));
  }
  batch.risk_events = {risk_event("WS1", 25, "2026-10-11T11:02:03Z"), risk_event("WS1", 25, "2026-08-11T11:02:03Z")};
  batch.risk_events.push_back(risk_event("WS1", 25, "2026-10-11T11:02:03Z"));
  batch.risk_events.back().origin.detection_id = "5158";
  write(std::move(batch));
  json preview = answer(200, "POST", "exceptions/preview", R"({"detection": "9c27ec40", "fields": {"dest": "ws1"}})");
  CHECK(preview.at("matched") == 111);
  CHECK(preview.at("looked_at") == 121);
  CHECK(preview.at("items").size() == 100);
  CHECK(preview.at("items")[0] == json{{"kind", "notable"},
                                       {"id", 110},
                                       {"time", "2026-10-11T11:02:03.000004Z"},
                                       {"detection", "Disable AMSI Through Registry"},
                                       {"row", {{"dest", "WS1"}, {"n", 4}}}});
  preview = answer(200, "POST", "exceptions/preview",
                   R"({"detection": "*", "fields": {"dest": "ws1", "count": "1"}, "earliest": "-90d"})");
  CHECK(preview.at("matched") == 3);
  CHECK(preview.at("looked_at") == 123);
  CHECK(preview.at("items")[0].at("kind") == "risk_event");
  CHECK(get_json("/api/v1/exceptions").at("items").empty());
  CHECK(audit().empty());
}

TEST_CASE_METHOD(Tuned, "suppressions are added, listed and deleted") {
  const json added =
      answer(201, "POST", "suppressions", R"({"detection": "*", "fields": ["dest", "user"], "period": "36h"})");
  CHECK(added.at("period") == "36h");
  CHECK(get_json("/api/v1/suppressions").at("items") == json::array({added}));
  CHECK(catalogue().get()->find("A Rule")->tuning.throttles.size() == 1);
  CHECK(detail(400, "POST", "suppressions", R"({"detection": "*", "period": "36h"})") ==
        "fields is missing: expected a list of columns ([]: all rows are alike)");
  CHECK(detail(400, "POST", "suppressions", R"({"detection": "*", "fields": []})") ==
        "period: '0s': expected 1s to 366d, such as 24h");
  answer(204, "DELETE", "suppressions/" + added.at("id").get<std::string>());
  CHECK(get_json("/api/v1/suppressions").at("items").empty());
  CHECK(catalogue().get()->find("A Rule")->tuning.throttles.empty());
  CHECK(audit() ==
        std::vector<std::string>{"suppression.add *", "suppression.delete " + added.at("id").get<std::string>()});
}

TEST_CASE_METHOD(Tuned, "a filter is compiled before it is kept") {
  const std::string path = "detections/9c27ec40/filter";
  CHECK(answer(200, "GET", path) == json{{"macro", "amsi_filter"}, {"search", nullptr}, {"tuned", false}});
  const json set = {{"macro", "amsi_filter"}, {"search", "search NOT dest=\"build-*\""}, {"tuned", true}};
  CHECK(answer(200, "PUT", path, R"({"search": "NOT dest=\"build-*\""})") == set);
  CHECK(answer(200, "GET", path) == set);
  CHECK(answer(200, "PUT", path, R"({"search": "where count > 3"})").at("search") == "where count > 3");
  for (const char* broken : {R"({"search": "NOT dest=("})", R"({"search": "where nosuch("})", R"({"search": "a | b"})",
                             R"({"search": "  "})", R"({"search": "`none`"})"}) {
    INFO(broken);
    CHECK(detail(400, "PUT", path, broken) != "");
    CHECK(answer(200, "GET", path).at("search") == "where count > 3");
  }
  CHECK(detail(400, "PUT", path, R"({"search": "dest=a | nosuch"})").starts_with("search: 1:10: "));
  answer(204, "DELETE", path);
  CHECK(answer(200, "GET", path).at("tuned") == false);
  CHECK(answer(404, "DELETE", path).at("detail") == "the filter 'amsi_filter' was not set here");
  const json none = answer(409, "PUT", "detections/5158/filter", R"({"search": "NOT dest=a"})");
  CHECK(none.at("detail") == "'A Rule' has no filter macro");
  CHECK(none.at("hint") == "make an exception: POST /api/v1/exceptions");
  CHECK(audit().size() == 3);
}

TEST_CASE_METHOD(Tuned, "a detection shows what holds its rows back, as long as it is in force") {
  const auto shown = [&](const std::string& id) {
    const json detection = get_json("/api/v1/detections/" + id);
    return json{{"suppress", detection.at("suppress")},
                {"exceptions", detection.at("exceptions")},
                {"suppressions", detection.at("suppressions")}};
  };
  const json none = json::array();
  const json throttling = {{{"fields", {"dest", "user"}}, {"period", "1d"}}};
  CHECK(shown("9c27ec40") == json{{"suppress", throttling}, {"exceptions", none}, {"suppressions", none}});
  CHECK(shown("5158") == json{{"suppress", none}, {"exceptions", none}, {"suppressions", none}});
  const json of_it =
      answer(201, "POST", "exceptions", R"({"detection": "9c27ec40", "fields": {"dest": "a"}, "expires": "1d"})");
  const json of_all = answer(201, "POST", "suppressions", R"({"detection": "*", "fields": ["dest"], "period": "1h"})");
  CHECK(shown("9c27ec40") == json{{"suppress", throttling}, {"exceptions", {of_it}}, {"suppressions", {of_all}}});
  CHECK(shown("5158") == json{{"suppress", none}, {"exceptions", none}, {"suppressions", {of_all}}});
  clock().advance(std::chrono::hours(24));
  CHECK(shown("9c27ec40") == json{{"suppress", throttling}, {"exceptions", none}, {"suppressions", {of_all}}});
  CHECK_FALSE(get_json("/api/v1/detections").at("items").at(0).contains("suppress"));
}

TEST_CASE_METHOD(Tuned, "a detection is switched off and on") {
  CHECK(answer(200, "PATCH", "detections/5158", R"({"enabled": false})").at("state") == "disabled");
  CHECK(get_json("/api/v1/detections/5158").at("state") == "disabled");
  CHECK(answer(200, "PATCH", "detections/5158", R"({"enabled": true})").at("state") == "enabled");
  CHECK(catalogue().get()->tuning().enabled.size() == 1);
  CHECK(detail(400, "PATCH", "detections/5158", R"({"enabled": "no"})") == "enabled: 'no': expected true or false");
  CHECK(detail(400, "PATCH", "detections/5158", "{}") == "enabled is missing: expected true or false");
  CHECK(detail(404, "PATCH", "detections/none", R"({"enabled": true})") ==
        "there is no detection with the id, name or file 'none'");
  CHECK(audit() == std::vector<std::string>{"detection.edit A Rule", "detection.edit A Rule"});
}

}  // namespace rw::web::test
