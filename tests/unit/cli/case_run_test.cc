#include "daemon/cli/case_run.h"

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

#include "daemon/detect/compile.h"
#include "tests/unit/detect/content_folder.h"

namespace rw::cli {
namespace {

using test::ContentFolder;

// Two Sysmon 13 as the JSON files of Sigma's regression data have them: one document after the other.
std::string event(int record_id, const std::string& target) {
  return R"({
  "Event": {
    "#attributes": {
      "xmlns": "http://schemas.microsoft.com/win/2004/08/events/event"
    },
    "System": {
      "Provider": {
        "#attributes": {
          "Name": "Microsoft-Windows-Sysmon"
        }
      },
      "EventID": 13,
      "TimeCreated": {
        "#attributes": {
          "SystemTime": "2025-12-25T10:58:31.890479Z"
        }
      },
      "EventRecordID": )" +
         std::to_string(record_id) + R"(,
      "Channel": "Microsoft-Windows-Sysmon/Operational",
      "Computer": "ws1"
    },
    "EventData": {
      "EventType": "SetValue",
      "TargetObject": ")" +
         target + R"json(",
      "Details": "DWORD (0x00000000)"
    }
  }
}
)json";
}

std::shared_ptr<const detect::Detection> detection(const std::string& name, const std::string& source,
                                                   const std::string& where, const std::string& by) {
  auto made = std::make_shared<detect::Detection>();
  made->id = made->name = name;
  made->source = source;
  made->risk_objects = {{"dest", "system", 30}};
  const auto search = detect::compile_spl("| tstats count FROM datamodel=Endpoint.Registry WHERE Registry." + where +
                                              " BY Registry." + by + " | `drop_dm_object_name(Registry)`",
                                          detect::Macros::builtin());
  INFO((search.ok() ? "" : search.error().message));
  REQUIRE(search.ok());
  made->search = *search;
  return made;
}

class Fixture {
 public:
  Fixture() {
    folder_.write("case.json", event(1, R"(HKLM\\Software\\Settings\\AmsiEnable)") +
                                   event(2, R"(HKLM\\Software\\Settings\\AmsiEnable)"));
    folder_.write("empty.json", "");
  }
  CaseResult run(std::shared_ptr<const detect::Detection> wanted, std::optional<std::int64_t> match_count = {},
                 const std::string& file = "case.json") {
    const core::TimeZone utc;
    const storage::SearchLimits limits;
    return run_case({.name = "case",
                     .detection = std::move(wanted),
                     .files = {folder_.path(file)},
                     .match_count = match_count,
                     .skipped = {}},
                    {utc, limits, others_});
  }

 protected:
  ContentFolder folder_;
  std::vector<std::shared_ptr<const detect::Detection>> others_;
};

const std::string kAmsi = R"(registry_path="*\\AmsiEnable")";

TEST_CASE_METHOD(Fixture, "Sigma: at least as many events as said, at least one where nothing is said") {
  const auto amsi = detection("amsi", "sigma", kAmsi, "dest");
  CHECK(run(amsi, 2).verdict == Verdict::kPass);
  CHECK(run(amsi, 2).matches == 2);  // of one row
  CHECK(run(amsi).verdict == Verdict::kPass);
  CHECK(run(amsi, 1).verdict == Verdict::kPass);  // more are no fault
  CaseResult wrong = run(amsi, 3);
  CHECK(wrong.verdict == Verdict::kFail);
  CHECK(wrong.reason == "expected 3 matching events, found 2 (2 registry and 0 process events, 0 rejected)");
  wrong = run(amsi, {}, "empty.json");
  CHECK(wrong.verdict == Verdict::kFail);
  CHECK(wrong.reason ==
        "expected at least one matching event, found none (0 registry and 0 process events, 0 rejected)");
}

TEST_CASE_METHOD(Fixture, "Sigma: what else fires is recorded") {
  const auto amsi = detection("amsi", "sigma", kAmsi, "dest");
  others_ = {amsi, detection("any", "sigma", "dest=ws1", "dest"), detection("none", "sigma", "dest=ws2", "dest"),
             detection("escu too", "escu", kAmsi, "user")};
  CHECK(run(amsi, 2).also_fired == std::vector<std::string>{"any", "escu too"});
  CHECK(run(detection("plain", "escu", kAmsi, "dest")).also_fired.empty());
}

TEST_CASE_METHOD(Fixture, "ESCU: one row with every risk object filled") {
  CHECK(run(detection("good", "escu", kAmsi, "dest")).verdict == Verdict::kPass);
  CHECK(run(detection("no row", "escu", "dest=ws2", "dest")).reason.starts_with("expected at least one row"));
  CHECK(run(detection("no column", "escu", kAmsi, "user"))
            .reason.starts_with("risk object dest: the rows have no such column"));
  auto null_object = std::make_shared<detect::Detection>(*detection("null", "escu", kAmsi, "dest"));
  const auto search = detect::compile_spl(
      "| tstats count FROM datamodel=Endpoint.Registry BY Registry.dest"
      " | eval dest=\"null\"",
      detect::Macros::builtin());
  REQUIRE(search.ok());
  null_object->search = *search;
  const CaseResult empty = run(null_object);
  CHECK(empty.verdict == Verdict::kFail);
  CHECK(empty.reason.starts_with("risk object dest: not filled in any of 1 rows"));
}

TEST_CASE_METHOD(Fixture, "a case that is skipped is not run, a file that is missing fails it") {
  TestCase skipped{.name = "x",
                   .detection = detection("a", "escu", kAmsi, "dest"),
                   .files = {"/nonexistent"},
                   .match_count = {},
                   .skipped = "no data"};
  const core::TimeZone utc;
  const storage::SearchLimits limits;
  CHECK(run_case(skipped, {utc, limits, others_}).verdict == Verdict::kSkip);
  skipped.skipped.clear();
  const CaseResult failed = run_case(skipped, {utc, limits, others_});
  CHECK(failed.verdict == Verdict::kFail);
  CHECK(failed.reason == "/nonexistent: No such file or directory");
}

}  // namespace
}  // namespace rw::cli
