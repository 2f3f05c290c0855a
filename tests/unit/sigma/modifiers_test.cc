// What the entries of a search match, on events that stand in a store.
#include <catch2/catch.hpp>

#include "tests/unit/sigma/world.h"

namespace rw::test {
namespace {

const std::string kKey = "HKLM\\SOFTWARE\\Policies\\";

struct Registry {
  World world;
  Registry() {
    world.sysmon(13, {{"EventType", "SetValue"},
                      {"TargetObject", kKey + "AmsiEnable"},
                      {"Details", "DWORD (0x00000000)"},
                      {"Image", "C:\\Windows\\System32\\reg.exe"},
                      {"User", "CORP\\alice"}});
    world.sysmon(13, {{"EventType", "SetValue"},
                      {"TargetObject", kKey + "100%_x"},
                      {"Details",
                       "cmd /c \xe2\x80\x93"
                       "enc aHR0cDovLw=="},
                      {"Image", "C:\\Program Files\\App\\app.exe"},
                      {"User", "CORP\\ws1$"}});
    world.sysmon(12, {{"EventType", "CreateKey"}, {"TargetObject", kKey + "New*Key"}, {"Image", "C:\\Windows\\a.exe"}});
  }
  std::int64_t operator()(const std::string& search) {
    return world.matches(rule("sel:\n  " + search + "\ncondition: sel"));
  }
};

TEST_CASE("sigma modifiers: texts") {
  Registry matches;
  CHECK(matches("TargetObject: 'hklm\\software\\policies\\amsienable'") == 1);
  CHECK(matches("TargetObject: '*\\AmsiEnable'") == 1);
  CHECK(matches("TargetObject: 'AmsiEnable'") == 0);
  CHECK(matches("TargetObject|endswith: '\\amsienable'") == 1);
  CHECK(matches("TargetObject|endswith: '\\100%_x'") == 1);
  CHECK(matches("TargetObject|endswith: '\\100%?x'") == 1);
  CHECK(matches("TargetObject|endswith: '\\1000_x'") == 0);
  CHECK(matches("TargetObject|contains: 'New\\*'") == 1);
  CHECK(matches("TargetObject|startswith: 'HKLM\\'") == 3);
  CHECK(matches("TargetObject|contains: ['amsi', 'New']") == 2);
  CHECK(matches("TargetObject|contains|all: ['software', 'enable']") == 1);
  CHECK(matches("TargetObject|contains|all: ['amsi', 'New']") == 0);
  CHECK(matches("TargetObject|contains|cased: 'Amsi'") == 1);
  CHECK(matches("TargetObject|contains|cased: 'amsi'") == 0);
  CHECK(matches("TargetObject: '*'") == 3);
  CHECK(matches("Details: '*'") == 2);
  CHECK(matches("Details|neq: 'DWORD (0x00000000)'") == 2);
  CHECK(matches("Details|contains|windash: 'cmd -c '") == 1);
  CHECK(matches("Details|contains|windash: ' -enc '") == 1);
  CHECK(matches("Details|contains: ' -enc '") == 0);
  CHECK(matches("Details|windash|contains|all: ['-c', '/enc']") == 1);
  CHECK(matches("Details|base64offset|contains: 'http://'") == 1);
  CHECK(matches("Details|base64|contains: 'http:/'") == 1);
}

TEST_CASE("sigma modifiers: regular expressions") {
  Registry matches;
  CHECK(matches("TargetObject|re: 'Amsi[A-Z]nable$'") == 1);
  CHECK(matches("TargetObject|re: 'amsi'") == 0);
  CHECK(matches("TargetObject|re|i: 'amsi'") == 1);
  CHECK(matches("TargetObject|re|i|s: 'HKLM.*amsi'") == 1);
  CHECK(matches("TargetObject|re: ['\\\\New\\*Key', '%_']") == 2);
}

TEST_CASE("sigma modifiers: null, empty and present") {
  Registry matches;
  CHECK(matches("Details: null") == 1);
  CHECK(matches("Details: ''") == 1);
  CHECK(matches("Details: [null, 'DWORD (0x00000000)']") == 2);
  CHECK(matches("Details|exists: true") == 2);
  CHECK(matches("Details|exists: false") == 1);
  CHECK(matches("NoSuchField: null") == 3);
  CHECK(matches("NoSuchField|exists: false") == 3);
  const auto matches_all = [&](const std::string& detection) { return matches.world.matches(rule(detection)); };
  // not over an absent field is true, never null
  CHECK(matches_all("sel:\n  EventID: [12, 13]\nf:\n  Details|contains: DWORD\ncondition: sel and not f") == 2);
  CHECK(matches_all("sel:\n  EventID: [12, 13]\nf:\n  NoSuchField: x\ncondition: sel and not f") == 3);
  CHECK(matches_all("sel:\n  EventID: [12, 13]\nf:\n  Details: null\ncondition: sel and not f") == 2);
  CHECK(matches_all("sel:\n  EventID: 13\nf:\n  Details: null\ncondition: sel and not 1 of f*") == 2);
}

TEST_CASE("sigma modifiers: maps, lists and conditions") {
  Registry matches;
  const auto all = [&](const std::string& detection) { return matches.world.matches(rule(detection)); };
  CHECK(all("s:\n  - Details|contains: DWORD\n  - TargetObject|contains: New\ncondition: s") == 2);
  CHECK(all("s:\n  Details|contains: DWORD\n  TargetObject|contains: New\ncondition: s") == 0);
  CHECK(all("a:\n  EventID: 13\nb:\n  EventID: 12\ncondition: [a, b]") == 3);
  CHECK(all("a:\n  EventID: 13\nb:\n  Image|endswith: app.exe\nc:\n  User|contains: ws1\ncondition: 2 of them") == 1);
  CHECK(all("a:\n  EventID: 13\nb:\n  EventID: 12\n_c:\n  EventID: 14\ncondition: 1 of them") == 3);
  CHECK(all("a:\n  EventID: 13\nb:\n  Details|contains: cmd\ncondition: all of them") == 1);
}

TEST_CASE("sigma modifiers: keywords look at every field") {
  Registry matches;
  const auto all = [&](const std::string& detection) { return matches.world.matches(rule(detection)); };
  CHECK(all("keywords:\n  - alice\n  - 'app.exe'\ncondition: keywords") == 2);
  CHECK(all("keywords:\n  '|all':\n    - alice\n    - AmsiEnable\ncondition: keywords") == 1);
  CHECK(all("keywords:\n  '|all':\n    - alice\n    - app.exe\ncondition: keywords") == 0);
  CHECK(all("keywords:\n  '|re': 'Amsi.nable'\ncondition: keywords") == 1);
  CHECK(all("keywords: 'sysmon'\ncondition: keywords") == 3);
}

TEST_CASE("sigma modifiers: fields, placeholders and networks") {
  World world;
  world.sysmon(
      1, {{"Image", "C:\\a.exe"}, {"ParentImage", "c:\\A.exe"}, {"CommandLine", "10.1.2.3"}, {"User", "CORP\\adm_x"}});
  world.sysmon(
      1, {{"Image", "C:\\b.exe"}, {"ParentImage", "C:\\c.exe"}, {"CommandLine", "192.168.0.1"}, {"User", "CORP\\bob"}});
  world.sysmon(1, {{"Image", "C:\\d.exe"}, {"CommandLine", "x"}});
  detect::sigma::Options options;
  options.placeholders = {{"admins", {"*\\adm_*", "*\\root"}}};
  const auto matches = [&](const std::string& search) {
    return world.matches(rule("sel:\n  " + search + "\ncondition: sel", "process_creation"), options);
  };
  CHECK(matches("Image|fieldref: ParentImage") == 1);
  CHECK(matches("Image|fieldref|neq: ParentImage") == 2);
  CHECK(matches("CommandLine|cidr: 10.0.0.0/8") == 1);
  CHECK(matches("CommandLine|cidr: ['10.0.0.0/8', '192.168.0.0/16']") == 2);
  CHECK(matches("User|expand: '%admins%'") == 1);
  CHECK(matches("User|expand|contains: '\\%admins\\%'") == 0);
}

TEST_CASE("sigma modifiers: numbers") {
  World world;
  const std::string key = "\\REGISTRY\\MACHINE\\SOFTWARE\\K";
  const auto value = [&](const std::string& data) {
    world.security(4657, {{"SubjectUserName", "alice"},
                          {"SubjectDomainName", "CORP"},
                          {"ObjectName", key},
                          {"ObjectValueName", "V"},
                          {"HandleId", "0x1"},
                          {"OperationType", "%%1905"},
                          {"OldValueType", "-"},
                          {"OldValue", "-"},
                          {"NewValueType", "%%1876"},
                          {"NewValue", data},
                          {"ProcessId", "0x10"},
                          {"ProcessName", "C:\\x.exe"}});
  };
  value("0");
  value("0x0");
  value("12");
  value("text");
  const auto matches = [&](const std::string& search) {
    return world.matches(
        "title: T\nlogsource: {product: windows, service: security}\ndetection:\n  sel:\n    EventID: 4657\n    " +
        search + "\n  condition: sel\n");
  };
  CHECK(matches("EventID|contains: 57") == 4);
  CHECK(matches("NewValue: 0") == 2);
  CHECK(matches("NewValue: '0'") == 1);
  CHECK(matches("NewValue: 0xC") == 1);
  CHECK(matches("NewValue|lt: 1") == 1);
  CHECK(matches("NewValue|gte: 12") == 1);
  CHECK(matches("NewValue|gt: 12") == 0);
  CHECK(matches("NewValue|lte: 12") == 2);
}

TEST_CASE("sigma modifiers: faults are named with their place") {
  const auto fault = [](const std::string& search) {
    const LoadedFiles loaded = load_files({{"r.yml", rule("sel:\n  " + search + "\ncondition: sel")}});
    REQUIRE(loaded.catalogue->detections().size() == 1);
    CHECK(loaded.catalogue->detections()[0]->state == detect::DetectionState::kUnsupported);
    REQUIRE(loaded.problems.size() == 1);
    return loaded.problems[0];
  };
  CHECK(fault("A|nope: x") == "r.yml:8:5: warning: modifier 'nope' is not supported");
  CHECK(fault("A|: x") == "r.yml:8:5: warning: expected a modifier after `|`");
  CHECK(fault("A|hour: 5") == "r.yml:8:5: warning: modifier `hour` (a part of a time) is not supported");
  CHECK(fault("A|re|contains: x") ==
        "r.yml:8:5: warning: modifier `contains` cannot follow one that says how the values are compared");
  CHECK(fault("A|contains|re: x") == "r.yml:8:5: warning: modifier `re` cannot follow `contains`");
  CHECK(fault("A|i: x") == "r.yml:8:5: warning: modifier `i`: expected `re` before it");
  CHECK(fault("A|gt: x") == "r.yml:8:5: warning: modifier `gt`: expected a number, found 'x'");
  CHECK(fault("A|exists: 1") == "r.yml:8:5: warning: modifier `exists`: expected true or false, found a number");
  CHECK(fault("A|exists: [true, false]") ==
        "r.yml:8:5: warning: modifier `exists`: expected true or false, found a list");
  CHECK(fault("A|contains: null") == "r.yml:8:5: warning: modifier `contains`: expected texts, found null");
  CHECK(fault("A|wide: x") == "r.yml:8:5: warning: expected base64 or base64offset after `wide`");
  CHECK(fault("A|wide|contains: x") ==
        "r.yml:8:5: warning: modifier `contains`: expected base64 or base64offset after `wide`");
  CHECK(fault("A|base64: 'a*'") == "r.yml:8:5: warning: modifier `base64`: expected texts without wildcards before it");
  CHECK(fault("A|fieldref|startswith: B") ==
        "r.yml:8:5: warning: modifier `fieldref` with `startswith` is not supported");
  CHECK(fault("A|endswith|fieldref: B") == "r.yml:8:5: warning: modifier `fieldref` with `endswith` is not supported");
  CHECK(fault("A|expand: '%who%'") ==
        "r.yml:8:5: warning: placeholder %who% has no values: expected them in detections.sigma.placeholders");
  CHECK(fault("A: []") == "r.yml:8:8: warning: an empty list: expected at least one value");
  CHECK(fault("A: {b: c}").starts_with("r.yml:8:8: warning: expected a text, a number"));
  CHECK(fault("A|re: '(?<=x)y'").starts_with("r.yml:8:11: warning: regular expression '(?<=x)y': "));
  CHECK(fault("A|cidr: 10.0.0.0/99").starts_with("r.yml:8:13: warning: network '10.0.0.0/99': expected"));
  CHECK(fault("A|contains|windash: '-a -b -c -d -e'") ==
        "r.yml:8:5: warning: modifier `windash`: more than 4 arguments in one value");
}

}  // namespace
}  // namespace rw::test
