#include <catch2/catch.hpp>

#include "daemon/detect/escu.h"
#include "tests/unit/detect/content_folder.h"

namespace rw::detect {
namespace {

struct Malformed {
  std::string text;
  std::vector<std::string> problems;
};

const std::string kHead = "name: N\nid: I\ntype: Hunting\nsearch: S\n";  // line 5 comes next

TEST_CASE("escu: malformed files are errors with their place") {
  const std::string rba_head = kHead + "rba:\n  message: m\n";  // line 7 comes next
  const std::vector<Malformed> cases = {
      // What must be there.
      {"id: I\ntype: Hunting\nsearch: S\n", {"x.yml:1:1: error: name is missing: expected the detection's name"}},
      {"name: N\ntype: Hunting\nsearch: S\n",
       {"x.yml:1:1: error: id is missing: expected a UUID that is this detection's alone"}},
      {"name: N\nid: I\nsearch: S\n",
       {"x.yml:1:1: error: type is missing: expected TTP, Anomaly, Hunting, Correlation or Baseline"}},
      {"name: N\nid: I\ntype: Hunting\n", {"x.yml:1:1: error: search is missing: expected SPL text"}},
      {"name: N\nid: I\ntype: Hunting\nsearch:\n", {"x.yml:1:1: error: search is missing: expected SPL text"}},
      {"name: N\nid: ~\ntype: Hunting\nsearch: S\n",
       {"x.yml:1:1: error: id is missing: expected a UUID that is this detection's alone"}},
      {"name: ''\nid: I\ntype: Hunting\nsearch: S\n",
       {"x.yml:1:7: error: name is empty: expected the detection's name"}},
      {"name: N\nid: I\ntype: Hunting\nsearch: '  '\n", {"x.yml:4:9: error: search is empty: expected SPL text"}},
      {"type: Hunting\n",
       {"x.yml:1:1: error: name is missing: expected the detection's name",
        "x.yml:1:1: error: id is missing: expected a UUID that is this detection's alone",
        "x.yml:1:1: error: search is missing: expected SPL text"}},
      // Wrong forms.
      {"name: [N]\nid: I\ntype: Hunting\nsearch: S\n", {"x.yml:1:7: error: name: expected a text, found a list"}},
      {"name: N\nid: {a: b}\ntype: Hunting\nsearch: S\n", {"x.yml:2:5: error: id: expected a text, found a map"}},
      {"name: N\nid: I\ntype: [TTP]\nsearch: S\n", {"x.yml:3:7: error: type: expected a text, found a list"}},
      {"name: N\nid: I\ntype: Hunting\nsearch:\n- S\n", {"x.yml:5:1: error: search: expected a text, found a list"}},
      {"name: N\nid: I\ntype: ttp\nsearch: S\n",
       {"x.yml:3:7: error: type: 'ttp': expected TTP, Anomaly, Hunting, Correlation or Baseline"}},
      {kHead + "version: six\n", {"x.yml:5:10: error: version: 'six': expected a whole number"}},
      {kHead + "version: -1\n", {"x.yml:5:10: error: version: -1: expected 0 to 2147483647"}},
      {kHead + "version: 3000000000\n", {"x.yml:5:10: error: version: 3000000000: expected 0 to 2147483647"}},
      {kHead + "status: stable\n",
       {"x.yml:5:9: error: status: 'stable': expected production, experimental, deprecated or removed"}},
      {kHead + "status: {a: b}\n", {"x.yml:5:9: error: status: expected a text, found a map"}},
      {kHead + "date: [2024]\n", {"x.yml:5:7: error: date: expected a text, found a list"}},
      {kHead + "description: {a: b}\n", {"x.yml:5:14: error: description: expected a text, found a map"}},
      {kHead + "references: {a: b}\n", {"x.yml:5:13: error: references: expected a list of texts, found a map"}},
      {kHead + "data_source:\n- [a]\n",
       {"x.yml:6:3: error: data_source: expected a text as item of the list, found a list"}},
      {kHead + "tags: text\n", {"x.yml:5:7: error: tags: expected a map"}},
      {kHead + "tags:\n  mitre_attack_id: {a: b}\n",
       {"x.yml:6:20: error: tags.mitre_attack_id: expected a list of texts, found a map"}},
      {kHead + "tags:\n  analytic_story:\n  - a: b\n",
       {"x.yml:7:5: error: tags.analytic_story: expected a text as item of the list, found a map"}},
      {kHead + "tags:\n  security_domain: host\n",
       {"x.yml:6:20: error: tags.security_domain: 'host': expected endpoint, access, network, threat, identity or "
        "audit"}},
      {kHead + "tags: {cve: {a: b}}\n", {"x.yml:5:13: error: tags.cve: expected a list of texts, found a map"}},
      // Scores.
      {kHead + "tags:\n  risk_score: 101\n", {"x.yml:6:15: error: tags.risk_score: '101': expected 0 to 100"}},
      {kHead + "tags:\n  risk_score: -0.5\n", {"x.yml:6:15: error: tags.risk_score: '-0.5': expected 0 to 100"}},
      {kHead + "tags:\n  risk_score: high\n", {"x.yml:6:15: error: tags.risk_score: 'high': expected a number"}},
      {kHead + "tags:\n  risk_score: nan\n", {"x.yml:6:15: error: tags.risk_score: 'nan': expected a number"}},
      {kHead + "tags:\n  risk_score: 1e99\n", {"x.yml:6:15: error: tags.risk_score: '1e99': expected 0 to 100"}},
      {kHead + "tags:\n  confidence: 500\n  impact: 10\n",
       {"x.yml:6:15: error: tags.confidence: '500': expected 0 to 100"}},
      {kHead + "tags:\n  confidence: 50\n  impact: [1]\n",
       {"x.yml:7:11: error: tags.impact: expected a number, found a list"}},
      {kHead + "tags:\n  impact: 50\n  observable:\n  - {name: dest, type: Hostname, role: [Victim]}\n",
       {"x.yml:8:5: error: a risk object without a score: expected tags.risk_score, or confidence and impact"}},
      // Observables.
      {kHead + "tags:\n  observable: dest\n", {"x.yml:6:15: error: tags.observable: expected a list"}},
      {kHead + "tags:\n  observable:\n  - dest\n", {"x.yml:7:5: error: tags.observable: expected a list of maps"}},
      {kHead + "tags:\n  risk_score: 1\n  observable:\n  - {type: User, role: [Victim]}\n",
       {"x.yml:8:5: error: tags.observable.name is missing: expected a column of the search's result"}},
      {kHead + "tags:\n  risk_score: 1\n  observable:\n  - {name: a, role: [Victim]}\n",
       {"x.yml:8:5: error: tags.observable.type is missing: expected a type such as Hostname, User or Process Name"}},
      {kHead + "tags:\n  risk_score: 1\n  observable:\n  - {name: a, type: User, role: {a: b}}\n",
       {"x.yml:8:33: error: tags.observable.role: expected a list of texts, found a map"}},
      // rba.
      {kHead + "rba: [a]\n", {"x.yml:5:6: error: rba: expected a map"}},
      {kHead + "rba:\n  message: {a: b}\n", {"x.yml:6:12: error: rba.message: expected a text, found a map"}},
      {rba_head + "  risk_objects: dest\n", {"x.yml:7:17: error: rba.risk_objects: expected a list"}},
      {rba_head + "  risk_objects:\n  - {type: system, score: 1}\n",
       {"x.yml:8:5: error: rba.risk_objects.field is missing: expected a column of the search's result"}},
      {rba_head + "  risk_objects:\n  - {field: dest, score: 1}\n",
       {"x.yml:8:5: error: rba.risk_objects.type is missing: expected system, user or other"}},
      {rba_head + "  risk_objects:\n  - {field: dest, type: host, score: 1}\n",
       {"x.yml:8:25: error: rba.risk_objects.type: 'host': expected system, user or other"}},
      {rba_head + "  risk_objects:\n  - {field: dest, type: system}\n",
       {"x.yml:8:5: error: rba.risk_objects.score is missing: expected 0 to 100"}},
      {rba_head + "  risk_objects:\n  - {field: dest, type: system, score: 1000}\n",
       {"x.yml:8:40: error: rba.risk_objects.score: '1000': expected 0 to 100"}},
      {rba_head + "  threat_objects:\n  - {type: process}\n",
       {"x.yml:8:5: error: rba.threat_objects.field is missing: expected a column of the search's result"}},
      {rba_head + "  threat_objects:\n  - {field: process_name}\n",
       {"x.yml:8:5: error: rba.threat_objects.type is missing: expected a type such as process_name or "
        "registry_path"}},
      // Drilldowns.
      {kHead + "drilldown_searches: a\n", {"x.yml:5:21: error: drilldown_searches: expected a list"}},
      {kHead + "drilldown_searches:\n- {search: a}\n",
       {"x.yml:6:3: error: drilldown_searches.name is missing: expected a title"}},
      {kHead + "drilldown_searches:\n- {name: a}\n",
       {"x.yml:6:3: error: drilldown_searches.search is missing: expected SPL text"}},
      {kHead + "drilldown_searches:\n- {name: a, search: b, earliest_offset: [1]}\n",
       {"x.yml:6:41: error: drilldown_searches.earliest_offset: expected a text, found a list"}},
      // Several at once, in the order they are read.
      {"name: N\nid: I\ntype: Rule\nsearch: S\nversion: x\nstatus: y\ntags: {risk_score: 200}\n",
       {"x.yml:3:7: error: type: 'Rule': expected TTP, Anomaly, Hunting, Correlation or Baseline",
        "x.yml:5:10: error: version: 'x': expected a whole number",
        "x.yml:6:9: error: status: 'y': expected production, experimental, deprecated or removed",
        "x.yml:7:20: error: tags.risk_score: '200': expected 0 to 100"}},
  };
  for (const Malformed& c : cases) {
    INFO(c.text);
    core::Problems problems;
    const auto document = yaml::Document::parse(c.text, "x.yml", problems);
    REQUIRE(document);
    CHECK_FALSE(parse_escu(document->root(), "x.yml", problems));
    CHECK(test::rendered(problems) == c.problems);
  }
}

}  // namespace
}  // namespace rw::detect
