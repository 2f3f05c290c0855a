#include "daemon/cli/case_files.h"

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

#include "tests/unit/detect/content_folder.h"

namespace rw::cli {
namespace {

using test::ContentFolder;

class Fixture {
 public:
  // Relative to the folder; "none" or "several".
  std::string find(std::string_view url) {
    core::Problems problems;
    const auto found = CaseData::below(folder_.path(), problems).find(url);
    CHECK(problems.empty());
    if (found.ok()) return found->substr(folder_.path().size() + 1);
    return found.error().code == core::ErrorCode::kNotFound ? "none" : "several";
  }
  std::vector<TestCase> cases(std::vector<std::shared_ptr<const detect::Detection>> detections) {
    core::Problems problems;
    auto tests = test_cases(detect::Catalogue(std::move(detections), {}),
                            CaseData::below(folder_.path("data"), problems), problems);
    problems_ = problems;
    return tests;
  }
  std::shared_ptr<detect::Detection> sigma(const std::string& id) {
    auto detection = std::make_shared<detect::Detection>();
    detection->id = detection->name = id;
    detection->source = "sigma";
    return detection;
  }
  std::shared_ptr<detect::Detection> escu(const std::string& rest) {
    folder_.write("rule.yml", rest);
    auto detection = std::make_shared<detect::Detection>();
    detection->id = detection->name = "A";
    detection->file = folder_.path("rule.yml");
    detection->type = "TTP";
    detection->status = "production";
    return detection;
  }

 protected:
  ContentFolder folder_;
  core::Problems problems_;
};

const std::string kUrl = "https://media.example.com/media/splunk/attack_data/master/datasets/attack_techniques/";

TEST_CASE_METHOD(Fixture, "a file is found by the longest tail of its URL") {
  folder_.write("attack_techniques/T1112/atomic/windows-sysmon.log", "");
  folder_.write("attack_techniques/T1562.001/atomic/windows-sysmon.log.gz", "");
  folder_.write("copy/of/datasets/attack_techniques/T1003/atomic/windows-sysmon.log", "");
  CHECK(find(kUrl + "T1112/atomic/windows-sysmon.log") == "attack_techniques/T1112/atomic/windows-sysmon.log");
  CHECK(find(kUrl + "T1562.001//atomic/windows-sysmon.log?raw=true") ==
        "attack_techniques/T1562.001/atomic/windows-sysmon.log.gz");
  CHECK(find(kUrl + "T1003/atomic/windows-sysmon.log") ==
        "copy/of/datasets/attack_techniques/T1003/atomic/windows-sysmon.log");
  // The same name in another folder is other data.
  CHECK(find(kUrl + "T1547/atomic/windows-sysmon.log") == "none");
  CHECK(find("") == "none");
}

TEST_CASE_METHOD(Fixture, "a flat folder matches by name alone, and what fits twice is told") {
  folder_.write("snapattack.log", "");
  CHECK(find(kUrl + "T1112/atomic/snapattack.log") == "snapattack.log");
  folder_.write("snapattack.log.gz", "");
  CHECK(find(kUrl + "T1112/atomic/snapattack.log") == "several");
}

TEST_CASE_METHOD(Fixture, "ESCU tests, and why some are skipped") {
  folder_.write("data/T1/a/x.log", "");
  const std::string data = "tests:\n- name: True Positive\n  attack_data:\n  - data: https://h/m/T1/a/x.log\n";
  const auto only = [&](const std::shared_ptr<detect::Detection>& detection) {
    detection->problem = core::Problem{"rule.yml", 3, 1, "no search"};
    const auto tests = cases({detection});
    REQUIRE(tests.size() == 1);
    return tests[0];
  };
  const TestCase test = only(escu(data));
  CHECK(test.name == "True Positive");
  CHECK(test.files == std::vector<std::string>{folder_.path("data/T1/a/x.log")});
  CHECK(test.skipped == "unsupported: rule.yml:3:1: error: no search");  // the fixture has no search

  CHECK(only(escu(data + "  - data: https://h/m/T2/a/y.log\n")).skipped == "no data: https://h/m/T2/a/y.log");
  CHECK(only(escu("tests:\n- name: T\n")).skipped == "no data");
  CHECK(only(escu("name: A\n")).skipped == "the file has no tests");
  CHECK(only(escu(data + "tags: {manual_test: needs a domain}\n")).skipped == "manual test: needs a domain");
  auto experimental = escu(data);
  experimental->status = "experimental";
  CHECK(only(experimental).skipped == "status is experimental");
  auto correlation = escu(data);
  correlation->type = "Correlation";
  CHECK(only(correlation).skipped == "a Correlation reads the findings of others");
}

TEST_CASE_METHOD(Fixture, "Sigma's regression cases: info.yml and manifest.json") {
  folder_.write("data/rules/windows/one/info.yml",
                "id: x\nrule_metadata:\n- id: r1\n  title: One\nregression_tests_info:\n- name: p\n  type: evtx\n"
                "  match_count: 3\n");
  folder_.write("data/rules/windows/one/r1.json", "");
  folder_.write("data/rules/windows/two/info.yml", "rule_metadata:\n- id: r2\nregression_tests_info:\n- type: evtx\n");
  folder_.write("data/rules/windows/two/r2.evtx", "");
  folder_.write("data/manifest.json", R"([{"case": "three", "rule_id": "r3", "match_count": 1}])");
  folder_.write("data/three/r3.json", "");
  const auto tests = cases({sigma("r1"), sigma("r2"), sigma("r3"), sigma("r4")});
  REQUIRE(tests.size() == 4);
  CHECK(problems_.empty());
  CHECK(tests[0].name == "one");
  CHECK(tests[0].match_count == 3);
  CHECK(tests[0].files == std::vector<std::string>{folder_.path("data/rules/windows/one/r1.json")});
  CHECK(tests[1].skipped == "no data");
  CHECK(tests[2].name == "three");
  CHECK(tests[2].match_count == 1);
  CHECK(tests[2].files == std::vector<std::string>{folder_.path("data/three/r3.json")});
  CHECK(tests[3].skipped == "no data");
}

TEST_CASE_METHOD(Fixture, "a manifest that is none is a problem") {
  folder_.write("data/manifest.json", "{");
  CHECK(cases({sigma("r1")}).size() == 1);
  REQUIRE(problems_.size() == 1);
  CHECK(problems_[0].message == "expected a JSON list of cases");
}

}  // namespace
}  // namespace rw::cli
