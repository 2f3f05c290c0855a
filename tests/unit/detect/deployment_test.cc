#include "daemon/detect/deployment.h"

#include <catch2/catch.hpp>

#include "tests/unit/detect/content_folder.h"

namespace rw::detect {
namespace {

using Lines = std::vector<std::string>;

std::string shown(const Deployment& d) {
  std::string out = d.type + ": " + d.schedule.cron_schedule + ", " + d.schedule.earliest_time.text() + " to " +
                    d.schedule.latest_time.text() + ", window " + d.schedule.schedule_window +
                    (d.creates_risk ? ", risk" : "") + (d.creates_notable ? ", notable" : "") + ", " + d.rule_title +
                    ", " + d.rule_description + ",";
  for (const std::string& field : d.nes_fields) out += " " + field;
  return out;
}

std::optional<Deployment> parse(const std::string& text, core::Problems& problems) {
  const auto document = yaml::Document::parse(text, "d.yml", problems);
  REQUIRE(document);
  return parse_deployment(document->root(), problems);
}

TEST_CASE("deployments: ESCU's own table") {
  const Deployments table = Deployments::builtin();
  const std::string hourly = "0 * * * *, -70m@m to -10m@m, window auto";
  const std::string title = ", %name%, %description%, user dest";
  CHECK(shown(*table.find("TTP")) == "TTP: " + hourly + ", risk, notable" + title);
  CHECK(shown(*table.find("Anomaly")) == "Anomaly: " + hourly + ", risk" + title);
  CHECK(shown(*table.find("Hunting")) == "Hunting: " + hourly + title);
  CHECK(shown(*table.find("Correlation")) == "Correlation: " + hourly + ", notable" + title);
  CHECK(shown(*table.find("Baseline")) == "Baseline: 10 0 * * *, -1450m@m to -10m@m, window auto" + title);
  CHECK(table.find("ttp") == nullptr);
}

TEST_CASE("deployments: ESCU's files say what the table says") {
  const Deployments table = Deployments::builtin();
  for (const std::string type : {"TTP", "Anomaly", "Hunting", "Correlation", "Baseline"}) {
    bool found = false;
    for (const auto& entry : std::filesystem::directory_iterator(REGWARDEN_SHARED_DIR "/escu/deployments")) {
      core::Problems problems;
      const auto document = yaml::Document::load(entry.path().string(), problems);
      REQUIRE(document);
      if (document->root()["type"].text() != type) continue;
      const auto deployment = parse_deployment(document->root(), problems);
      CHECK(test::rendered(problems) == Lines{});
      REQUIRE(deployment);
      CHECK(shown(*deployment) == shown(*table.find(type)));
      found = true;
    }
    CHECK(found);
  }
}

TEST_CASE("deployments: a file") {
  core::Problems problems;
  const auto deployment = parse(R"(name: Ours
type: Anomaly
scheduling:
  cron_schedule: '*/15 0-6,20-23 * * 1-5'
  earliest_time: -1d@d
  latest_time: now
  schedule_window: 30
alert_action:
  notable: {rule_title: 'Odd: %name%', rule_description: on $dest$, nes_fields: [dest]}
  rba: {enabled: false}
  email: {to: a@example.org}
)",
                                problems);
  CHECK(test::rendered(problems) == Lines{});
  REQUIRE(deployment);
  CHECK(shown(*deployment) ==
        "Anomaly: */15 0-6,20-23 * * 1-5, -1d@d to now, window 30, notable, Odd: %name%, on $dest$, dest");
}

TEST_CASE("deployments: malformed files") {
  struct Case {
    std::string text;
    Lines problems;
  };
  const std::string times = "  earliest_time: -70m@m\n  latest_time: -10m@m\n";
  const std::string scheduling = "scheduling:\n  cron_schedule: 0 * * * *\n" + times;
  const std::vector<Case> cases = {
      {scheduling, {"d.yml:1:1: error: type is missing: expected TTP, Anomaly, Hunting, Correlation or Baseline"}},
      {"type: Other\n" + scheduling,
       {"d.yml:1:7: error: type: 'Other': expected TTP, Anomaly, Hunting, Correlation or Baseline"}},
      {"type: TTP\nalert_action: {}\n",
       {"d.yml:1:1: error: scheduling is missing: expected cron_schedule, earliest_time and latest_time"}},
      {"type: TTP\nscheduling: hourly\n", {"d.yml:2:13: error: scheduling: expected a map"}},
      {"type: TTP\nscheduling:\n" + times,
       {"d.yml:3:3: error: scheduling.cron_schedule is missing: expected five cron fields such as '0 * * * *'"}},
      {"type: TTP\nscheduling:\n  cron_schedule: '@hourly'\n" + times,
       {"d.yml:3:18: error: scheduling.cron_schedule: '@hourly': expected five cron fields such as '0 * * * *'"}},
      {"type: TTP\nscheduling:\n  cron_schedule: 0 * * *\n" + times,
       {"d.yml:3:18: error: scheduling.cron_schedule: '0 * * *': expected five cron fields such as '0 * * * *'"}},
      {"type: TTP\nscheduling:\n  cron_schedule: 0 * * * *\n  latest_time: now\n",
       {"d.yml:3:3: error: scheduling.earliest_time is missing: expected a time such as -70m@m"}},
      {"type: TTP\n" + scheduling + "  schedule_window: soon\n",
       {"d.yml:6:20: error: scheduling.schedule_window: 'soon': expected auto or a number of minutes"}},
      {"type: TTP\n" + scheduling + "alert_action: [notable]\n", {"d.yml:6:15: error: alert_action: expected a map"}},
      {"type: TTP\n" + scheduling + "alert_action: {notable: true}\n",
       {"d.yml:6:25: error: alert_action.notable: expected a map"}},
      {"type: TTP\n" + scheduling + "alert_action: {rba: {enabled: maybe}}\n",
       {"d.yml:6:31: error: alert_action.rba.enabled: 'maybe': expected true or false"}},
      {"type: TTP\n" + scheduling + "alert_action: {notable: {nes_fields: {a: b}}}\n",
       {"d.yml:6:38: error: alert_action.notable.nes_fields: expected a list of texts, found a map"}},
  };
  for (const Case& c : cases) {
    INFO(c.text);
    core::Problems problems;
    CHECK_FALSE(parse(c.text, problems));
    CHECK(test::rendered(problems) == c.problems);
  }
  // What a time may be is core/time_modifier's to say; here only where it stands.
  core::Problems problems;
  CHECK_FALSE(
      parse("type: TTP\nscheduling:\n  cron_schedule: 0 * * * *\n  earliest_time: yesterday\n  latest_time: now\n",
            problems));
  REQUIRE(problems.size() == 1);
  CHECK_THAT(core::render(problems[0]), Catch::StartsWith("d.yml:4:18: error: scheduling.earliest_time: "));
}

TEST_CASE("deployments: titles are filled once") {
  Detection d;
  d.name = "The %description% of it";
  d.description = "About %name%";
  d.type = "TTP";
  Deployment deployment = *Deployments::builtin().find("TTP");
  deployment.rule_title = "[%name%] $dest$ %other%";
  apply(deployment, d);
  CHECK(d.rule_title == "[The %description% of it] $dest$ %other%");
  CHECK(d.rule_description == "About %name%");
  CHECK(d.nes_fields == Lines{"user", "dest"});
  d.type = "Correlation";
  d.name = "Many";
  apply(*Deployments::builtin().find("Correlation"), d);
  CHECK(d.rule_title == "RBA: Many");
}

}  // namespace
}  // namespace rw::detect
