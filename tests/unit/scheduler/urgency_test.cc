#include "daemon/scheduler/urgency.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/unit/scheduler/fixtures.h"

namespace rw::scheduler {
namespace {

core::TextPattern named(std::string_view text) { return core::TextPattern::with_stars(text); }

std::string urgency(std::vector<UrgencyRule> rules, const Concerned& concerned = {{"DC-1.corp.example"}, {"CORP\\kim"}},
                    std::string_view severity = "medium") {
  return urgency_of(severity, concerned, test::seed_detection(), {std::move(rules)}, {});
}

}  // namespace

TEST_CASE("urgency is the severity, raised or lowered by the first rule that passes") {
  CHECK(urgency({}) == "medium");
  CHECK(urgency({{.dest = named("ws-*"), .steps = 1}}) == "medium");
  CHECK(urgency({{.dest = named("dc-1"), .steps = 1}}) == "high");  // as normalized
  CHECK(urgency({{.dest = named("*.CORP.example"), .steps = -1}}) == "low");
  CHECK(urgency({{.user = named("kim"), .urgency = "critical"}}) == "critical");
  CHECK(urgency({{.user = named("corp\\*"), .urgency = "critical"}}) == "critical");
  CHECK(urgency({{.detection = named("disable amsi*"), .steps = 1}}) == "high");
  CHECK(urgency({{.detection = named("9c27ec42-*"), .steps = 1}}) == "high");
  CHECK(urgency({{.dest = named("dc-*"), .user = named("svc_*"), .steps = 1}}) == "medium");
  CHECK(urgency({{.dest = named("dc-*"), .steps = 1}, {.steps = -2}}) == "high");
  CHECK(urgency({{.dest = named("ws-*"), .steps = 1}, {.steps = -2}}) == "informational");
}

TEST_CASE("urgency goes no further than its ends") {
  CHECK(urgency({{.steps = 4}}) == "critical");
  CHECK(urgency({{.steps = -4}}) == "informational");
  CHECK(urgency({{.steps = 1}}, {}, "critical") == "critical");
  CHECK(urgency({{.steps = 1}}, {}, "odd") == "odd");
}

TEST_CASE("of several hosts and users it is enough that one passes; nobody is none of them") {
  const Concerned several{{"ws1", "DC-1"}, {}};
  CHECK(urgency({{.dest = named("dc-*"), .steps = 1}}, several) == "high");
  CHECK(urgency({{.user = named("*"), .steps = 1}}, several) == "medium");
  CHECK(urgency({{.dest = named("*"), .steps = 1}}, {}) == "medium");
}

}  // namespace rw::scheduler
