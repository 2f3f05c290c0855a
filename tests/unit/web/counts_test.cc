// Counts for charts, and risk objects.
#include <string>

#include "fixture.h"
#include "web/buckets.h"

using namespace rw;
using namespace rw::web::test;
using namespace std::chrono_literals;

namespace {

cim::RiskEvent risk_of(std::string detection, std::string object, std::int64_t score, std::string_view time,
                       std::string tactics) {
  cim::RiskEvent event = risk_event(std::move(object), score, time);
  event.origin.detection_id = detection;
  event.origin.detection = "Detection " + detection;
  event.annotations = R"({"mitre_attack":["T1112"],"mitre_attack.mitre_tactic":)" + tactics + "}";
  return event;
}

storage::Batch risks() {
  storage::Batch batch;
  batch.risk_events = {risk_of("a", "WS1", 60, "2026-10-11T10:10:00Z", R"(["defense-evasion"])"),
                       risk_of("a", "WS2", 60, "2026-10-11T10:20:00Z", R"(["defense-evasion"])"),
                       risk_of("b", "WS1", 30, "2026-10-11T11:40:00Z", R"(["persistence","defense-evasion"])"),
                       risk_of("c", "WS3", 90, "2026-10-10T23:40:00Z", R"([])"),
                       risk_of("c", "WS3", 90, "2026-09-01T00:00:00Z", R"([])")};
  return batch;
}

std::vector<std::string> begins(std::string_view earliest, std::string_view latest, std::chrono::seconds span,
                                const std::string& zone = "UTC") {
  std::vector<std::string> texts;
  const auto found = web::bucket_begins(at(earliest), at(latest), span, core::TimeZone::find(zone).value());
  REQUIRE(found.ok());
  for (const core::Micros begin : *found) texts.push_back(core::format_rfc3339(begin));
  return texts;
}

}  // namespace

TEST_CASE("buckets below a day begin at multiples in UTC, days at the local midnight, weeks on Monday") {
  using Texts = std::vector<std::string>;
  CHECK(begins("2026-10-11T10:10:00Z", "2026-10-11T11:00:00.000001Z", 30min) ==
        Texts{"2026-10-11T10:00:00Z", "2026-10-11T10:30:00Z", "2026-10-11T11:00:00Z"});
  CHECK(begins("2026-10-11T10:00:00Z", "2026-10-11T10:30:00Z", 30min) == Texts{"2026-10-11T10:00:00Z"});
  // The clock is put back on 25 October: that day has 25 hours.
  CHECK(begins("2026-10-24T22:30:00Z", "2026-10-26T00:00:00Z", 24h, "Europe/Berlin") ==
        Texts{"2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"});
  CHECK(begins("2026-10-14T00:00:00Z", "2026-10-20T00:00:00Z", 24h * 7) ==
        Texts{"2026-10-12T00:00:00Z", "2026-10-19T00:00:00Z"});
  CHECK_FALSE(web::bucket_begins(at("2026-10-14T00:00:00Z"), at("2026-10-20T00:00:00Z"), 36h, {}).ok());
  CHECK_FALSE(web::bucket_begins(at("2026-10-14T00:00:00Z"), at("2026-10-20T00:00:00Z"), 1s, {}).ok());
}

TEST_CASE("a span is chosen so that a chart has some sixty bars") {
  const core::Micros now = at(kNow);
  CHECK(web::auto_span(now - 1min, now) == 1s);
  CHECK(web::auto_span(now - 1h, now) == 1min);
  CHECK(web::auto_span(now - 24h, now) == 30min);
  CHECK(web::auto_span(now - 24h * 7, now) == 3h);
  CHECK(web::auto_span(now - 24h * 30, now) == 12h);
  CHECK(web::auto_span(now - 24h * 90, now) == 48h);
  CHECK(web::auto_span(now - 24h * 365, now) == 24h * 7);
  CHECK(web::auto_span(now - 24h * 3650, now) == 24h * 28);
}

TEST_CASE("a list is counted by columns and time") {
  Fixture fixture;
  fixture.write(risks());
  const std::string counts = "/api/v1/counts/risk-events";
  CHECK(fixture.get(counts).body == R"({"span_seconds":null,"total":5,"items":[{"count":5}]})");
  CHECK(
      fixture.get(counts, {{"by", "risk_object"}, {"sum", "risk_score"}, {"earliest", "2026-10-01T00:00:00Z"}}).body ==
      R"({"span_seconds":null,"total":4,"items":[{"risk_object":"WS1","count":2,"sum":90},)"
      R"({"risk_object":"WS2","count":1,"sum":60},{"risk_object":"WS3","count":1,"sum":90}]})");
  CHECK(fixture.get(counts, {{"by", "risk_object,detection_id"}, {"limit", "1"}, {"risk_object", "WS3"}}).body ==
        R"({"span_seconds":null,"total":2,"items":[{"risk_object":"WS3","detection_id":"c","count":2}]})");
  CHECK(fixture.get(counts, {{"span", "1h"}, {"earliest", "2026-10-11T10:05:00Z"}, {"latest", "2026-10-11T12:00:00Z"}})
            .body ==
        R"({"span_seconds":3600,"buckets":["2026-10-11T10:00:00Z","2026-10-11T11:00:00Z"],"total":3,)"
        R"("items":[{"time":"2026-10-11T10:00:00Z","count":2},{"time":"2026-10-11T11:00:00Z","count":1}]})");
  // Of the objects that with the most rows of all buckets.
  CHECK(
      fixture.get_json(counts, {{"span", "1d"}, {"by", "risk_object"}, {"limit", "1"}, {"earliest", "-2d"}})["items"] ==
      json::parse(R"([{"time":"2026-10-11T00:00:00Z","risk_object":"WS1","count":2}])"));
  const json chart = fixture.get_json(counts, {{"span", "auto"}});  // from the first one
  CHECK(chart["span_seconds"] == 43200 * 2);
  CHECK(chart["buckets"][0] == "2026-09-01T00:00:00Z");
  CHECK(chart["total"] == 5);
  CHECK(fixture.get_json("/api/v1/counts/events/registry", {{"span", "auto"}, {"by", "dest"}})["items"].empty());
  CHECK(fixture.get_json("/api/v1/counts/runs")["total"] == 0);
}

TEST_CASE("what cannot be counted is said") {
  Fixture fixture;
  const struct {
    Query query;
    std::string detail;
  } cases[] = {
      {{{"by", "row"}}, "by: 'row': expected some of identity, detection_id,"},
      {{{"by", "risk_object,risk_object"}}, "by: 'risk_object': expected some of"},
      {{{"by", "identity,detection_id,detection,risk_object,risk_score"}}, "by: expected at most 4 columns"},
      {{{"sum", "risk_object"}}, "sum: 'risk_object': expected one of detection_version, risk_score"},
      {{{"span", "x"}}, "span: 'x': expected auto, or seconds, minutes, hours, days or weeks, such as 15m or 1d"},
      {{{"span", "500ms"}}, "span: '500ms': expected auto"},
      {{{"span", "1s"}, {"earliest", "-7d"}}, "span: '1s': that makes more than 2000 buckets"},
      {{{"host", "x"}}, "unknown parameter 'host': expected one of earliest, latest, by, span, sum, limit, id,"},
  };
  for (const auto& each : cases) {
    const http::Response response = fixture.get("/api/v1/counts/risk-events", each.query);
    INFO(response.body);
    CHECK(response.status == 400);
    CHECK(json::parse(response.body)["detail"].get<std::string>().starts_with(each.detail));
  }
  CHECK(fixture.get("/api/v1/counts/sources").status == 404);
}

TEST_CASE("risk objects of the last week, most risk first") {
  Fixture fixture;
  fixture.write(risks());
  const std::string path = "/api/v1/risk-objects";
  CHECK(
      fixture.get(path).body ==
      R"({"items":[{"risk_object":"WS1","normalized_risk_object":"ws1","risk_object_type":"system","risk_score":90,"count":2,"detections":2,)"
      R"("tactics":["defense-evasion","persistence"],"first":"2026-10-11T10:10:00Z","last":"2026-10-11T11:40:00Z"},)"
      R"({"risk_object":"WS3","normalized_risk_object":"ws3","risk_object_type":"system","risk_score":90,"count":1,"detections":1,"tactics":[],)"
      R"("first":"2026-10-10T23:40:00Z","last":"2026-10-10T23:40:00Z"},)"
      R"({"risk_object":"WS2","normalized_risk_object":"ws2","risk_object_type":"system","risk_score":60,"count":1,"detections":1,)"
      R"("tactics":["defense-evasion"],"first":"2026-10-11T10:20:00Z","last":"2026-10-11T10:20:00Z"}],)"
      R"("next_cursor":null})");
  const json all = fixture.get_json(path, {{"earliest", "2026-01-01T00:00:00Z"}, {"limit", "1"}});
  CHECK(all["items"][0]["risk_score"] == 180);
  const json rest = fixture.get_json(
      path, {{"earliest", "2026-01-01T00:00:00Z"}, {"limit", "5"}, {"cursor", all["next_cursor"].get<std::string>()}});
  REQUIRE(rest["items"].size() == 2);
  CHECK(rest["items"][0]["risk_object"] == "WS1");
  CHECK(rest["next_cursor"].is_null());
  CHECK(fixture.get_json(path, {{"detection_id", "b"}})["items"][0]["risk_score"] == 30);
  CHECK(fixture.get(path, {{"by", "risk_object"}}).status == 400);
  CHECK(fixture.get(path, {{"limit", "0"}}).status == 400);
}
