// Searches over risk events: correlation searches and the drilldowns of ESCU.
#include <catch2/catch.hpp>

#include <fstream>
#include <iterator>
#include <string>

#include "daemon/detect/load.h"
#include "tests/unit/spl/run_search.h"

namespace rw::detect {
namespace {

using test::TemporaryStore;

const cim::Window kDay = test::window("2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z");

cim::RiskEvent risk(const std::string& detection, const std::string& time, const std::string& object,
                    std::int64_t score, const std::string& annotations) {
  static int count = 0;
  cim::RiskEvent event;
  event.origin.detection = detection;
  event.origin.detection_id = detection;
  event.origin.window = kDay;
  event.identity = std::to_string(++count);
  event.time = test::at(time);
  event.risk_object = object;
  event.risk_object_type = "system";
  event.risk_object_field = "dest";
  event.risk_score = score;
  event.risk_message = "on " + object;
  event.threat_objects = "[]";
  event.annotations = annotations;
  event.row = "{}";
  return event;
}

const std::string kRegistryTactics =
    R"({"mitre_attack":["T1112"],"analytic_story":["Abuse"],"mitre_attack.mitre_technique_id":["T1112"],)"
    R"("mitre_attack.mitre_tactic":["defense-evasion","persistence"],"mitre_attack.mitre_tactic_id":["TA0005"]})";

void fill(TemporaryStore& store) {
  store.add_risk({
      risk("Disable Registry Tool", "2026-03-01T10:05:00Z", "WS1", 25, kRegistryTactics),
      risk("Hide Registry Key", "2026-03-01T10:50:00Z", "WS1", 40, kRegistryTactics),
      risk("New Registry Run Key", "2026-03-01T11:05:00Z", "WS1", 40, kRegistryTactics),
      risk("New Registry Run Key", "2026-03-01T11:06:00Z", "WS2", 40, kRegistryTactics),
      risk("Odd Process", "2026-03-01T11:07:00Z", "WS2", 90, R"({"mitre_attack":["T1059"]})"),
  });
}

// The shape of every correlation search of ESCU.
TEST_CASE("a correlation search counts sources by risk object and tactic") {
  TemporaryStore store;
  fill(store);
  const std::string search =
      "| tstats `security_content_summariesonly` min(_time) as firstTime max(_time) as lastTime "
      "sum(All_Risk.calculated_risk_score) as risk_score, count(All_Risk.calculated_risk_score) as risk_event_count, "
      "values(All_Risk.annotations.mitre_attack.mitre_tactic_id) as annotations.mitre_attack.mitre_tactic_id, "
      "dc(All_Risk.annotations.mitre_attack.mitre_tactic_id) as mitre_tactic_id_count, values(All_Risk.tag) as tag, "
      "values(source) as source, dc(source) as source_count from datamodel=Risk.All_Risk where source IN "
      "(\"*registry*\") All_Risk.annotations.mitre_attack.mitre_technique_id IN (\"*T1112*\") by All_Risk.risk_object "
      "All_Risk.risk_object_type All_Risk.annotations.mitre_attack.mitre_tactic | `drop_dm_object_name(All_Risk)` | "
      "`security_content_ctime(firstTime)` | `security_content_ctime(lastTime)` | where source_count >= 3 | "
      "`windows_modify_registry_risk_behavior_filter`";
  const std::string rest =
      " | 2026-03-01T10:05:00 | 2026-03-01T11:05:00 | 105 | 3 | TA0005 | 1 | - | "
      "[Disable Registry Tool Hide Registry Key New Registry Run Key] | 3";
  CHECK(
      run(store, search, kDay) ==
      Lines{"risk_object* | risk_object_type* | annotations.mitre_attack.mitre_tactic* | firstTime | lastTime | "
            "risk_score | risk_event_count | annotations.mitre_attack.mitre_tactic_id | mitre_tactic_id_count | tag | "
            "source | source_count",
            "WS1 | system | defense-evasion" + rest, "WS1 | system | persistence" + rest});
  const auto compiled = compile_spl(search, {});
  REQUIRE(compiled.ok());
  CHECK((*compiled)->reads(cim::Dataset::kRisk));
  CHECK_FALSE((*compiled)->reads(cim::Dataset::kRegistry));
}

TEST_CASE("tstats over risk events: null BY values, buckets, no groups") {
  TemporaryStore store;
  fill(store);
  const auto tstats = [&](const std::string& what) { return run(store, "| tstats " + what, kDay); };
  const std::string from = " from datamodel=Risk.All_Risk ";
  CHECK(tstats("count" + from + "by All_Risk.annotations.mitre_attack.mitre_tactic_id") ==
        Lines{"All_Risk.annotations.mitre_attack.mitre_tactic_id* | count", "TA0005 | 4"});
  CHECK(tstats("fillnull_value=none count" + from + "by All_Risk.annotations.mitre_attack.mitre_tactic_id") ==
        Lines{"All_Risk.annotations.mitre_attack.mitre_tactic_id* | count", "TA0005 | 4", "none | 1"});
  CHECK(tstats("sum(All_Risk.risk_score) as s" + from + "where All_Risk.risk_score>=40 by _time span=1h") ==
        Lines{"_time* | s", "1772359200 | 40", "1772362800 | 170"});
  CHECK(tstats("count" + from + "where All_Risk.risk_object=nobody") == Lines{"count", "0"});
  CHECK(tstats("count latest(All_Risk.risk_object) as o" + from +
               "where NOT All_Risk.annotations.mitre_attack=T1059") == Lines{"count | o", "4 | WS2"});
  CHECK(tstats("count" + from + "where [| tstats count" + from +
               "where source=\"Odd*\" by All_Risk.risk_object | fields All_Risk.risk_object]") == Lines{"count", "2"});
}

TEST_CASE("risk events by their index") {
  TemporaryStore store;
  fill(store);
  for (const std::string start :
       {"index=risk risk_score>=40", "search index=risk risk_score>=40", "| search index=\"risk\" risk_score>=40"}) {
    CHECK(run(store, start + " | stats sum(risk_score) as s dc(source) as n by risk_object", kDay) ==
          Lines{"risk_object* | s | n", "WS1 | 80 | 2", "WS2 | 130 | 2"});
  }
  CHECK(run(store, "index=risk | stats count", kDay) == Lines{"count", "5"});
}

// The second drilldown of a detection, as published; $dest$ filled in with the row's value in quotes.
TEST_CASE("the drilldown of ESCU to the risk events of an object") {
  std::ifstream file(REGWARDEN_SHARED_DIR "/escu/detections/endpoint/disable_amsi_through_registry.yml");
  REQUIRE(file.is_open());
  const std::string yaml{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const std::size_t begin = yaml.find("| from datamodel Risk.All_Risk");
  REQUIRE(begin != std::string::npos);
  std::string search = yaml.substr(begin, yaml.find("'\n", begin) - begin);
  for (const std::string token : {"$dest$", "$user$"}) {
    const std::size_t at = search.find(token);
    if (at != std::string::npos) search.replace(at, token.size(), "\"ws1\"");
  }
  TemporaryStore store;
  fill(store);
  // An hour ago and a week before it, whatever the window.
  const cim::Window hour = test::window("2026-03-01T12:00:00Z", "2026-03-01T13:00:00Z");
  const Lines expected = {
      "normalized_risk_object* | count | firstTime | lastTime | Search Name | Risk Message | Analytic Stories | "
      "Annotations | ATT&CK Tactics",
      "ws1 | 3 | 2026-03-01T10:05:00 | 2026-03-01T11:05:00 | "
      "[Disable Registry Tool Hide Registry Key New Registry Run Key] | on WS1 | Abuse | [Abuse T1112] | "
      "[defense-evasion persistence]"};
  CHECK(run(store, search, hour) == expected);
  const std::string newer =
      "| from datamodel Risk.All_Risk | search normalized_risk_object IN (\"ws1\") | where _time >= "
      "relative_time(now(), \"-168h@h\") | stats count min(_time) as firstTime max(_time) as lastTime "
      "values(search_name) as \"Search Name\" values(risk_message) as \"Risk Message\" values(analyticstories) as "
      "\"Analytic Stories\" values(annotations._all) as \"Annotations\" values(annotations.mitre_attack.mitre_tactic) "
      "as \"ATT&CK Tactics\" by normalized_risk_object | `security_content_ctime(firstTime)` | "
      "`security_content_ctime(lastTime)`";
  CHECK(run(store, newer, kDay) == expected);
}

// The built-in risk incident rules.
Lines run_rule(TemporaryStore& store, const std::string& stem, const cim::Window& window, const std::string& columns) {
  core::Problems problems;
  const auto catalogue = load({}, problems);
  REQUIRE(problems.empty());
  const auto rule = catalogue->find(stem);
  REQUIRE(rule != nullptr);
  return run(store, rule->search_text + " | table " + columns, window, "UTC", catalogue->knowledge());
}

std::string tactics(const std::string& list) { return R"({"mitre_attack.mitre_tactic":[)" + list + "]}"; }

TEST_CASE("risk incident rule: the score of a day is over 100") {
  TemporaryStore store;
  store.add_risk({
      risk("A", "2026-03-01T01:00:00Z", "WS1", 60, kRegistryTactics),
      risk("B", "2026-03-01T02:00:00Z", "ws1", 41, kRegistryTactics),
      risk("A", "2026-03-01T03:00:00Z", "ws2", 100, kRegistryTactics),
      risk("A", "2026-03-01T04:00:00Z", "ws3", 90, "{}"),
      risk("A", "2026-03-01T05:00:00Z", "ws3", 110, "{}"),
      risk("A", "2026-02-28T23:00:00Z", "ws4", 50, "{}"),
      risk("A", "2026-03-01T00:00:00Z", "ws4", 60, "{}"),
      risk("A", "2026-03-01T00:00:00Z", "ws5", 400, "{}"),
  });
  const std::string rule = "risk_threshold_exceeded_over_24_hours";
  CHECK(run_rule(store, rule, kDay, "risk_object risk_object_type risk_score risk_event_count severity dest user") ==
        Lines{"risk_object* | risk_object_type* | risk_score | risk_event_count | severity | dest | user",
              "ws1 | system | 101 | 2 | medium | ws1 | -", "ws3 | system | 200 | 2 | high | ws3 | -",
              "ws5 | system | 400 | 1 | critical | ws5 | -"});
  CHECK(run_rule(store, rule, kDay,
                 "source source_count mitre_tactic mitre_technique_id risk_message firstTime lastTime | head 1") ==
        Lines{"source | source_count | mitre_tactic | mitre_technique_id | risk_message | firstTime | lastTime",
              "[A B] | 2 | [defense-evasion persistence] | T1112 | [on WS1 on ws1] | 2026-03-01T01:00:00 | "
              "2026-03-01T02:00:00"});
}

TEST_CASE("risk incident rule: three tactics in a week, of two detections") {
  TemporaryStore store;
  store.add_risk({
      risk("A", "2026-02-24T00:00:00Z", "ws1", 5, tactics(R"("execution","persistence")")),
      risk("B", "2026-03-01T02:00:00Z", "ws1", 5, tactics(R"("persistence","impact")")),
      // One technique of three tactics.
      risk("A", "2026-03-01T02:00:00Z", "ws2", 60, tactics(R"("execution","persistence","privilege-escalation")")),
      risk("A", "2026-03-01T03:00:00Z", "ws2", 60, tactics(R"("execution","persistence","privilege-escalation")")),
      risk("A", "2026-03-01T02:00:00Z", "ws3", 60, tactics(R"("execution")")),
      risk("B", "2026-03-01T02:00:00Z", "ws3", 60, tactics(R"("persistence")")),
      risk("A", "2026-02-22T00:00:00Z", "ws4", 60, tactics(R"("impact")")),
      risk("B", "2026-03-01T00:00:00Z", "ws4", 60, tactics(R"("execution","persistence")")),
      risk("A", "2026-02-23T00:00:00Z", "ws5", 60, tactics(R"("impact")")),
      risk("B", "2026-03-01T00:00:00Z", "ws5", 60, tactics(R"("execution","persistence")")),
  });
  CHECK(run_rule(store, "attack_tactic_threshold_exceeded_over_7_days",
                 test::window("2026-02-23T00:00:00Z", "2026-03-02T00:00:00Z"),
                 "risk_object risk_score severity mitre_tactic mitre_tactic_count source_count") ==
        Lines{"risk_object* | risk_score | severity | mitre_tactic | mitre_tactic_count | source_count",
              "ws1 | 10 | medium | [execution impact persistence] | 3 | 2",
              "ws5 | 120 | high | [execution impact persistence] | 3 | 2"});
}

}  // namespace
}  // namespace rw::detect
