#include <catch2/catch.hpp>

#include "tests/unit/sigma/world.h"

namespace rw::test {
namespace {

using Lines = std::vector<std::string>;

const std::string kDetection = "detection:\n  sel:\n    EventID: 13\n  condition: sel\n";
const std::string kLogsource = "logsource: {product: windows, category: registry_set}\n";

TEST_CASE("sigma rule: what it says of itself") {
  const LoadedFiles loaded = load_files({{"my_rule.yml",
                                          "title: Odd Value\n"
                                          "id: 0d5675be-bc88-4172-86d3-1e96a4476536\n"
                                          "status: experimental\n"
                                          "description: Says what.\n"
                                          "references: [https://a.example]\n"
                                          "author: Somebody\n"
                                          "date: 2023-05-06\n"
                                          "modified: 2024-01-31\n"
                                          "tags: [attack.persistence, attack.t1547.001, attack.T1112, attack.g0016, "
                                          "cve.2021-44228]\n" +
                                              kLogsource + kDetection +
                                              "falsepositives: [Installers, Admins]\n"
                                              "level: high\n"
                                              "made_up_key: 1\n"}});
  CHECK(loaded.problems == Lines{});
  REQUIRE(loaded.catalogue->detections().size() == 1);
  const detect::Detection& d = *loaded.catalogue->detections()[0];
  CHECK(d.source == "sigma");
  CHECK(d.type == "Sigma");
  CHECK(d.name == "Odd Value");
  CHECK(d.id == "0d5675be-bc88-4172-86d3-1e96a4476536");
  CHECK(d.stem == "my_rule");
  CHECK(d.version == 20240131);
  CHECK(d.status == "experimental");
  CHECK(d.state == detect::DetectionState::kEnabled);
  CHECK(d.known_false_positives == "Installers\nAdmins");
  CHECK(d.mitre_attack_id == Lines{"T1547.001", "T1112"});
  CHECK(d.data_source == Lines{"Sysmon EventID 13", "Windows Event Log Security 4657"});
  CHECK(d.schedule.cron_schedule == "0 * * * *");
  CHECK(d.schedule.earliest_time.text() == "-70m@m");
  CHECK(d.schedule.latest_time.text() == "-10m@m");
  CHECK(d.severity == "high");
  CHECK(d.creates_notable);
  CHECK(d.creates_risk);
  REQUIRE(d.risk_objects.size() == 2);
  CHECK(d.risk_objects[0].field == "dest");
  CHECK(d.risk_objects[0].score == 35);  // half of 70
  CHECK(d.risk_objects[0].ignored.empty());
  CHECK(d.risk_objects[1].field == "user");
  const auto ignored = [&](std::string_view user) {
    return std::any_of(d.risk_objects[1].ignored.begin(), d.risk_objects[1].ignored.end(),
                       [&](const core::TextPattern& pattern) { return pattern.matches(user); });
  };
  for (const char* user : {"unknown", "SYSTEM", "system", "LOCAL SERVICE", "NETWORK SERVICE", "ws1$"})
    CHECK(ignored(user));
  for (const char* user : {"alice", "SYSTEM2", "a$b"}) CHECK_FALSE(ignored(user));
  CHECK(d.search_text == "detection:\n  sel:\n    EventID: 13\n  condition: sel");
  CHECK(d.annotations.find("CVE-2021-44228") != std::string::npos);
}

TEST_CASE("sigma rule: level and status decide") {
  struct Case {
    std::string level;
    std::int64_t score;
    bool notable;
    bool risk;
  };
  const Case cases[] = {{"critical", 90, true, true},
                        {"high", 70, true, true},
                        {"medium", 40, false, true},
                        {"low", 20, false, true},
                        {"informational", 5, false, false}};
  for (const Case& each : cases) {
    INFO(each.level);
    const auto loaded = load_files({{"r.yml", "title: T\n" + kLogsource + kDetection + "level: " + each.level + "\n"}});
    const detect::Detection& d = *loaded.catalogue->detections().at(0);
    CHECK(d.severity == each.level);
    CHECK(d.risk_objects[0].score == each.score);
    CHECK(d.creates_notable == each.notable);
    CHECK(d.creates_risk == each.risk);
    CHECK(d.version == 1);
    CHECK(d.id.size() == 32);  // made of the title
  }
  for (const char* status : {"stable", "test", "experimental", "deprecated", "unsupported"}) {
    INFO(status);
    const auto loaded =
        load_files({{"r.yml", "title: T\nstatus: " + std::string(status) + "\n" + kLogsource + kDetection}});
    const bool runs = std::string(status) != "deprecated" && std::string(status) != "unsupported";
    const detect::Detection& d = *loaded.catalogue->detections().at(0);
    CHECK(d.state == (runs ? detect::DetectionState::kEnabled : detect::DetectionState::kDisabled));
    if (!runs) CHECK(core::render(*d.problem).find("status is " + std::string(status)) != std::string::npos);
  }
}

TEST_CASE("sigma rule: malformed files say where") {
  const std::pair<std::string, Lines> cases[] = {
      {kLogsource + kDetection, {"r.yml:1:1: error: title is missing: expected the rule's title"}},
      {"title: T\n" + kDetection, {"r.yml:1:1: error: logsource: expected a map with category, product or service"}},
      {"title: T\n" + kLogsource, {"r.yml:1:1: error: detection: expected a map"}},
      {"title: T\nlevel: extreme\n" + kLogsource + kDetection,
       {"r.yml:2:8: error: level: 'extreme': expected informational, low, medium, high or critical"}},
      {"title: T\nstatus: old\n" + kLogsource + kDetection,
       {"r.yml:2:9: error: status: 'old': expected stable, test, experimental, deprecated or unsupported"}},
      {"title: T\n" + kLogsource + "detection:\n  sel: {EventID: 13}\n",
       {"r.yml:4:3: warning: detection.condition is missing: expected how the searches go together"}},
      {"title: T\n" + kLogsource + "detection:\n  condition: sel\n",
       {"r.yml:4:3: warning: detection: expected at least one search",
        "r.yml:4:14: warning: detection.condition at 1: expected the name of a search of this rule, found 'sel'"}},
      {"title: T\n" + kLogsource + "detection:\n  sel:\n  condition: sel\n",
       {"r.yml:4:3: warning: detection.sel: expected a map of fields, a list of maps or keywords, found nothing"}},
      {"title: T\n" + kLogsource + "detection:\n  sel: {A|x: 1, B|y: 2}\n  timeframe: 5m\n  condition: sel\n",
       {"r.yml:4:9: warning: modifier 'x' is not supported", "r.yml:4:17: warning: modifier 'y' is not supported",
        "r.yml:5:3: warning: timeframe is not supported: expected a correlation rule for it"}},
      {"title: T\nlogsource: {product: windows, category: network_connection}\n" + kDetection,
       {"r.yml:2:12: warning: events of the category 'network_connection' are not stored: expected one of "
        "registry_set, "
        "process_creation, registry_event, registry_add, registry_delete, registry_rename"}},
      {"title: T\nlogsource: {product: linux, category: process_creation}\n" + kDetection,
       {"r.yml:2:12: warning: product 'linux' is not stored: expected windows"}},
      {"title: T\nlogsource: {category: process_creation}\n" + kDetection,
       {"r.yml:2:12: warning: logsource without a product: expected windows"}},
      {"title: T\nlogsource: {product: windows, service: system}\n" + kDetection,
       {"r.yml:2:12: warning: events of the service 'system' are not stored: expected security or sysmon"}},
      {"title: T\nlogsource: {product: windows, service: security}\ndetection:\n  sel: {EventID: 4720}\n  condition: "
       "sel\n",
       {"r.yml:4:3: warning: detection: no event that is stored can match: it tests events or fields that none of them "
        "is or has"}},
  };
  for (const auto& [text, expected] : cases) {
    INFO(text);
    CHECK(load_files({{"r.yml", text}}).problems == expected);
  }
}

TEST_CASE("sigma rule: size is limited") {
  std::string values;
  for (int i = 0; i < 100'000; ++i) values += "v" + std::to_string(i) + ",";
  auto loaded = load_files({{"r.yml", rule("sel:\n  Image: [" + values + "]\ncondition: sel")}});
  CHECK(loaded.problems == Lines{"r.yml:8:12: warning: 100000 values: expected at most 2000"});
  loaded = load_files({{"r.yml", rule("sel:\n  EventID: 13\ncondition: '" + std::string(1'000'000, '(') + "'")}});
  CHECK(loaded.problems == Lines{"r.yml:9:14: warning: detection.condition at 16384: longer than 16384 bytes"});
  loaded = load_files({{"r.yml", rule("sel: [" + values + "]\ncondition: sel")}});
  CHECK(loaded.problems == Lines{"r.yml:7:8: warning: detection.sel: 100000 maps or keywords, expected at most 2000"});
  std::string dashes;
  for (int i = 0; i < 1000; ++i) dashes += "'-a -b -c -d',";
  loaded = load_files({{"r.yml", rule("sel:\n  Image|windash: [" + dashes + "]\ncondition: sel")}});
  CHECK(loaded.problems == Lines{"r.yml:8:5: warning: modifier `windash`: the values stand for more than 2000 texts"});
  // A condition that repeats its searches.
  std::string many = "1 of them";
  for (int i = 0; i < 1000; ++i) many += " and 1 of them";
  values.clear();
  for (int i = 0; i < 1000; ++i) values += "v" + std::to_string(i) + ",";
  loaded = load_files({{"r.yml", rule("sel:\n  Image: [" + values + "]\ncondition: " + many)}});
  CHECK(loaded.problems ==
        Lines{"r.yml:7:3: warning: detection: the condition makes more than 20000 tests of its searches"});
}

TEST_CASE("sigma rule: several documents and the collections of old") {
  const auto titles = [](const LoadedFiles& loaded) {
    Lines out;
    for (const auto& d : loaded.catalogue->detections()) out.push_back(d->name + " " + d->id);
    return out;
  };
  auto loaded = load_files(
      {{"r.yml", "title: A\nid: a\n" + kLogsource + kDetection + "---\ntitle: B\nid: b\n" + kLogsource + kDetection}});
  CHECK(loaded.problems == Lines{});
  CHECK(titles(loaded) == Lines{"A a", "B b"});

  loaded = load_files({{"r.yml",
                        "action: global\ntitle: G\nid: g\nlevel: low\ndetection: {condition: sel}\n"
                        "---\nlogsource: {product: windows, category: registry_set}\ndetection: {sel: {EventID: 13}}\n"
                        "---\nlogsource: {product: windows, service: security}\ndetection: {sel: {EventID: 4657}}\n"
                        "---\naction: reset\n---\ntitle: R\nid: r\n" +
                            kLogsource + kDetection + "---\naction: repeat\ntitle: S\nid: s\n"}});
  CHECK(loaded.problems == Lines{});
  CHECK(titles(loaded) == Lines{"G g", "G (2) g#2", "R r", "S s"});
  CHECK(loaded.catalogue->find("S")->severity == "medium");
  CHECK(loaded.catalogue->find("g#2")->severity == "low");

  loaded = load_files({{"a.yml", "title: A\nid: a\n" + kLogsource + kDetection},
                       {"b.yml", "title: B\nid: a\n" + kLogsource + kDetection}});
  REQUIRE(loaded.problems.size() == 1);
  CHECK(loaded.problems[0] == "b.yml:2:5: error: id 'a' is also that of a.yml: expected one detection of it");
}

TEST_CASE("sigma rule: which events a logsource means") {
  World world;
  const auto sysmon = [&](int id, const std::string& type) {
    world.sysmon(
        id, {{"EventType", type}, {"TargetObject", "HKLM\\SOFTWARE\\K\\V"}, {"Details", "x"}, {"Image", "C:\\a.exe"}});
  };
  sysmon(12, "CreateKey");
  sysmon(12, "DeleteKey");
  sysmon(12, "DeleteValue");
  sysmon(13, "SetValue");
  world.sysmon(14, {{"EventType", "RenameKey"},
                    {"TargetObject", "HKLM\\SOFTWARE\\K"},
                    {"NewName", "HKLM\\SOFTWARE\\MiniNt"},
                    {"Image", "C:\\a.exe"}});
  const auto audited = [&](const std::string& operation) {
    world.security(4657, {{"SubjectUserName", "alice"},
                          {"SubjectDomainName", "CORP"},
                          {"ObjectName", "\\REGISTRY\\MACHINE\\SOFTWARE\\K"},
                          {"ObjectValueName", "V"},
                          {"HandleId", "0x1"},
                          {"OperationType", operation},
                          {"OldValueType", "-"},
                          {"OldValue", "-"},
                          {"NewValueType", "%%1876"},
                          {"NewValue", "1"},
                          {"ProcessId", "0x10"},
                          {"ProcessName", "C:\\x.exe"}});
  };
  audited("%%1905");
  audited("%%1906");
  world.sysmon(1, {{"Image", "C:\\a.exe"}, {"CommandLine", "a"}});
  world.security(4688, {{"SubjectUserName", "alice"},
                        {"SubjectDomainName", "CORP"},
                        {"NewProcessId", "0x20"},
                        {"NewProcessName", "C:\\b.exe"},
                        {"TokenElevationType", "%%1936"},
                        {"ProcessId", "0x10"},
                        {"CommandLine", "b"}});
  const auto of = [&](const std::string& logsource, const std::string& search = "EventID|exists: true") {
    return world.matches("title: T\nlogsource: {product: windows, " + logsource + "}\ndetection:\n  sel:\n    " +
                         search + "\n  condition: sel\n");
  };
  CHECK(of("category: registry_event") == 7);
  CHECK(of("category: registry_set") == 2);
  CHECK(of("category: registry_add") == 1);
  CHECK(of("category: registry_delete") == 3);
  CHECK(of("category: registry_rename", "NewName|endswith: '\\MiniNt'") == 1);
  CHECK(of("category: process_creation") == 2);
  CHECK(of("category: process_creation", "Image|endswith: '\\b.exe'") == 1);
  CHECK(of("service: sysmon") == 6);
  CHECK(of("service: security") == 3);
  CHECK(of("service: security", "EventID: [4657, 4688]") == 3);
  CHECK(of("service: security", "NewProcessName: '*'") == 1);
  CHECK(of("category: registry_set, service: sysmon") == 1);
}

}  // namespace
}  // namespace rw::test
