#include <algorithm>
#include <filesystem>
#include <optional>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "fixture.h"

using namespace rw;
using namespace rw::web::test;

namespace {

std::optional<std::string> header(const http::Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::shared_ptr<detect::Detection> detection(std::string id, std::string name) {
  auto detection = std::make_shared<detect::Detection>();
  detection->id = std::move(id);
  detection->name = std::move(name);
  detection->stem = detection->id;
  detection->file = "detections/" + detection->id + ".yml";
  detection->version = 4;
  detection->content_hash = "0123456789abcdef";
  detection->status = "production";
  detection->type = "TTP";
  detection->schedule.earliest_time = core::TimeModifier::parse("-70m@m").value();
  detection->schedule.latest_time = core::TimeModifier::parse("-10m@m").value();
  detection->creates_risk = true;
  detection->creates_notable = true;
  detection->risk_objects = {{.field = "dest", .type = "system", .score = 64}};
  detection->threat_objects = {{.field = "process_name", .type = "process_name"}};
  detection->risk_message = "AMSI off on $dest$";
  detection->mitre_attack_id = {"T1562.001", "T1562"};
  detection->analytic_story = {"Ransomware"};
  detection->search_text = "| tstats count from datamodel=Endpoint.Registry";
  return detection;
}

}  // namespace

TEST_CASE("errors are problem documents that say what was expected") {
  Fixture fixture;
  const std::string risk = "/api/v1/risk-events";
  const std::string risk_known =
      "expected one of earliest, latest, limit, cursor, sort, fields, format, id, time, created, identity, "
      "detection_id, detection, "
      "detection_version, detection_hash, late, risk_object, normalized_risk_object, risk_object_type, "
      "risk_object_field, risk_score, calculated_risk_score, risk_message, threat_objects, annotations, row";
  const std::string bad_cursor = "cursor: expected the next_cursor of an earlier answer of this list, unchanged";
  const struct {
    std::string path;
    Query query;
    int status;
    std::string title;
    std::string detail;
  } cases[] = {
      {risk, {{"host", "x"}}, 400, "Bad Request", "unknown parameter 'host': " + risk_known},
      {risk, {{"Risk_Object", "x"}}, 400, "Bad Request", "unknown parameter 'Risk_Object': " + risk_known},
      {risk, {{"limit", "0"}}, 400, "Bad Request", "limit: '0': expected a number from 1 to 1000"},
      {risk, {{"limit", "1001"}}, 400, "Bad Request", "limit: '1001': expected a number from 1 to 1000"},
      {risk, {{"limit", "ten"}}, 400, "Bad Request", "limit: 'ten': expected a number from 1 to 1000"},
      {risk, {{"limit", ""}}, 400, "Bad Request", "limit: '': expected a number from 1 to 1000"},
      {risk, {{"limit", "1"}, {"limit", "2"}}, 400, "Bad Request", "limit: given more than once"},
      {risk, {{"earliest", "-1h"}, {"latest", "-2h"}}, 400, "Bad Request", "earliest: expected a time before latest"},
      {risk, {{"cursor", ""}}, 400, "Bad Request", bad_cursor},
      {risk, {{"cursor", "12"}}, 400, "Bad Request", bad_cursor},
      {"/api/v1/notables/7", {}, 404, "Not Found", "there is no notable '7'"},
      {"/api/v1/notables/x", {}, 404, "Not Found", "there is no notable 'x'"},
      {"/api/v1/notables/99999999999999999999", {}, 404, "Not Found", "there is no notable '99999999999999999999'"},
      {"/api/v1/notables/7", {{"a", "b"}}, 400, "Bad Request", "unknown parameter 'a': this resource takes none"},
      {"/api/v1/detections/x", {}, 404, "Not Found", "there is no detection with the id, name or file 'x'"},
      {"/api/v1/events/processes",
       {{"time", "x"}},
       400,
       "Bad Request",
       "unknown parameter 'time': expected one of earliest, latest, limit, cursor, sort, fields, format, id, _time, "
       "received, action, dest, "
       "user, user_domain, parent_user, process, process_name, process_path, process_id, process_guid, process_hash, "
       "process_integrity_level, process_current_directory, original_file_name, parent_process, parent_process_name, "
       "parent_process_path, parent_process_id, parent_process_guid, vendor_product, image_version, session, EventID, "
       "Channel, EventRecordID, UtcTime, envelope, extra"},
      {"/api/v1/nothing", {}, 404, "Not Found", "there is nothing at this path"},
      {"/index.html", {}, 404, "Not Found", "there is nothing at this path"},
  };
  for (const auto& test : cases) {
    INFO(test.path << (test.query.empty() ? "" : "?" + test.query[0].first + "=" + test.query[0].second));
    const http::Response response = fixture.get(test.path, test.query);
    CHECK(response.status == test.status);
    CHECK(response.content_type == "application/problem+json");
    CHECK(json::parse(response.body) == json({{"type", "about:blank"},
                                              {"title", test.title},
                                              {"status", test.status},
                                              {"detail", test.detail},
                                              {"instance", test.path}}));
  }
}

TEST_CASE("a time that is none is told with its parameter, and how a + is written") {
  Fixture fixture;
  const http::Response response = fixture.get("/api/v1/runs", {{"earliest", "2026-10-11T13:00:00 02:00"}});
  CHECK(response.status == 400);
  const json body = json::parse(response.body);
  CHECK(body["detail"].get<std::string>().starts_with("earliest: "));
  CHECK(body["hint"] == "in a URL a + is written %2B");
}

TEST_CASE("a cursor is refused when it is changed or of another list") {
  Fixture fixture;
  storage::Batch batch;
  for (int i = 0; i < 3; ++i) {
    batch.risk_events.push_back(risk_event("WS1", 1, kNow));
    batch.rejected.push_back(rejected("x", "y"));
  }
  fixture.write(std::move(batch));
  const std::string cursor =
      fixture.get_json("/api/v1/risk-events", {{"limit", "2"}}).at("next_cursor").get<std::string>();
  CHECK(fixture.ids("/api/v1/risk-events", {{"cursor", cursor}}) == std::vector<int>{1});
  CHECK(fixture.get("/api/v1/rejected", {{"cursor", cursor}}).status == 400);
  for (std::size_t i = 0; i < cursor.size(); ++i) {
    std::string changed = cursor;
    changed[i] = changed[i] == '5' ? '6' : '5';
    INFO(changed);
    CHECK(fixture.get("/api/v1/risk-events", {{"cursor", changed}}).status == 400);
  }
  CHECK(fixture.get("/api/v1/risk-events", {{"cursor", cursor + "0"}}).status == 400);
  CHECK(fixture.get("/api/v1/risk-events", {{"cursor", "-" + cursor.substr(1)}}).status == 400);
}

TEST_CASE("who is let in") {
  const std::vector<std::string> tokens = {"first-token", "s3cret"};
  const struct {
    std::string path;
    std::string authorization;
    int status;
  } cases[] = {
      {"/api/v1/runs", "", 401},
      {"/api/v1/runs", "Bearer s3cret", 200},
      {"/api/v1/runs", "bearer first-token", 200},
      {"/api/v1/runs", "Bearer s3cre", 401},
      {"/api/v1/runs", "Bearer s3cret2", 401},
      {"/api/v1/runs", "Bearer ", 401},
      {"/api/v1/runs", "Bearer", 401},
      {"/api/v1/runs", "Splunk s3cret", 401},
      {"/api/v1/runs", "s3cret", 401},
      {"/api/v1/detections", "", 401},
      {"/api/v1/notables/1", "", 401},
      {"/api/v1/nothing", "", 401},
      {"/api/v1/nothing", "Bearer s3cret", 404},
      {"/metrics", "", 401},
      {"/metrics", "Bearer s3cret", 200},
      {"/healthz", "", 200},
      {"/", "", 200},
      {"/static/app.js", "", 200},
      {"/static/views/search.js", "", 200},
      {"/static/style.css", "", 200},
      {"/static/icon.svg", "", 200},
      {"/static/nothing.js", "", 404},
  };
  Fixture fixture({}, tokens);
  for (const auto& test : cases) {
    INFO(test.path << " " << test.authorization);
    http::Request request = make_request(test.path);
    request.headers.find("host")->second = "siem.corp.example";  // with tokens any name will do
    if (!test.authorization.empty()) request.headers.emplace("authorization", test.authorization);
    const http::Response response = fixture.ask(request);
    CHECK(response.status == test.status);
    CHECK(header(response, "WWW-Authenticate").has_value() == (test.status == 401));
    if (test.status == 401) {
      CHECK(header(response, "WWW-Authenticate") == "Bearer realm=\"regwarden\"");
      CHECK(response.content_type == "application/problem+json");
    }
  }
}

TEST_CASE("without tokens only local names are served") {
  const struct {
    std::string host;
    int status;
  } cases[] = {
      {"127.0.0.1", 200},
      {"127.0.0.1:8089", 200},
      {"[::1]:8089", 200},
      {"[::1]", 200},
      {"192.0.2.1:8089", 200},
      {"localhost", 200},
      {"LocalHost:8089", 200},
      {"localhost.:8089", 200},
      {"a.localhost:8089", 200},
      {"", 200},
      {"evil.example", 403},
      {"evil.example:8089", 403},
      {"notlocalhost", 403},
      {"localhost.evil", 403},
      {"127.0.0.1.evil", 403},
      {"127.0.0.1:8089:x", 403},
      {"::1", 403},
      {"2130706433", 403},
      {"127.1", 403},
      {"[::1].evil", 403},
  };
  Fixture fixture;
  for (const auto& test : cases) {
    for (const std::string path : {"/api/v1/runs", "/", "/healthz", "/metrics"}) {
      INFO(test.host << " " << path);
      http::Request request = make_request(path);
      request.headers.find("host")->second = test.host;
      CHECK(fixture.ask(request).status == test.status);
    }
  }
}

TEST_CASE("every answer carries the security headers") {
  Fixture fixture({}, {"s3cret"});
  for (const std::string path : {"/", "/static/app.js", "/healthz", "/api/v1/runs", "/nothing"}) {
    INFO(path);
    const http::Response response = fixture.get(path);
    CHECK(header(response, "X-Content-Type-Options") == "nosniff");
    CHECK(header(response, "Referrer-Policy") == "no-referrer");
    CHECK(header(response, "Cross-Origin-Resource-Policy") == "same-origin");
    const bool page = path == "/" || path == "/static/app.js";
    CHECK(header(response, "Cache-Control") == (page ? "no-cache" : "no-store"));
    CHECK(
        header(response, "Content-Security-Policy")->starts_with(page ? "default-src 'self';" : "default-src 'none';"));
  }
}

TEST_CASE("another method is told what is expected") {
  Fixture fixture;
  const http::Response response = fixture.ask(make_request("/api/v1/notables/1", {}, "POST"));
  CHECK(response.status == 405);
  CHECK(json::parse(response.body)["detail"] == "this path takes other methods, see Allow");
}

TEST_CASE("the page is whole and names its own files only") {
  Fixture fixture;
  const http::Response page = fixture.get("/");
  CHECK(page.content_type == "text/html; charset=utf-8");
  CHECK(page.body.starts_with("<!doctype html>"));
  CHECK(page.body.ends_with("</html>\n"));
  CHECK(page.body.find("http:") == std::string::npos);
  CHECK(page.body.find("https:") == std::string::npos);
  CHECK(fixture.get("/static/style.css").content_type == "text/css; charset=utf-8");
  CHECK(fixture.get("/static/icon.svg").content_type == "image/svg+xml");
}

// A file that is imported and not embedded would leave the page empty; HTML made from texts would run what events
// carry.
TEST_CASE("every module of the page that another imports is served, and none makes HTML") {
  Fixture fixture;
  const std::regex import_of("(?:from|import) \"(\\.[^\"]+)\"");
  std::set<std::string> seen;
  std::vector<std::string> left = {"/static/app.js"};
  while (!left.empty()) {
    const std::string path = left.back();
    left.pop_back();
    if (!seen.insert(path).second) continue;
    INFO(path);
    const http::Response module = fixture.get(path);
    REQUIRE(module.status == 200);
    CHECK(module.content_type == "text/javascript; charset=utf-8");
    for (const char* banned :
         {"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"}) {
      CHECK(module.body.find(banned) == std::string::npos);
    }
    for (std::sregex_iterator it(module.body.begin(), module.body.end(), import_of), end; it != end; ++it) {
      left.push_back((std::filesystem::path(path).parent_path() / (*it)[1].str()).lexically_normal().string());
    }
  }
  CHECK(seen.contains("/static/views/overview.js"));
}

TEST_CASE("detections: reloading answers what became of them") {
  Fixture fixture;
  int reloads = 0;
  fixture.reload_ = [&] {
    ++reloads;
    detect::Detection detection;
    detection.id = "new";
    detection.name = "New";
    fixture.catalogue().set(std::make_shared<detect::Catalogue>(
        std::vector<std::shared_ptr<const detect::Detection>>{std::make_shared<detect::Detection>(detection)},
        detect::Macros{}));
    detect::ReloadReport report;
    report.loaded = 3;
    report.enabled = 1;
    report.unsupported = 2;
    report.added = {"New"};
    report.kept = {"Old"};
    report.problems = {{"old.yml", 3, 5, "search is missing"}, {"x", 0, 0, "odd", core::Severity::kWarning}};
    return report;
  };
  CHECK(fixture.get("/api/v1/detections/reload").status == 404);  // GET: a detection of that name
  CHECK(reloads == 0);
  const http::Response response = fixture.ask(make_request("/api/v1/detections/reload", {}, "POST"));
  CHECK(response.status == 200);
  CHECK(json::parse(response.body) == json::parse(R"({
    "loaded": 3, "enabled": 1, "unsupported": 2, "added": ["New"], "changed": [], "removed": [], "kept": ["Old"],
    "problems": [{"file": "old.yml", "line": 3, "col": 5, "message": "search is missing", "severity": "error"},
                 {"file": "x", "line": 0, "col": 0, "message": "odd", "severity": "warning"}]})"));
  CHECK(fixture.get_json("/api/v1/detections/new").at("name") == "New");

  fixture.reload_ = [] { return core::Error{core::ErrorCode::kBusy, "the store is busy"}; };
  CHECK(fixture.ask(make_request("/api/v1/detections/reload", {}, "POST")).status == 503);
}

TEST_CASE("reloading is not for pages of other sites, and needs a token where there are any") {
  const auto status = [](std::vector<std::string> tokens, const char* name, const char* value) {
    Fixture fixture({}, std::move(tokens));
    http::Request request = make_request("/api/v1/detections/reload", {}, "POST");
    if (name != nullptr) request.headers.emplace(name, value);
    return fixture.ask(request).status;
  };
  CHECK(status({}, nullptr, nullptr) == 200);
  CHECK(status({}, "origin", "http://127.0.0.1:8089") == 200);
  CHECK(status({}, "origin", "http://127.0.0.1:8090") == 403);
  CHECK(status({}, "origin", "https://evil.example") == 403);
  CHECK(status({}, "origin", "null") == 403);
  CHECK(status({"secret"}, nullptr, nullptr) == 401);
  CHECK(status({"secret"}, "authorization", "Bearer secret") == 200);
}

TEST_CASE("health") {
  Fixture fixture;
  const http::Response response = fixture.get("/healthz");
  CHECK(response.status == 200);
  CHECK(response.body == R"({"status":"ok"})");
}

TEST_CASE("detections: what is listed") {
  auto unsupported = detection("d2", "B");
  unsupported->state = detect::DetectionState::kUnsupported;
  unsupported->problem = core::Problem{"detections/d2.yml", 7, 3, "command 'eventstats' is not supported"};
  unsupported->mitre_attack_id = {"T1112"};
  auto disabled = detection("d3", "C");
  disabled->state = detect::DetectionState::kDisabled;
  disabled->problem = core::Problem{"detections/d3.yml", 0, 0, "its status is experimental"};
  disabled->creates_risk = false;
  Fixture fixture({detection("d1", "A"), unsupported, disabled});

  storage::Batch batch;
  for (const std::string id : {"d1", "d2", "d3"}) batch.detections.push_back({id, id, at("2026-10-11T10:00:00Z")});
  batch.runs.push_back(run("d1", "2026-10-11T11:00:00Z", cim::RunStatus::kFailed, 0, "too slow"));
  batch.runs.push_back(run("d1", "2026-10-11T12:00:00Z", cim::RunStatus::kFailed, 0, "too slow"));
  batch.runs.push_back(run("d1", "2026-10-11T12:00:00Z", cim::RunStatus::kDone, 3));  // searched again
  batch.runs.push_back(run("d1", "2026-10-11T10:00:00Z", cim::RunStatus::kDone, 9));  // an older window, again
  batch.runs.push_back(run("d3", "2026-10-11T11:00:00Z", cim::RunStatus::kMissed, 0, "older than 7d"));
  fixture.write(std::move(batch));

  const json items = fixture.get_json("/api/v1/detections").at("items");
  REQUIRE(items.size() == 3);
  CHECK(items[0] ==
        json({{"id", "d1"},
              {"name", "A"},
              {"source", "escu"},
              {"version", 4},
              {"content_hash", "0123456789abcdef"},
              {"type", "TTP"},
              {"status", "production"},
              {"state", "enabled"},
              {"cron_schedule", "0 * * * *"},
              {"earliest_time", "-70m@m"},
              {"latest_time", "-10m@m"},
              {"schedule_window", "auto"},
              {"last_run", {{"scheduled_time", "2026-10-11T12:00:00Z"}, {"status", "done"}, {"result_count", 3}}},
              {"next_run", "2026-10-11T13:00:00Z"},
              {"quality",
               {{"notables", 0},
                {"undetermined", 0},
                {"true_positive", 0},
                {"benign_positive", 0},
                {"false_positive", 0},
                {"other", 0},
                {"false_positive_rate", nullptr}}},
              {"search", "| tstats count from datamodel=Endpoint.Registry"},
              {"creates_risk", true},
              {"creates_notable", true},
              {"severity", "low"},
              {"risk_message", "AMSI off on $dest$"},
              {"risk_objects", json::parse(R"([{"field":"dest","type":"system","score":64}])")},
              {"threat_objects", json::parse(R"([{"field":"process_name","type":"process_name"}])")},
              {"mitre_attack_id", {"T1562.001", "T1562"}},
              {"analytic_story", json::array({"Ransomware"})},
              {"security_domain", "endpoint"},
              {"file", "detections/d1.yml"}}));
  CHECK(items[1]["state"] == "unsupported");
  CHECK(items[1]["problem"] == "command 'eventstats' is not supported (detections/d2.yml:7:3)");
  CHECK_FALSE(items[1].contains("last_run"));
  CHECK_FALSE(items[1].contains("next_run"));
  CHECK(items[2]["problem"] == "its status is experimental");
  CHECK(items[2]["last_run"] == json({{"scheduled_time", "2026-10-11T11:00:00Z"},
                                      {"status", "missed"},
                                      {"result_count", 0},
                                      {"error", "older than 7d"}}));

  json one = fixture.get_json("/api/v1/detections/d1");
  CHECK(one["last_run"] == items[0]["last_run"]);
  CHECK(one["annotations"] == json::object());
  for (const auto& [name, value] : items[0].items()) CHECK(one.at(name) == value);
  CHECK(fixture.get_json("/api/v1/detections/a")["id"] == "d1");
}

TEST_CASE("detections: filters and pages") {
  auto disabled = detection("d2", "Blue");
  disabled->state = detect::DetectionState::kDisabled;
  disabled->mitre_attack_id = {"T1112"};
  disabled->creates_risk = false;
  Fixture fixture({detection("d1", "Black"), disabled, detection("d3", "Green")});
  const auto names = [&](Query query) {
    std::string text;
    const json body = fixture.get_json("/api/v1/detections", std::move(query));
    for (const json& item : body["items"]) text += item["name"].get<std::string>() + " ";
    return text;
  };
  CHECK(names({}) == "Black Blue Green ");
  CHECK(names({{"name", "bl*"}}) == "Black Blue ");
  CHECK(names({{"state", "ENABLED"}}) == "Black Green ");
  CHECK(names({{"mitre_attack_id", "t1562"}}) == "Black Green ");
  CHECK(names({{"mitre_attack_id", "T1112"}}) == "Blue ");
  CHECK(names({{"creates_risk", "false"}}) == "Blue ");
  CHECK(names({{"version", "4"}, {"name", "*e*"}}) == "Blue Green ");
  CHECK(fixture.get("/api/v1/detections", {{"earliest", "-1h"}}).status == 400);

  const json first = fixture.get_json("/api/v1/detections", {{"state", "enabled"}, {"limit", "1"}});
  CHECK(first["items"][0]["name"] == "Black");
  const std::string cursor = first["next_cursor"].get<std::string>();
  const json second =
      fixture.get_json("/api/v1/detections", {{"state", "enabled"}, {"limit", "1"}, {"cursor", cursor}});
  CHECK(second["items"][0]["name"] == "Green");
  CHECK(second["next_cursor"].is_null());
}

TEST_CASE("when the daemon stops, what reads from the store ends; what does not is answered") {
  Fixture fixture;
  CHECK(fixture.get("/api/v1/runs").status == 200);  // its reader is there already
  fixture.api().begin_shutdown();
  const http::Response response = fixture.get("/api/v1/runs");
  CHECK(response.status == 503);
  CHECK(json::parse(response.body).at("detail") == "read: cancelled");
  CHECK(fixture.get("/healthz").status == 200);
}
