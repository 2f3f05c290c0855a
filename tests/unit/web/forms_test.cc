// Lists in other orders and forms: sort, fields, CSV, NDJSON, 304.
#include <optional>
#include <string>
#include <vector>

#include "fixture.h"
#include "streamed.h"

using namespace rw;
using namespace rw::web::test;

namespace {

storage::Batch three_risk_events() {
  storage::Batch batch;
  batch.risk_events = {risk_event("WS1", 64, "2026-10-11T10:00:00Z"),
                       risk_event("=cmd|'x'!A1", 20, "2026-10-11T11:00:00Z"),
                       risk_event("WS,\"3\"", 80, "2026-10-11T09:00:00Z")};
  return batch;
}

}  // namespace

TEST_CASE("a list is sorted by a column, and its cursor goes on there") {
  Fixture fixture;
  fixture.write(three_risk_events());
  CHECK(fixture.ids("/api/v1/risk-events", {{"sort", "-risk_score"}}) == std::vector{3, 1, 2});
  CHECK(fixture.ids("/api/v1/risk-events", {{"sort", "time"}}) == std::vector{3, 1, 2});
  CHECK(fixture.ids("/api/v1/risk-events", {{"sort", "id"}}) == std::vector{1, 2, 3});
  for (const char* sort : {"-risk_score", "risk_object", "-time", "detection_hash", "id", "-id"}) {
    INFO(sort);
    const std::vector<int> all = fixture.ids("/api/v1/risk-events", {{"sort", sort}});
    std::vector<int> paged;
    Query query = {{"sort", sort}, {"limit", "1"}};
    for (int page = 0; page < 3; ++page) {
      const json body = fixture.get_json("/api/v1/risk-events", query);
      REQUIRE(body["items"].size() == 1);
      paged.push_back(body["items"][0]["id"].get<int>());
      if (body["next_cursor"].is_null()) break;
      query = {{"sort", sort}, {"limit", "1"}, {"cursor", body["next_cursor"].get<std::string>()}};
    }
    CHECK(paged == all);
  }
}

TEST_CASE("a cursor is good for its list and its order alone, unchanged") {
  Fixture fixture;
  fixture.write(three_risk_events());
  const std::string cursor = fixture.get_json("/api/v1/risk-events", {{"sort", "risk_object"}, {"limit", "1"}})
                                 .at("next_cursor")
                                 .get<std::string>();
  CHECK(fixture.get("/api/v1/risk-events", {{"sort", "risk_object"}, {"cursor", cursor}}).status == 200);
  for (const char* sort : {"-risk_object", "risk_score", "-id"}) {
    CHECK(fixture.get("/api/v1/risk-events", {{"sort", sort}, {"cursor", cursor}}).status == 400);
  }
  CHECK(fixture.get("/api/v1/notables", {{"sort", "id"}, {"cursor", cursor}}).status == 400);
  for (std::size_t i = 0; i < cursor.size(); ++i) {
    std::string changed = cursor;
    changed[i] = changed[i] == 'a' ? 'b' : 'a';
    CHECK(fixture.get("/api/v1/risk-events", {{"sort", "risk_object"}, {"cursor", changed}}).status == 400);
  }
}

TEST_CASE("fields choose the members, and members of members, in their order") {
  Fixture fixture;
  fixture.write(three_risk_events());
  CHECK(
      fixture.get("/api/v1/risk-events", {{"fields", "risk_score,row.count,id,detection_hash"}, {"risk_object", "WS1"}})
          .body == R"({"items":[{"risk_score":64,"row.count":"1","id":1}],"next_cursor":null})");
  CHECK(fixture.get("/api/v1/risk-events", {{"fields", "annotations.mitre_attack"}, {"limit", "1"}, {"sort", "id"}})
            .body.starts_with(R"({"items":[{"annotations.mitre_attack":["T1562.001"]}],)"));
  const struct {
    std::string name;
    std::string value;
    std::string detail;
  } wrong[] = {{"fields", "risk_score,host", "fields: unknown field 'host': expected one of id, time, created,"},
               {"fields", "risk_object.x", "fields: unknown field 'risk_object.x': expected one of id, time,"},
               {"fields", "", "fields: unknown field '': expected one of id, time,"},
               {"sort", "annotations", "sort: 'annotations': expected one of id, time, created,"},
               {"sort", "", "sort: '': expected one of id, time,"},
               {"format", "xml", "format: 'xml': expected json, csv or ndjson"}};
  for (const auto& each : wrong) {
    const http::Response response = fixture.get("/api/v1/risk-events", {{each.name, each.value}});
    INFO(response.body);
    CHECK(response.status == 400);
    CHECK(json::parse(response.body)["detail"].get<std::string>().starts_with(each.detail));
  }
  CHECK(fixture.get("/api/v1/events/registry", {{"sort", "dest"}}).status == 400);
}

TEST_CASE("CSV is of RFC 4180, and no cell of it is a formula") {
  Fixture fixture;
  fixture.write(three_risk_events());
  http::Response response =
      fixture.get("/api/v1/risk-events", {{"format", "csv"}, {"fields", "id,risk_object,risk_score,late,row"}});
  CHECK(response.status == 200);
  CHECK(response.content_type == "text/csv; charset=utf-8; header=present");
  CHECK(streamed(response) ==
        "id,risk_object,risk_score,late,row\r\n"
        "3,\"WS,\"\"3\"\"\",80,false,\"{\"\"dest\"\":\"\"WS,\"\"3\"\"\"\",\"\"count\"\":\"\"1\"\"}\"\r\n"
        "2,'=cmd|'x'!A1,20,false,\"{\"\"dest\"\":\"\"=cmd|'x'!A1\"\",\"\"count\"\":\"\"1\"\"}\"\r\n"
        "1,WS1,64,false,\"{\"\"dest\"\":\"\"WS1\"\",\"\"count\"\":\"\"1\"\"}\"\r\n");
  response = fixture.get("/api/v1/runs", {{"format", "csv"}});
  CHECK(streamed(response) ==
        "id,time,detection_id,detection,kind,scheduled_time,earliest,latest,started,finished,status,result_count,"
        "error\r\n");
}

TEST_CASE("NDJSON and CSV have all pages, or as many items as asked for") {
  Fixture fixture;
  storage::Batch batch;
  for (int i = 0; i < 2500; ++i) batch.risk_events.push_back(risk_event("WS" + std::to_string(i), i, kNow));
  fixture.write(std::move(batch));
  const auto lines_of = [&](Query query) {
    std::vector<int> scores;
    const http::Response response = fixture.get("/api/v1/risk-events", std::move(query));
    REQUIRE(response.status == 200);
    std::string text = streamed(response);
    while (!text.empty()) {
      const std::size_t end = text.find('\n');
      scores.push_back(json::parse(text.substr(0, end)).at("risk_score").get<int>());
      text.erase(0, end + 1);
    }
    return scores;
  };
  const std::vector<int> all = lines_of({{"format", "ndjson"}, {"sort", "risk_score"}});
  REQUIRE(all.size() == 2500);
  for (int i = 0; i < 2500; ++i) REQUIRE(all[static_cast<std::size_t>(i)] == i);
  CHECK(lines_of({{"format", "ndjson"}, {"limit", "1001"}}).size() == 1001);
  CHECK(lines_of({{"format", "ndjson"}, {"limit", "7"}, {"fields", "risk_score"}}).size() == 7);
  CHECK(lines_of({{"format", "ndjson"}, {"risk_object", "WS24*"}}).size() == 111);
  CHECK(fixture.get("/api/v1/risk-events", {{"limit", "1001"}}).status == 400);  // of JSON there are pages
  CHECK(fixture.get("/api/v1/risk-events", {{"format", "csv"}, {"limit", "0"}}).status == 400);
}

TEST_CASE("the Accept header chooses the form, where format does not") {
  Fixture fixture;
  const auto type_of = [&](const std::string& accept, Query query = {}) {
    http::Request request = make_request("/api/v1/runs", std::move(query));
    request.headers.emplace("accept", accept);
    return fixture.ask(std::move(request)).content_type.substr(0, 20);
  };
  CHECK(type_of("text/csv") == "text/csv; charset=ut");
  CHECK(type_of("application/x-ndjson, application/json;q=0.5") == "application/x-ndjson");
  CHECK(type_of("text/html, */*") == "application/json");
  CHECK(type_of("text/csv;q=0.1, application/json") == "application/json");
  CHECK(type_of("text/csv", {{"format", "json"}}) == "application/json");
}

TEST_CASE("sources keep their filter format; their form is chosen by Accept") {
  Fixture fixture;
  CHECK(fixture.get_json("/api/v1/sources", {{"format", "csv"}})["items"].empty());
  http::Request request = make_request("/api/v1/sources");
  request.headers.emplace("accept", "text/csv");
  CHECK(streamed(fixture.ask(std::move(request))).starts_with("id,last_received,host,channel,peer,input,format,"));
}

TEST_CASE("what a client has already is not sent again") {
  Fixture fixture;
  fixture.write(three_risk_events());
  const auto ask = [&](const std::string& known) {
    http::Request request = make_request("/api/v1/risk-events");
    request.headers.emplace("if-none-match", known);
    return fixture.ask(std::move(request));
  };
  const auto tag_of = [](const http::Response& response) {
    for (const auto& [name, value] : response.headers) {
      if (name == "ETag") return value;
    }
    return std::string();
  };
  const http::Response first = fixture.get("/api/v1/risk-events");
  const std::string tag = tag_of(first);
  REQUIRE(tag.size() == 34);
  for (const std::string& known : {tag, "W/" + tag, "\"x\", " + tag, std::string("*")}) {
    const http::Response again = ask(known);
    CHECK(again.status == 304);
    CHECK(again.body.empty());
    CHECK(tag_of(again) == tag);
  }
  CHECK(ask("\"x\"").status == 200);
  storage::Batch more;
  more.risk_events.push_back(risk_event("WS4", 1, kNow));
  fixture.write(std::move(more));
  CHECK(ask(tag).status == 200);
}
