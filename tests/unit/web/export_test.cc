// Findings in the forms of others.
#include <string>

#include "fixture.h"
#include "streamed.h"

using namespace rw;
using namespace rw::web::test;

namespace {

storage::Batch one_notable() {
  storage::Batch batch;
  batch.notables.push_back(notable(
      "n1", R"(["user","dest"])",
      R"({"dest":"WS1","user":["ann","bob"],"registry_path":"HKLM\\K\\V","process_name":"reg.exe","count":"1"})"));
  batch.notables[0].urgency = "critical";
  batch.notables[0].dest = "WS1";
  batch.notables[0].user = "ann\nbob";
  batch.notables[0].annotations = R"({"mitre_attack":["T1562.001","T9999"]})";
  return batch;
}

}  // namespace

TEST_CASE("OCSF: a notable is a detection finding with all that the class requires") {
  Fixture fixture;
  fixture.write(one_notable());
  const http::Response response = fixture.get("/api/v1/export/ocsf");
  CHECK(response.content_type == "application/x-ndjson");
  const json finding = json::parse(streamed(response));
  CHECK(finding["category_uid"] == 2);
  CHECK(finding["class_uid"] == 2004);
  CHECK(finding["activity_id"] == 1);
  CHECK(finding["type_uid"] == 200401);
  CHECK(finding["severity_id"] == 3);
  CHECK(finding["status_id"] == 1);
  CHECK(finding["time"] == 1791716523000);
  CHECK(finding["metadata"]["version"] == "1.3.0");
  CHECK(finding["metadata"]["product"]["vendor_name"] == "regwarden");
  CHECK(finding["finding_info"]["uid"] == "n1");
  CHECK(finding["finding_info"]["title"] == "Disable AMSI Through Registry");
  CHECK(finding["finding_info"]["analytic"] ==
        json::parse(
            R"({"uid":"9c27ec40","name":"Disable AMSI Through Registry","type_id":1,"type":"Rule","version":"4"})"));
  CHECK(finding["finding_info"]["attacks"] ==
        json::parse(R"([{"version":"15","tactic":{"uid":"TA0005","name":"defense-evasion"},)"
                    R"("technique":{"uid":"T1562","name":"Impair Defenses"},)"
                    R"("sub_technique":{"uid":"T1562.001","name":"Disable or Modify Tools"}}])"));
  CHECK(finding["device"]["hostname"] == "WS1");
  CHECK(finding["observables"] ==
        json::parse(R"([{"name":"dest","type_id":1,"type":"Hostname","value":"WS1"},)"
                    R"({"name":"user","type_id":4,"type":"User Name","value":"ann"},)"
                    R"({"name":"user","type_id":4,"type":"User Name","value":"bob"},)"
                    R"({"name":"process_name","type_id":9,"type":"Process Name","value":"reg.exe"},)"
                    R"({"name":"registry_path","type_id":28,"type":"Registry Key","value":"HKLM\\K\\V"}])"));
  CHECK(finding["unmapped"]["row"]["count"] == "1");
  CHECK(finding["unmapped"]["urgency"] == "critical");
}

TEST_CASE("ECS: a notable is an alert") {
  Fixture fixture;
  fixture.write(one_notable());
  const json alert = json::parse(streamed(fixture.get("/api/v1/export/ecs")));
  CHECK(alert["@timestamp"] == "2026-10-11T11:02:03.000004Z");
  CHECK(alert["ecs"]["version"] == "8.11.0");
  CHECK(alert["event"]["kind"] == "alert");
  CHECK(alert["event"]["category"] == json::parse(R"(["intrusion_detection","registry","process"])"));
  CHECK(alert["event"]["severity"] == 47);
  CHECK(alert["event"]["id"] == "n1");
  CHECK(alert["rule"]["name"] == "Disable AMSI Through Registry");
  CHECK(alert["rule"]["uuid"] == "9c27ec40");
  CHECK(alert["host"]["name"] == "WS1");
  CHECK(alert["user"]["name"] == json::parse(R"(["ann","bob"])"));
  CHECK(alert["registry"]["path"] == "HKLM\\K\\V");
  CHECK(alert["process"]["name"] == "reg.exe");
  CHECK(alert["related"] == json::parse(R"({"hosts":["WS1"],"user":["ann","bob"]})"));
  CHECK(alert["threat"] == json::parse(R"({"framework":"MITRE ATT&CK","technique":{"subtechnique":{"id":["T1562.001"],)"
                                       R"("name":["Disable or Modify Tools"]},"id":["T9999"]},)"
                                       R"("tactic":{"id":["TA0005"],"name":["defense-evasion"]}})"));
  CHECK(alert["regwarden"]["row"] == json::parse(R"({"count":"1"})"));
  CHECK(alert["regwarden"]["severity"] == "medium");
  CHECK(alert["regwarden"]["urgency"] == "critical");
}

TEST_CASE("an export takes the filters of the list, and none of its forms") {
  Fixture fixture;
  fixture.write(one_notable());
  CHECK(streamed(fixture.get("/api/v1/export/ecs", {{"severity", "high"}})).empty());
  CHECK_FALSE(streamed(fixture.get("/api/v1/export/ecs", {{"severity", "medium"}, {"limit", "1"}})).empty());
  CHECK(streamed(fixture.get("/api/v1/export/ecs", {{"user", "carl"}})).empty());
  CHECK_FALSE(streamed(fixture.get("/api/v1/export/ecs", {{"urgency", "critical"}, {"user", "BOB"}})).empty());
  for (const char* parameter : {"format", "fields", "cursor", "host"}) {
    CHECK(fixture.get("/api/v1/export/ocsf", {{parameter, "csv"}}).status == 400);
  }
}

TEST_CASE("Navigator: what fired, by technique") {
  Fixture fixture;
  storage::Batch batch = one_notable();
  batch.risk_events = {risk_event("WS1", 1, "2026-10-11T11:00:00Z"), risk_event("WS2", 1, "2026-10-11T11:00:00Z"),
                       risk_event("WS1", 1, "2026-01-01T00:00:00Z")};
  for (cim::RiskEvent& event : batch.risk_events) event.annotations = R"({"mitre_attack":["T1112","T1562.001"]})";
  fixture.write(std::move(batch));
  const json layer = json::parse(fixture.get("/api/v1/export/navigator").body);
  CHECK(layer["versions"]["layer"] == "4.5");
  CHECK(layer["techniques"] ==
        json::parse(R"([{"techniqueID":"T1112","score":2,"comment":"Disable AMSI Through Registry: 2","enabled":true,)"
                    R"("showSubtechniques":false},{"techniqueID":"T1562","enabled":true,"showSubtechniques":true},)"
                    R"({"techniqueID":"T1562.001","score":2,"comment":"Disable AMSI Through Registry: 2",)"
                    R"("enabled":true,"showSubtechniques":false}])"));
  CHECK(json::parse(fixture.get("/api/v1/export/navigator", {{"earliest", "-1m"}}).body)["techniques"].empty());
  CHECK(fixture.get("/api/v1/export/navigator", {{"severity", "high"}}).status == 400);
}
