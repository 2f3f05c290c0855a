#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "fixture.h"

using namespace rw;
using namespace rw::web::test;

TEST_CASE("a risk event has its columns, times in UTC and JSON as JSON") {
  Fixture fixture;
  storage::Batch batch;
  batch.risk_events.push_back(risk_event("WS1", 64, "2026-10-11T11:02:03.000004Z"));
  batch.risk_events[0].identity = "r1";
  fixture.write(std::move(batch));

  CHECK(fixture.get("/api/v1/risk-events").body ==
        R"({"items":[{"id":1,"time":"2026-10-11T11:02:03.000004Z","created":"2026-10-11T12:00:01.500000Z",)"
        R"("identity":"r1","detection_id":"9c27ec40","detection":"Disable AMSI Through Registry",)"
        R"("detection_version":4,"earliest":"2026-10-11T10:50:00Z","latest":"2026-10-11T11:50:00Z",)"
        R"("late":false,"risk_object":"WS1","normalized_risk_object":"ws1","risk_object_type":"system",)"
        R"("risk_object_field":"dest","risk_score":64,"calculated_risk_score":64,)"
        R"("risk_message":"AMSI switched off on WS1",)"
        R"("threat_objects":[{"threat_object":"reg.exe","threat_object_type":"process_name"}],)"
        R"("annotations":{"mitre_attack":["T1562.001"]},"row":{"dest":"WS1","count":"1"}}],"next_cursor":null})");
}

TEST_CASE("a notable shows the fields of nes_fields beside its own") {
  Fixture fixture;
  storage::Batch batch;
  batch.notables.push_back(notable("n1", R"(["user","dest","status"])",
                                   R"({"dest":"WS1","user":["ann","bob"],"status":"success","count":"1"})"));
  batch.notables[0].dest = "WS1";
  batch.notables[0].user = "ann\nbob";
  batch.notables.push_back(notable("n2", R"(["user"])", R"({"count":"1"})"));
  fixture.write(std::move(batch));

  const json expected = {{"id", 1},
                         {"time", "2026-10-11T11:02:03.000004Z"},
                         {"created", "2026-10-11T12:00:01.500000Z"},
                         {"identity", "n1"},
                         {"detection_id", "9c27ec40"},
                         {"detection", "Disable AMSI Through Registry"},
                         {"detection_version", 4},
                         {"earliest", "2026-10-11T10:50:00Z"},
                         {"latest", "2026-10-11T11:50:00Z"},
                         {"late", false},
                         {"rule_title", "Disable AMSI Through Registry"},
                         {"rule_description", "AMSI was switched off"},
                         {"security_domain", "endpoint"},
                         {"severity", "medium"},
                         {"urgency", "medium"},
                         {"dest", "WS1"},
                         {"user", "ann\nbob"},
                         {"status", "new"},
                         {"owner", "unassigned"},
                         {"disposition", "undetermined"},
                         {"nes_fields", {"user", "dest", "status"}},
                         {"drilldown_searches", json::parse(R"([{"name":"Events","search":"| search dest=WS1"}])")},
                         {"annotations", {{"mitre_attack", {"T1562.001"}}}},
                         {"row", {{"dest", "WS1"}, {"user", {"ann", "bob"}}, {"status", "success"}, {"count", "1"}}}};
  CHECK(fixture.get_json("/api/v1/notables/1") == expected);

  const json list = fixture.get_json("/api/v1/notables");
  REQUIRE(list.at("items").size() == 2);
  CHECK(list["items"][0]["identity"] == "n2");
  CHECK_FALSE(list["items"][0].contains("dest"));
  CHECK(list["items"][1] == expected);
}

TEST_CASE("a run shows its window and how it ended") {
  Fixture fixture;
  storage::Batch batch;
  batch.runs.push_back(run("d1", "2026-10-11T12:00:00Z", cim::RunStatus::kDone, 2));
  batch.runs.push_back(run("d2", "2026-10-11T12:00:00Z", cim::RunStatus::kFailed, 0, "no such field"));
  fixture.write(std::move(batch));

  const json items = fixture.get_json("/api/v1/runs").at("items");
  CHECK(items[1] == json({{"id", 1},
                          {"time", "2026-10-11T12:00:00Z"},
                          {"detection_id", "d1"},
                          {"detection", "Detection d1"},
                          {"kind", "scheduled"},
                          {"scheduled_time", "2026-10-11T12:00:00Z"},
                          {"earliest", "2026-10-11T10:50:00Z"},
                          {"latest", "2026-10-11T11:50:00Z"},
                          {"started", "2026-10-11T12:00:01Z"},
                          {"finished", "2026-10-11T12:00:01.250000Z"},
                          {"status", "done"},
                          {"result_count", 2}}));
  CHECK(items[0]["error"] == "no such field");
}

TEST_CASE("events show CIM names and _time") {
  Fixture fixture;
  storage::Batch batch;
  batch.registry.push_back(registry_record(1, "2026-10-11T11:02:03.000004Z", "AmsiEnable", "ann"));
  cim::ProcessRecord process;
  process.time = at("2026-10-11T11:00:00Z");
  process.received = process.time;
  process.source = registry_record(1, kNow, "", "").source;
  process.source.event_id = 1;
  process.process = "cmd.exe /c whoami";
  process.process_path = R"(C:\Windows\System32\cmd.exe)";
  process.extra = R"({"RuleName":"-"})";
  batch.processes.push_back(process);
  fixture.write(std::move(batch));

  CHECK(fixture.get_json("/api/v1/events/registry").at("items") ==
        json::array({{{"id", 1},
                      {"_time", "2026-10-11T11:02:03.000004Z"},
                      {"received", "2026-10-11T11:02:03.250004Z"},
                      {"action", "modified"},
                      {"dest", "WS1.corp.example"},
                      {"user", "ann"},
                      {"registry_hive", "HKEY_CURRENT_USER"},
                      {"registry_path", R"(HKU\S-1-5-21-1\Software\Microsoft\Windows Script\Settings\AmsiEnable)"},
                      {"registry_key_name", R"(HKU\S-1-5-21-1\Software\Microsoft\Windows Script\Settings)"},
                      {"registry_value_name", "AmsiEnable"},
                      {"registry_value_data", "0x00000000"},
                      {"registry_value_type", "REG_DWORD"},
                      {"process_guid", "{2f6d}"},
                      {"process_id", "4242"},
                      {"process_name", "regedit.exe"},
                      {"process_path", R"(C:\Windows\regedit.exe)"},
                      {"status", "success"},
                      {"vendor_product", "Microsoft Sysmon"},
                      {"Details", "DWORD (0x00000000)"},
                      {"EventType", "SetValue"},
                      {"EventID", 13},
                      {"Channel", "Microsoft-Windows-Sysmon/Operational"},
                      {"EventRecordID", 1},
                      {"envelope", {{"Version", "2"}}}}}));

  CHECK(fixture.get_json("/api/v1/events/processes").at("items") ==
        json::array({{{"id", 1},
                      {"_time", "2026-10-11T11:00:00Z"},
                      {"received", "2026-10-11T11:00:00Z"},
                      {"action", "allowed"},
                      {"dest", "WS1.corp.example"},
                      {"user", "unknown"},
                      {"parent_user", "unknown"},
                      {"process", "cmd.exe /c whoami"},
                      {"process_name", "cmd.exe"},
                      {"process_path", R"(C:\Windows\System32\cmd.exe)"},
                      {"original_file_name", "unknown"},
                      {"parent_process", "unknown"},
                      {"parent_process_name", "unknown"},
                      {"vendor_product", "Microsoft Sysmon"},
                      {"EventID", 1},
                      {"Channel", "Microsoft-Windows-Sysmon/Operational"},
                      {"envelope", {{"Version", "2"}}},
                      {"extra", {{"RuleName", "-"}}}}}));
}

TEST_CASE("a rejected sample is text whatever its bytes") {
  Fixture fixture;
  storage::Batch batch;
  batch.rejected.push_back(rejected("not XML", std::string("a\xff\xfe\0\x01<b>", 8)));
  fixture.write(std::move(batch));
  CHECK(fixture.get("/api/v1/rejected").body ==
        "{\"items\":[{\"id\":1,\"time\":\"2026-10-11T12:00:00Z\",\"input\":\"syslog/tcp\","
        "\"peer\":\"192.0.2.7:41000\",\"reason\":\"not XML\",\"size_bytes\":8,"
        "\"sample\":\"a\xEF\xBF\xBD\xEF\xBF\xBD\\u0000\\u0001<b>\"}],\"next_cursor\":null}");
}

TEST_CASE("a source shows who sends, what is missing and whether it is silent") {
  Fixture fixture;
  storage::SourceSeen seen;
  seen.host = "ws1.corp.example";
  seen.channel = "Security";
  seen.peer = "192.0.2.7";
  seen.input = "hec";
  seen.format = "winlogbeat";
  seen.received = at("2026-10-11T12:00:00Z");
  seen.events = 1005;
  seen.first_event = seen.last_event = at("2026-10-11T11:59:58Z");
  seen.last_delay = seen.min_delay = std::chrono::seconds(2);
  seen.runs = {{1, 1000, *seen.last_event, *seen.last_event}, {1006, 1010, *seen.last_event, *seen.last_event}};
  storage::SourceSeen quiet;
  quiet.host = "ws2.corp.example";
  quiet.input = "syslog/udp";
  quiet.received = at("2026-10-09T12:00:00Z");
  quiet.events = 1;
  storage::Batch batch;
  batch.sources = {quiet, seen};
  batch.silences.push_back({"WS2.corp.example", quiet.received});
  fixture.write(std::move(batch));
  CHECK(fixture.get("/api/v1/sources", {{"host", "ws1.*"}}).body ==
        "{\"items\":[{\"id\":1,\"last_received\":\"2026-10-11T12:00:00Z\",\"host\":\"ws1.corp.example\","
        "\"channel\":\"Security\",\"peer\":\"192.0.2.7\",\"input\":\"hec\",\"format\":\"winlogbeat\","
        "\"first_event\":\"2026-10-11T11:59:58Z\",\"last_event\":\"2026-10-11T11:59:58Z\",\"events\":1005,"
        "\"stored\":0,\"duplicates\":0,\"last_delay_ms\":2000,\"min_delay_ms\":2000,\"last_record_id\":1010,"
        "\"seen\":1005,\"missing\":5,\"coverage\":0.995049504950495,\"complete\":true,"
        "\"gaps\":[{\"first\":1001,\"last\":1005}],\"lost\":5,\"resets\":0,\"silent\":false}],"
        "\"next_cursor\":null}");
  const json silent = fixture.get_json("/api/v1/sources", {{"silent_since", "*"}}).at("items");
  REQUIRE(silent.size() == 1);
  CHECK(silent[0].at("host") == "ws2.corp.example");
  CHECK(silent[0].at("silent") == true);
  CHECK(silent[0].at("silent_since") == "2026-10-09T12:00:00Z");
  CHECK(silent[0].at("gaps") == json::array());
  CHECK_FALSE(silent[0].contains("last_record_id"));
  CHECK(fixture.ids("/api/v1/sources", {{"earliest", "-24h"}}) == std::vector<int>{1});
}

TEST_CASE("filters and time bounds") {
  Fixture fixture;
  storage::Batch batch;
  batch.risk_events.push_back(risk_event("WS1", 64, "2026-10-10T12:30:00Z"));         // 1: 24 hours ago to the second
  batch.risk_events.push_back(risk_event("ws1", 25, "2026-10-11T11:00:00Z"));         // 2
  batch.risk_events.push_back(risk_event("WS12", 64, "2026-10-11T11:00:00.5Z"));      // 3
  batch.risk_events.push_back(risk_event("Ärger*1", 80, "2026-10-11T12:00:00Z"));     // 4
  batch.risk_events.push_back(risk_event("' OR 1=1 --", 1, "2026-10-10T12:29:59Z"));  // 5
  batch.registry.push_back(registry_record(1, "2026-10-11T11:02:03.25Z", "AmsiEnable", "ann"));
  batch.registry.push_back(registry_record(2, "2026-10-11T11:02:04Z", "AmsiEnable", ""));
  fixture.write(std::move(batch));

  const std::string risk = "/api/v1/risk-events";
  const std::string registry = "/api/v1/events/registry";
  const struct {
    std::string path;
    Query query;
    std::vector<int> ids;
  } cases[] = {
      {risk, {}, {5, 4, 3, 2, 1}},
      {risk, {{"risk_object", "WS1"}}, {2, 1}},
      {risk, {{"risk_object", "ws1*"}}, {3, 2, 1}},
      {risk, {{"risk_object", "*1*"}}, {5, 4, 3, 2, 1}},
      {risk, {{"risk_object", "WS1*"}, {"risk_object", "*2"}}, {3}},
      {risk, {{"risk_object", "\xC3\xA4RGER*"}}, {4}},
      {risk, {{"risk_object", "' or 1=1 --"}}, {5}},
      {risk, {{"risk_object", "WS?"}}, {}},
      {risk, {{"risk_object", ""}}, {}},
      {risk, {{"risk_score", "64"}, {"risk_object", "ws1"}}, {1}},
      {risk, {{"id", "3"}}, {3}},
      {risk, {{"late", "false"}}, {5, 4, 3, 2, 1}},
      {risk, {{"late", "true"}}, {}},
      {risk, {{"id", "*"}}, {5, 4, 3, 2, 1}},
      {risk, {{"id", "x"}}, {}},
      {risk, {{"time", "2026-10-11T11:00:00Z"}}, {2}},
      {risk, {{"time", "2026-10-11T11:00:00.500000Z"}}, {3}},
      {risk, {{"time", "2026-10-11t11*"}}, {3, 2}},
      {risk, {{"created", "2026-10-11T12:00:01.500000Z"}, {"id", "1"}}, {1}},
      {risk, {{"earliest", "-24h"}}, {4, 3, 2, 1}},
      {risk, {{"earliest", "-24h"}, {"latest", "2026-10-11T11:00:00Z"}}, {1}},
      {risk, {{"latest", "2026-10-11T13:00:00.000001+02:00"}}, {5, 2, 1}},
      {risk, {{"earliest", "1791716400"}, {"latest", "now"}}, {4, 3, 2}},
      {registry, {{"_time", "2026-10-11T11:02:03*"}}, {1}},
      {registry, {{"user", "unknown"}}, {2}},
      {registry, {{"registry_path", "*\\windows script\\settings\\amsienable"}, {"EventID", "13"}}, {2, 1}},
      {registry, {{"process_name", "REGEDIT.EXE"}, {"EventRecordID", "2"}}, {2}},
      {registry, {{"UtcTime", "*"}}, {}},
      {registry, {{"earliest", "2026-10-11T11:02:03.25Z"}}, {2, 1}},
      {registry, {{"earliest", "2026-10-11T11:02:03.250001Z"}}, {2}},
      {registry, {{"latest", "2026-10-11T11:02:04Z"}}, {1}},
      {registry, {{"earliest", "-1d"}, {"latest", "now"}, {"user", "ANN"}}, {1}},
      {registry, {{"earliest", "-1d"}, {"limit", "1"}, {"id", "1"}}, {1}},
      {registry, {{"earliest", "-1d"}, {"limit", "1"}}, {2}},
  };
  for (const auto& test : cases) {
    INFO(test.path << (test.query.empty() ? "" : "?" + test.query[0].first + "=" + test.query[0].second));
    CHECK(fixture.ids(test.path, test.query) == test.ids);
  }
}

TEST_CASE("paging gives every row once, while rows are added") {
  const auto limit_and_pages = GENERATE(std::pair("1", 250), std::pair("100", 3), std::pair("125", 2),
                                        std::pair("249", 2), std::pair("250", 1), std::pair("1000", 1));
  CAPTURE(limit_and_pages.first);
  Fixture fixture;
  storage::Batch batch;
  for (int i = 0; i < 250; ++i) {
    batch.risk_events.push_back(risk_event(i % 2 == 0 ? "even" : "odd", 1, "2026-10-11T11:00:00Z"));
  }
  fixture.write(std::move(batch));

  std::vector<int> ids;
  json cursor;
  int pages = 0;
  do {
    Query query = {{"limit", limit_and_pages.first}};
    if (!cursor.is_null()) query.emplace_back("cursor", cursor.get<std::string>());
    const json page = fixture.get_json("/api/v1/risk-events", query);
    for (const json& item : page["items"]) ids.push_back(item["id"].get<int>());
    cursor = page["next_cursor"];
    if (++pages == 1) {
      storage::Batch late;
      late.risk_events.push_back(risk_event("late", 1, kNow));
      fixture.write(std::move(late));
    }
  } while (!cursor.is_null() && pages < 300);

  std::vector<int> expected(250);
  std::iota(expected.rbegin(), expected.rend(), 1);
  CHECK(ids == expected);
  CHECK(pages == limit_and_pages.second);
  CHECK(fixture.ids("/api/v1/risk-events").size() == 100);
  CHECK(fixture.ids("/api/v1/risk-events", {{"risk_object", "odd"}, {"limit", "200"}}).size() == 125);
}
