#include "daemon/cli/case_report.h"

#include <catch2/catch.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>

namespace rw::cli {
namespace {

std::vector<CaseResult> results() {
  const auto result = [](const char* name, Verdict verdict, const char* reason) {
    auto detection = std::make_shared<detect::Detection>();
    detection->id = std::string("id of ") + name;
    detection->name = name;
    CaseResult one;
    one.test.name = "True Positive";
    one.test.detection = detection;
    one.verdict = verdict;
    one.reason = reason;
    one.took = std::chrono::milliseconds(250);
    return one;
  };
  std::vector<CaseResult> all = {result("A", Verdict::kPass, ""), result("B <x> & \"y\"", Verdict::kFail, "a\n\x01"),
                                 result("C", Verdict::kSkip, "no data")};
  all[0].also_fired = {"D", "E&F"};
  all[0].matches = 2;
  all[0].test.match_count = 2;
  return all;
}

TEST_CASE("results as JUnit XML") {
  CHECK(junit_of(results()) ==
        R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="3" failures="1" errors="0" skipped="1" time="0.750">
  <testsuite name="regwarden" tests="3" failures="1" errors="0" skipped="1" time="0.750">
    <testcase classname="escu.A" name="True Positive" time="0.250">
      <system-out>also fired: D, E&amp;F</system-out>
    </testcase>
    <testcase classname="escu.B &lt;x&gt; &amp; &quot;y&quot;" name="True Positive" time="0.250">
      <failure message="a&#10;)"
        "\xEF\xBF\xBD"
        R"("/>
    </testcase>
    <testcase classname="escu.C" name="True Positive" time="0.250">
      <skipped message="no data"/>
    </testcase>
  </testsuite>
</testsuites>
)");
}

TEST_CASE("results as JSON") {
  std::ostringstream out;
  print_cases_json(out, results());
  const auto json = nlohmann::json::parse(out.str());
  CHECK(json["passed"] == 1);
  CHECK(json["failed"] == 1);
  CHECK(json["skipped"] == 1);
  CHECK(json["tests"][0] == nlohmann::json::parse(R"({"detection": "A", "id": "id of A", "source": "escu",
    "test": "True Positive", "result": "passed", "matches": 2, "match_count": 2, "files": [],
    "also_fired": ["D", "E&F"], "seconds": 0.25})"));
  CHECK(json["tests"][2]["reason"] == "no data");
}

TEST_CASE("results as a table") {
  std::ostringstream out;
  print_cases(out, results());
  CHECK(out.str().ends_with("skipped: C: no data\n1 passed, 1 failed, 1 skipped\n"));
}

}  // namespace
}  // namespace rw::cli
