#include <catch2/catch.hpp>

#include "tests/unit/sigma/world.h"

namespace rw::test {
namespace {

using Lines = std::vector<std::string>;

const std::string kRule =
    "title: Set\nid: 11111111-2222-4333-8444-555555555555\nname: set_value\n"
    "logsource: {product: windows, category: registry_set}\n"
    "detection:\n  sel:\n    TargetObject|startswith: HKLM\n  condition: sel\n";

std::string filter(const std::string& rules, const std::string& condition,
                   const std::string& logsource = "{product: windows, category: registry_set}") {
  return "title: F\nlogsource: " + logsource + "\nfilter:\n  rules: " + rules +
         "\n  selection:\n    User|startswith: CORP\\adm_\n  condition: " + condition + "\n";
}

struct Filters {
  World world;
  Filters() {
    for (const char* user : {"CORP\\alice", "CORP\\adm_bob"}) {
      world.sysmon(
          13, {{"EventType", "SetValue"}, {"TargetObject", "HKLM\\SOFTWARE\\V"}, {"Details", "x"}, {"User", user}});
    }
    world.sysmon(13, {{"EventType", "SetValue"}, {"TargetObject", "HKLM\\SOFTWARE\\V"}, {"Details", "x"}});
  }
  std::int64_t operator()(const std::string& text, const Lines& problems = {}) {
    // The filter comes first: order does not matter.
    const LoadedFiles loaded = load_files({{"a.yml", text}, {"b.yml", kRule}});
    CHECK(loaded.problems == problems);
    REQUIRE(loaded.catalogue->detections().size() == 1);
    return events_in(world.run(*loaded.catalogue->detections()[0], hour()));
  }
};

TEST_CASE("sigma filter: takes its events away from the rules it names") {
  Filters matches;
  CHECK(matches("title: nothing\nlogsource: {product: windows, category: registry_set}\nfilter: {rules: [set_value], "
                "s: {User: x}, condition: s}\n") == 3);
  CHECK(matches(filter("[11111111-2222-4333-8444-555555555555]", "selection")) == 2);
  CHECK(matches(filter("[set_value]", "selection")) == 2);
  CHECK(matches(filter("set_value", "selection")) == 2);
  CHECK(matches(filter("any", "selection")) == 2);
  // Written the other way round, as for pySigma: which events stay.
  CHECK(matches(filter("any", "not selection")) == 2);
  CHECK(matches(filter("any", "selection", "{product: windows}")) == 2);
  CHECK(matches(filter("any", "selection", "{product: windows, category: process_creation}")) == 3);
}

TEST_CASE("sigma filter: faults") {
  Filters matches;
  CHECK(matches(filter("[other]", "selection"), {"a.yml:4:11: warning: filter.rules: no rule 'other' is loaded"}) == 3);
  CHECK(matches(filter("[set_value]", "selection", "{product: windows, category: process_creation}"),
                {"a.yml:4:11: warning: filter.rules: 'Set' has another logsource, so the filter does not change it"}) ==
        3);
  CHECK(
      matches(filter("any", "sel"),
              {"a.yml:7:14: error: filter.condition at 1: expected the name of a search of this rule, found 'sel'"}) ==
      3);
  CHECK(matches("title: F\nlogsource: {product: windows}\nfilter: {s: {A: b}, condition: s}\n",
                {"a.yml:3:9: error: filter.rules is missing: expected ids or names of rules, or any"}) == 3);
}

}  // namespace
}  // namespace rw::test
