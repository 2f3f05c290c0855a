#include "daemon/detect/attack/attack.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>
#include <string>
#include <vector>

#include "daemon/detect/annotations.h"

namespace rw::detect::attack {
namespace {

using Lines = std::vector<std::string>;

std::string shown(std::string_view id) {
  const Technique* technique = find_technique(id);
  if (technique == nullptr) return "none";
  std::string text(technique->name);
  for (const Tactic* tactic : technique->tactics) text += " " + std::string(tactic->id);
  return text;
}

TEST_CASE("techniques by id") {
  CHECK(shown("T1112") == "Modify Registry TA0005");
  CHECK(shown("T1562.001") == "Disable or Modify Tools TA0005");
  CHECK(shown("t1547.001") == "Registry Run Keys / Startup Folder TA0003 TA0004");
  CHECK(shown("T1078") == "Valid Accounts TA0001 TA0003 TA0004 TA0005");
  CHECK(shown("T1003") == "OS Credential Dumping TA0006");
  CHECK(shown("T1659") == "Content Injection TA0001 TA0011");
  CHECK(shown("T9999") == "none");
  CHECK(shown("T1112.001") == "none");
  CHECK(shown("") == "none");
}

TEST_CASE("the table is whole: every tactic is used, every sub-technique has its parent's tactics") {
  std::set<std::string_view> used;
  std::size_t parents = 0;
  for (const Technique& technique : techniques()) {
    INFO(technique.id);
    CHECK_FALSE(technique.name.empty());
    REQUIRE_FALSE(technique.tactics.empty());
    for (const Tactic* tactic : technique.tactics) used.insert(tactic->id);
    const Technique* parent = find_technique(parent_of(technique.id));
    REQUIRE(parent != nullptr);
    CHECK(parent->tactics == technique.tactics);
    if (parent == &technique) ++parents;
  }
  CHECK(used.size() == tactics().size());
  CHECK(tactics().size() == 14);
  CHECK(parents == 202);
  CHECK(techniques().size() == 202 + 435 + 1);  // version 15, and a later one
}

TEST_CASE("tactics by name, in any writing") {
  for (const char* name : {"defense-evasion", "defense_evasion", "Defense Evasion"}) {
    REQUIRE(find_tactic(name) != nullptr);
    CHECK(find_tactic(name)->id == "TA0005");
  }
  CHECK(find_tactic("Command and Control")->id == "TA0011");
  CHECK(find_tactic("magic") == nullptr);
}

TEST_CASE("what techniques cover") {
  const Coverage coverage = coverage_of({"T1562.001", "T1547.001", "T1562", "T9999"}, {"lateral_movement", "stealth"});
  CHECK(coverage.technique_ids == Lines{"T1562.001", "T1547.001", "T1562", "T9999"});
  CHECK(coverage.techniques ==
        Lines{"Disable or Modify Tools", "Registry Run Keys / Startup Folder", "Impair Defenses"});
  CHECK(coverage.tactics ==
        Lines{"persistence", "privilege-escalation", "defense-evasion", "lateral-movement", "stealth"});
  CHECK(coverage.tactic_ids == Lines{"TA0003", "TA0004", "TA0005", "TA0008"});
  CHECK(coverage.kill_chain_phases == Lines{"Installation", "Exploitation"});
  CHECK(coverage_of({}).tactics.empty());
}

TEST_CASE("annotations name techniques and tactics") {
  Detection detection;
  detection.type = "TTP";
  detection.mitre_attack_id = {"T1562.001", "T9999"};
  CHECK(annotations_json(detection, {}) ==
        R"({"mitre_attack":["T1562.001","T9999"],"cis20":["CIS 10"],"nist":["DE.CM"],"type":["TTP"],)"
        R"("mitre_attack.mitre_technique_id":["T1562.001","T9999"],)"
        R"("mitre_attack.mitre_technique":["Disable or Modify Tools"],)"
        R"("mitre_attack.mitre_tactic":["defense-evasion"],"mitre_attack.mitre_tactic_id":["TA0005"],)"
        R"("kill_chain_phases":["Exploitation"]})");
  detection.mitre_attack_id.clear();
  CHECK(annotations_json(detection, {}) == R"({"cis20":["CIS 10"],"nist":["DE.CM"],"type":["TTP"]})");
  CHECK(annotations_json(detection, {}, {"impact"}) ==
        R"({"cis20":["CIS 10"],"nist":["DE.CM"],"type":["TTP"],"mitre_attack.mitre_tactic":["impact"],)"
        R"("mitre_attack.mitre_tactic_id":["TA0040"],"kill_chain_phases":["Actions on Objectives"]})");
}

}  // namespace
}  // namespace rw::detect::attack
