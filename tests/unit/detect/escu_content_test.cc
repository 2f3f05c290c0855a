// Real ESCU content, unmodified.
#include <catch2/catch.hpp>
#include <map>

#include "daemon/detect/load.h"
#include "tests/unit/detect/content_folder.h"

namespace rw::detect {
namespace {

using Lines = std::vector<std::string>;

const std::string kContent = REGWARDEN_SHARED_DIR "/escu";

std::shared_ptr<const Catalogue> load_content(bool builtin) {
  LoadOptions options;
  options.paths = {kContent};
  options.builtin = builtin;
  core::Problems problems;
  auto catalogue = load(options, problems);
  CHECK(test::rendered(problems) == Lines{});
  return catalogue;
}

TEST_CASE("ESCU content: every detection loads") {
  const auto catalogue = load_content(false);
  std::map<std::string, int> types;
  std::map<std::string, int> states;
  std::map<std::string, int> severities;
  int risk_objects = 0;
  int threat_objects = 0;
  int drilldowns = 0;
  int risk = 0;
  int notable = 0;
  for (const auto& d : catalogue->detections()) {
    ++types[d->type];
    ++states[d->state == DetectionState::kEnabled    ? "enabled"
             : d->state == DetectionState::kDisabled ? d->status
                                                     : "unsupported"];
    ++severities[d->severity];
    risk_objects += static_cast<int>(d->risk_objects.size());
    threat_objects += static_cast<int>(d->threat_objects.size());
    drilldowns += static_cast<int>(d->drilldowns.size());
    risk += d->creates_risk ? 1 : 0;
    notable += d->creates_notable ? 1 : 0;
    CHECK(catalogue->find(d->id) == d);
    CHECK(catalogue->find(d->stem) == d);
  }
  CHECK(catalogue->detections().size() == 105);
  CHECK(types == std::map<std::string, int>{{"TTP", 73}, {"Anomaly", 27}, {"Hunting", 5}});
  CHECK(states == std::map<std::string, int>{{"enabled", 103}, {"experimental", 1}, {"deprecated", 1}});
  CHECK(risk == 100);
  CHECK(notable == 73);
  CHECK(risk_objects == 141);
  CHECK(threat_objects == 5);
  CHECK(drilldowns == 196);
  CHECK(severities == std::map<std::string, int>{{"low", 76}, {"medium", 16}, {"high", 13}});
}

TEST_CASE("ESCU content: it replaces the built-in detection of the same id") {
  const auto catalogue = load_content(true);
  CHECK(catalogue->detections().size() == 107);
  CHECK(catalogue->find("Disable AMSI Through Registry")->file ==
        kContent + "/detections/endpoint/disable_amsi_through_registry.yml");
}

TEST_CASE("ESCU content: every field of disable_amsi_through_registry.yml") {
  const auto found = load_content(false)->find("disable_amsi_through_registry");
  REQUIRE(found);
  const Detection& d = *found;
  CHECK(d.id == "9c27ec42-d338-11eb-9044-acde48001122");
  CHECK(d.name == "Disable AMSI Through Registry");
  CHECK(d.stem == "disable_amsi_through_registry");
  CHECK(d.file == kContent + "/detections/endpoint/disable_amsi_through_registry.yml");
  CHECK(d.source == "escu");
  CHECK(d.version == 6);
  CHECK(d.date == "2024-09-30");
  CHECK(d.author == "Steven Dick, Teoderick Contreras, Splunk");
  CHECK(d.status == "production");
  CHECK(d.type == "TTP");
  CHECK(d.description ==
        R"(The following analytic detects modifications to the Windows registry that disable the )"
        R"(Antimalware Scan Interface (AMSI) by setting the "AmsiEnable" value to "0x00000000". This )"
        R"(detection leverages data from the Endpoint.Registry data model, specifically monitoring )"
        R"(changes to the registry path "*\\SOFTWARE\\Microsoft\\Windows )"
        R"(Script\\Settings\\AmsiEnable". Disabling AMSI is significant as it is a common technique )"
        R"(used by ransomware, Remote Access Trojans (RATs), and Advanced Persistent Threats (APTs) to )"
        R"(evade detection and impair defenses. If confirmed malicious, this activity could allow )"
        R"(attackers to execute payloads with minimal alerts, leading to potential system compromise )"
        R"(and data exfiltration.)");
  CHECK(d.how_to_implement ==
        R"(To successfully implement this search, you need to be ingesting logs with the registry )"
        R"(value name, registry path, and registry value data from your endpoints. If you are using )"
        R"(Sysmon, you must have at least version 2.0 of the offical Sysmon TA. )"
        R"(https://splunkbase.splunk.com/app/5709)");
  CHECK(d.known_false_positives == R"(network operator may disable this feature of windows but not so common.)");
  CHECK(d.references == Lines{"https://blog.f-secure.com/hunting-for-amsi-bypasses/",
                              "https://gist.github.com/rxwx/8955e5abf18dc258fd6b43a3a7f4dbf9"});
  CHECK(d.data_source == Lines{"Sysmon EventID 12", "Sysmon EventID 13"});
  CHECK(d.analytic_story == Lines{"Ransomware", "CISA AA23-347A", "Windows Registry Abuse"});
  CHECK(d.mitre_attack_id == Lines{"T1562.001", "T1562"});
  CHECK(d.asset_type == "Endpoint");
  CHECK(d.security_domain == "endpoint");
  CHECK(d.schedule.cron_schedule == "0 * * * *");
  CHECK(d.schedule.earliest_time.text() == "-70m@m");
  CHECK(d.schedule.latest_time.text() == "-10m@m");
  CHECK(d.schedule.schedule_window == "auto");
  CHECK(d.creates_risk);
  CHECK(d.creates_notable);
  REQUIRE(d.risk_objects.size() == 1);
  CHECK(d.risk_objects[0].field == "dest");
  CHECK(d.risk_objects[0].type == "system");
  CHECK(d.risk_objects[0].score == 25);
  CHECK(d.threat_objects.empty());
  CHECK(d.risk_message == "Disable AMSI Through Registry on $dest$");
  CHECK(d.rule_title == "Disable AMSI Through Registry");
  CHECK(d.rule_description == d.description);
  CHECK(d.nes_fields == Lines{"user", "dest"});
  CHECK(d.severity == "low");
  const std::string search =
      R"(| tstats `security_content_summariesonly` count FROM datamodel=Endpoint.Registry WHERE )"
      R"((Registry.registry_path= "*\\SOFTWARE\\Microsoft\\Windows Script\\Settings\\AmsiEnable" )"
      R"(Registry.registry_value_data = "0x00000000") BY _time span=1h Registry.registry_path )"
      R"(Registry.registry_key_name Registry.registry_value_name Registry.registry_value_data )"
      R"(Registry.process_guid Registry.dest Registry.user | `drop_dm_object_name(Registry)` | where )"
      R"(isnotnull(registry_value_data) | `security_content_ctime(firstTime)` | )"
      R"(`security_content_ctime(lastTime)` | `disable_amsi_through_registry_filter`)";
  CHECK(d.search_text == search);
  CHECK(d.search != nullptr);
  REQUIRE(d.drilldowns.size() == 2);
  CHECK(d.drilldowns[0].name == "View the detection results for $dest$");
  CHECK(d.drilldowns[0].search == search + " | search  dest = $dest$");
  CHECK(d.drilldowns[1].name == "View risk events for the last 7 days for $dest$");
  CHECK(d.drilldowns[1].search ==
        R"(| from datamodel Risk.All_Risk | search normalized_risk_object IN ($dest$) )"
        R"(starthoursago=168 endhoursago=1 | stats count min(_time) as firstTime max(_time) as )"
        R"(lastTime values(search_name) as "Search Name" values(risk_message) as "Risk Message" )"
        R"(values(analyticstories) as "Analytic Stories" values(annotations._all) as "Annotations" )"
        R"(values(annotations.mitre_attack.mitre_tactic) as "ATT&CK Tactics" by normalized_risk_object )"
        R"(| `security_content_ctime(firstTime)` | `security_content_ctime(lastTime)`)");
  for (const Drilldown& drilldown : d.drilldowns) {
    CHECK(drilldown.earliest_offset == "$info_min_time$");
    CHECK(drilldown.latest_offset == "$info_max_time$");
  }
  CHECK(d.annotations == R"({"mitre_attack":["T1562.001","T1562"],"analytic_story":["Ransomware","CISA AA23-347A",)"
                         R"("Windows Registry Abuse"],"cis20":["CIS 10"],"nist":["DE.CM"],"type":["TTP"],)"
                         R"("data_source":["Sysmon EventID 12","Sysmon EventID 13"],)"
                         R"("mitre_attack.mitre_technique_id":["T1562.001","T1562"],)"
                         R"("mitre_attack.mitre_technique":["Disable or Modify Tools","Impair Defenses"],)"
                         R"("mitre_attack.mitre_tactic":["defense-evasion"],"mitre_attack.mitre_tactic_id":["TA0005"],)"
                         R"("kill_chain_phases":["Exploitation"]})");
  CHECK(d.state == DetectionState::kEnabled);
  CHECK_FALSE(d.problem);
}

}  // namespace
}  // namespace rw::detect
