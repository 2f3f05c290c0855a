#include "daemon/detect/escu.h"

#include <catch2/catch.hpp>

#include "tests/unit/detect/content_folder.h"

namespace rw::detect {
namespace {

using Lines = std::vector<std::string>;

struct Parsed {
  std::optional<EscuDetection> escu;
  core::Problems problems;
};

Parsed parse(const std::string& text, const std::string& file = "x.yml") {
  Parsed parsed;
  const auto document = yaml::Document::parse(text, file, parsed.problems);
  REQUIRE(document);
  parsed.escu = parse_escu(document->root(), file, parsed.problems);
  return parsed;
}

Detection detection(const std::string& text, const std::string& file = "x.yml") {
  Parsed parsed = parse(text, file);
  REQUIRE(test::rendered(parsed.problems) == Lines{});
  REQUIRE(parsed.escu);
  return parsed.escu->detection;
}

std::string objects(const Detection& d) {
  std::string out;
  for (const RiskObject& o : d.risk_objects) out += o.field + ":" + o.type + ":" + std::to_string(o.score) + " ";
  for (const ThreatObject& o : d.threat_objects) out += o.field + "=" + o.type + " ";
  if (!out.empty()) out.pop_back();
  return out;
}

// Hunting needs no risk objects, so a case is as short as its point.
const std::string kHead = "name: N\nid: I\ntype: Hunting\nsearch: S\n";

TEST_CASE("escu: the least a detection can be") {
  const Detection d = detection(kHead, "some/folder/my_rule.yaml");
  CHECK(d.name == "N");
  CHECK(d.id == "I");
  CHECK(d.type == "Hunting");
  CHECK(d.search_text == "S");
  CHECK(d.file == "some/folder/my_rule.yaml");
  CHECK(d.stem == "my_rule");
  CHECK(d.source == "escu");
  CHECK(d.version == 0);
  CHECK(d.status == "production");
  CHECK(d.security_domain == "endpoint");
  CHECK(d.risk_message == "N");
  CHECK(d.severity == "high");
  CHECK(d.annotations == R"({"cis20":["CIS 10"],"nist":["DE.AE"],"type":["Hunting"]})");
  CHECK(objects(d).empty());
}

TEST_CASE("escu: a search in any style of scalar") {
  const std::string head = "name: N\nid: I\ntype: Hunting\n";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"search: '| tstats count | where a=\"it''s\"'\n", "| tstats count | where a=\"it's\""},
      {"search: \"| search a=\\\"b\\\\\\\\c\\\"\"\n", "| search a=\"b\\\\c\""},
      {"search: a=b | stats count\n", "a=b | stats count"},
      {"search: |\n  | tstats count\n  | where a=b\n", "| tstats count\n| where a=b\n"},
      {"search: |-\n  | tstats count\n    BY a\n", "| tstats count\n  BY a"},
      {"search: >-\n  | tstats count\n  | where a=b\n", "| tstats count | where a=b"},
  };
  for (const auto& [text, expected] : cases) {
    INFO(text);
    CHECK(detection(head + text).search_text == expected);
  }
}

TEST_CASE("escu: the newer generation, rba") {
  const Detection d = detection(R"(name: AMSI Off
id: 11111111-2222-3333-4444-555555555555
version: 7
date: 2025-01-21
author: A. Uthor
status: production
type: Anomaly
description: What it does.
data_source:
- Sysmon EventID 13
search: '| tstats count'
how_to_implement: How.
known_false_positives: None.
references: []
drilldown_searches:
- name: Results of $dest$
  search: '%original_detection_search% | search dest = $dest$'
rba:
  message: AMSI switched off on $dest$ by $user$
  risk_objects:
  - {field: dest, type: system, score: 64}
  - {field: user, type: user, score: 80}
  threat_objects:
  - {field: registry_path, type: registry_path}
tags:
  analytic_story: [Story One, Story Two]
  asset_type: Endpoint
  mitre_attack_id: [T1112]
  cve: [CVE-2021-44228]
  security_domain: network
  product: [Splunk Cloud]
  future_key: {a: b}
future_top: [1]
)");
  CHECK(d.version == 7);
  CHECK(d.date == "2025-01-21");
  CHECK(d.author == "A. Uthor");
  CHECK(d.description == "What it does.");
  CHECK(d.how_to_implement == "How.");
  CHECK(d.known_false_positives == "None.");
  CHECK(d.references.empty());
  CHECK(d.asset_type == "Endpoint");
  CHECK(d.security_domain == "network");
  CHECK(d.risk_message == "AMSI switched off on $dest$ by $user$");
  CHECK(objects(d) == "dest:system:64 user:user:80 registry_path=registry_path");
  CHECK(d.severity == "high");
  CHECK(d.annotations == R"({"mitre_attack":["T1112"],"analytic_story":["Story One","Story Two"],"cis20":["CIS 13"],)"
                         R"("nist":["DE.AE"],"type":["Anomaly"],"data_source":["Sysmon EventID 13"],)"
                         R"("cve":["CVE-2021-44228"],"mitre_attack.mitre_technique_id":["T1112"],)"
                         R"("mitre_attack.mitre_technique":["Modify Registry"],)"
                         R"("mitre_attack.mitre_tactic":["defense-evasion"],"mitre_attack.mitre_tactic_id":["TA0005"],)"
                         R"("kill_chain_phases":["Exploitation"]})");
  REQUIRE(d.drilldowns.size() == 1);
  CHECK(d.drilldowns[0].name == "Results of $dest$");
  CHECK(d.drilldowns[0].search == "| tstats count | search dest = $dest$");
  CHECK(d.drilldowns[0].earliest_offset == "$info_min_time$");
  CHECK(d.drilldowns[0].latest_offset == "$info_max_time$");
}

TEST_CASE("escu: observables become risk and threat objects") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"type: User, role: [Victim]", "x:user:49"},
      {"type: USERNAME, role: [Victim]", "x:user:49"},
      {"type: Email Address, role: [Victim]", "x:user:49"},
      {"type: Device, role: [Victim]", "x:system:49"},
      {"type: Endpoint, role: [Victim]", "x:system:49"},
      {"type: Hostname, role: [Victim]", "x:system:49"},
      {"type: IP Address, role: [Victim]", "x:system:49"},
      {"type: User Name, role: [Victim]", "x:other:49"},
      {"type: Process Name, role: [Attacker]", "x=process"},
      {"type: Process, role: [Attacker]", "x=process"},
      {"type: File Name, role: [Attacker]", "x=file_name"},
      {"type: File, role: [Attacker]", "x=file_name"},
      {"type: File Hash, role: [Attacker]", "x=file_name"},
      {"type: IP Address, role: [Attacker]", "x=ip_address"},
      {"type: URL String, role: [Attacker]", "x=url"},
      {"type: URL, role: Attacker", "x=url"},
      {"type: Registry Key, role: [Attacker]", "x=registry key"},
      {"type: User, role: [Attacker]", "x=user"},
      {"type: IP Address, role: [Attacker, Victim]", "x:system:49"},
      {"type: Hostname, role: [Target]", "x:other:49"},
      {"type: Hostname", "x:other:49"},
  };
  for (const auto& [observable, expected] : cases) {
    INFO(observable);
    const Detection d =
        detection(kHead + "tags:\n  risk_score: 49\n  observable:\n  - {name: x, " + observable + "}\n");
    CHECK(objects(d) == expected);
  }
}

TEST_CASE("escu: the score of the tags") {
  const std::vector<std::pair<std::string, std::int64_t>> cases = {
      {"risk_score: 25", 25},
      {"risk_score: 25.0", 25},
      {"risk_score: '25.0'", 25},
      {"risk_score: 24.6", 25},
      {"risk_score: 0", 0},
      {"risk_score: 100", 100},
      {"confidence: 50, impact: 50", 25},
      {"confidence: 70, impact: 35", 25},  // 24.5
      {"confidence: 70, impact: 34", 24},  // 23.8
      {"confidence: 100, impact: 100", 100},
      {"confidence: 90, impact: 90, risk_score: 12", 12},
  };
  for (const auto& [tags, expected] : cases) {
    INFO(tags);
    const Detection d =
        detection(kHead + "tags: {" + tags + ", observable: [{name: dest, type: Hostname, role: [Victim]}]}\n");
    REQUIRE(d.risk_objects.size() == 1);
    CHECK(d.risk_objects[0].score == expected);
  }
}

TEST_CASE("escu: severity follows the score") {
  struct Case {
    SeverityTable table;
    std::optional<std::int64_t> score;
    std::string expected;
  };
  const std::vector<Case> cases = {
      {SeverityTable::kTags, 0, "low"},
      {SeverityTable::kTags, 49, "low"},
      {SeverityTable::kTags, 50, "medium"},
      {SeverityTable::kTags, 79, "medium"},
      {SeverityTable::kTags, 80, "high"},
      {SeverityTable::kTags, 100, "high"},
      {SeverityTable::kTags, std::nullopt, "low"},
      {SeverityTable::kRba, 0, "informational"},
      {SeverityTable::kRba, 20, "informational"},
      {SeverityTable::kRba, 21, "low"},
      {SeverityTable::kRba, 40, "low"},
      {SeverityTable::kRba, 41, "medium"},
      {SeverityTable::kRba, 60, "medium"},
      {SeverityTable::kRba, 61, "high"},
      {SeverityTable::kRba, 80, "high"},
      {SeverityTable::kRba, 81, "critical"},
      {SeverityTable::kRba, std::nullopt, "high"},
  };
  for (const Case& c : cases) {
    INFO(c.score.value_or(-1));
    CHECK(severity_of(c.table, c.score) == c.expected);
  }
}

TEST_CASE("escu: a type that should make risk events and cannot is a warning") {
  for (const std::string type : {"TTP", "Anomaly"}) {
    const Parsed parsed = parse("name: N\nid: I\ntype: " + type + "\nsearch: S\n");
    CHECK(parsed.escu);
    CHECK(test::rendered(parsed.problems) ==
          Lines{"x.yml:1:1: warning: a detection of type " + type + " without risk objects makes no risk events"});
  }
}

TEST_CASE("escu: throttling") {
  const Detection d = detection(kHead + "tags: {throttling: {fields: [dest, user], period: 3600s}}\n");
  REQUIRE(d.throttles.size() == 1);
  CHECK((d.throttles[0] == Throttle{{"dest", "user"}, std::chrono::hours(1)}));
  CHECK(detection(kHead).throttles.empty());
  const auto fault = [](const std::string& throttling) {
    const Parsed parsed = parse(kHead + "tags: {throttling: " + throttling + "}\n");
    CHECK_FALSE(parsed.escu);
    return test::rendered(parsed.problems);
  };
  CHECK(fault("dest") == Lines{"x.yml:5:20: error: tags.throttling: expected a map of fields and period"});
  CHECK(fault("{period: 1h}") ==
        Lines{"x.yml:5:20: error: tags.throttling.fields: expected a list of columns of the search's result"});
  CHECK(fault("{fields: [dest]}") ==
        Lines{"x.yml:5:20: error: tags.throttling.period is missing: expected a time such as 24h"});
  CHECK(fault("{fields: [dest], period: soon}") ==
        Lines{"x.yml:5:45: error: tags.throttling.period: 'soon': expected 1s to 366d, such as 24h"});
  CHECK(fault("{fields: [dest], period: 0}").size() == 1);
}

TEST_CASE("escu: a deployment of its own") {
  const std::string own = R"(deployment:
  scheduling: {cron_schedule: '*/15 * * * *', earliest_time: -24h@m, latest_time: now}
  alert_action: {notable: {rule_title: Much of $risk_object$, nes_fields: [risk_object]}}
)";
  const Parsed parsed = parse(kHead + own);
  CHECK(test::rendered(parsed.problems) == Lines{});
  REQUIRE(parsed.escu);
  REQUIRE(parsed.escu->deployment);
  CHECK(parsed.escu->deployment->schedule.cron_schedule == "*/15 * * * *");
  CHECK(parsed.escu->deployment->schedule.earliest_time.text() == "-24h@m");
  CHECK(parsed.escu->deployment->creates_notable);
  CHECK(parsed.escu->deployment->nes_fields == Lines{"risk_object"});
  const Parsed broken = parse(kHead + "deployment: {scheduling: {cron_schedule: hourly}}\n");
  CHECK_FALSE(broken.escu);
  CHECK(broken.problems.size() == 3);
}

TEST_CASE("escu: what a file is, is told by its keys") {
  const std::vector<std::pair<std::string, EscuKind>> cases = {
      {kHead, EscuKind::kDetection},
      {"name: N\ntype: TTP\ntags: {}\n", EscuKind::kDetection},
      {"name: N\nhow_to_implement: x\n", EscuKind::kDetection},
      {"name: N\ndefinition: search *\n", EscuKind::kMacro},
      {"name: N\ntype: TTP\nscheduling: {cron_schedule: '* * * * *'}\n", EscuKind::kDeployment},
      {"name: N\ntype: TTP\nalert_action: {rba: {enabled: true}}\n", EscuKind::kDeployment},
      {"name: N\nnarrative: Once upon a time\ntags: {}\n", EscuKind::kNeighbour},
      {"name: N\nlookup_type: csv\n", EscuKind::kLookup},
      {"name: N\ncollection: c\n", EscuKind::kNeighbour},
      {"name: N\ndefault_match: 'false'\nfilename: a.csv\n", EscuKind::kLookup},
      {"name: N\nsource: a\nsourcetype: b\n", EscuKind::kNeighbour},
      {"name: N\ntype: Investigation\nplaybook: p\n", EscuKind::kNeighbour},
      {"name: N\ntype: Investigation\nsearch: S\n", EscuKind::kNeighbour},
      {"title: T\nlogsource: {product: windows}\ndetection: {condition: a}\n", EscuKind::kUnknown},
      {"a: b\n", EscuKind::kUnknown},
      {"- a\n", EscuKind::kUnknown},
      {"text\n", EscuKind::kUnknown},
      {"", EscuKind::kUnknown},
  };
  for (const auto& [text, expected] : cases) {
    INFO(text);
    core::Problems problems;
    const auto document = yaml::Document::parse(text, "x.yml", problems);
    REQUIRE(document);
    CHECK(escu_kind(document->root()) == expected);
  }
}

}  // namespace
}  // namespace rw::detect
