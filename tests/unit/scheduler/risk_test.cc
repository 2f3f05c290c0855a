#include "daemon/scheduler/risk.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/unit/scheduler/fixtures.h"

namespace rw::scheduler {
namespace {

core::TextPattern like(std::string_view text) { return core::TextPattern::with_stars(text); }

}  // namespace

TEST_CASE("risk objects by one name, however they are written") {
  const struct {
    std::string object;
    std::string type;
    std::string normalized;
    std::string long_name;
  } cases[] = {
      {"WS1", "system", "ws1", "ws1"},
      {"WS1.corp.example", "system", "ws1", "ws1.corp.example"},
      {"ws1.", "system", "ws1", "ws1."},
      {".odd", "system", ".odd", ".odd"},
      {"192.0.2.7", "system", "192.0.2.7", "192.0.2.7"},
      {"2001:DB8::1", "system", "2001:db8::1", "2001:db8::1"},
      {"192.0.2.7.example", "system", "192", "192.0.2.7.example"},
      {"CORP\\Kim", "user", "kim", "kim"},
      {"kim@corp.example", "user", "kim", "kim"},
      {"NT AUTHORITY\\SYSTEM", "user", "system", "system"},
      {"kim.lee", "user", "kim.lee", "kim.lee"},
      {"CORP\\", "user", "corp\\", "corp\\"},
      {"@kim", "user", "@kim", "@kim"},
      {"A.b\\C@d", "other", "a.b\\c@d", "a.b\\c@d"},
      {"ÄPC.example", "system", "äpc", "äpc.example"},
  };
  for (const auto& c : cases) {
    INFO(c.object);
    CHECK(normalized_risk_object(c.object, c.type, {}) == c.normalized);
    CHECK(normalized_risk_object(c.object, c.type, {.factors = {}, .short_host_names = false}) == c.long_name);
  }
}

TEST_CASE("risk factors") {
  const detect::Detection detection = test::seed_detection();
  const auto score = [&](std::vector<RiskFactor> factors, std::string_view object = "DC-1.corp.example",
                         std::string_view type = "system", std::int64_t risk_score = 25) {
    return calculated_risk_score(risk_score, object, type, detection, {.factors = std::move(factors)});
  };
  CHECK(score({}) == 25);
  CHECK(score({{.risk_object = like("dc-*"), .multiply = 1.5}}) == 38);  // 37.5
  CHECK(score({{.risk_object = like("dc-1"), .multiply = 2}}) == 50);    // as normalized
  CHECK(score({{.risk_object = like("*.corp.example"), .multiply = 2}}) == 50);
  CHECK(score({{.risk_object = like("ws-*"), .multiply = 2}}) == 25);
  CHECK(score({{.risk_object_type = "user", .multiply = 2}}) == 25);
  CHECK(score({{.risk_object_type = "user", .multiply = 2}}, "kim", "user") == 50);
  CHECK(score({{.detection = like("disable amsi*"), .multiply = 2}}) == 50);
  CHECK(score({{.detection = like("9c27ec42-*"), .multiply = 2}}) == 50);
  CHECK(score({{.detection = like("Other"), .multiply = 2}}) == 25);
  // All tests of a factor must pass; all factors that pass count, sums after products.
  CHECK(score({{.risk_object = like("dc-*"), .risk_object_type = "user", .multiply = 2}}) == 25);
  CHECK(score({{.add = 10}, {.multiply = 2}, {.multiply = 3, .add = -5}}) == 155);
  CHECK(score({{.multiply = 0}}) == 0);
  CHECK(score({{.add = -100}}) == 0);
  CHECK(score({{.multiply = 100}, {.multiply = 100}}, "a", "system", 100) == kMostRiskScore);
}

}  // namespace rw::scheduler
