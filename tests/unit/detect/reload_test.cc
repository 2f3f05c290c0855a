#include "daemon/detect/reload.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "daemon/detect/search.h"
#include "tests/unit/detect/content_folder.h"

namespace rw::detect {
namespace {

using Lines = std::vector<std::string>;
using test::ContentFolder;

std::string rule(const std::string& name, const std::string& search_end = "") {
  return "name: " + name + "\nid: id-" + name + "\ntype: TTP\nstatus: production\nsearch: '| tstats count FROM " +
         "datamodel=Endpoint.Registry WHERE Registry.registry_path=*x BY Registry.dest" + search_end +
         "'\nrba:\n  risk_objects:\n  - {field: dest, type: system, score: 30}\n";
}

// Files in service, changed and read again.
class Service {
 public:
  Service() {
    folder_.write("rules/a.yml", rule("A"));
    folder_.write("rules/b.yml", rule("B", " | `b_filter`"));
    folder_.write("macros.yaml", "b_filter: where count > 1\n");
    options_.builtin = false;
    options_.paths = {folder_.path("rules")};
    options_.macros = {folder_.path("macros.yaml")};
    core::Problems problems;
    current_ = load(options_, problems);
    REQUIRE(problems.empty());
    REQUIRE(current_->detections().size() == 2);
  }

  ReloadReport reload() {
    core::Problems problems;
    const auto loaded = load(options_, problems, current_.get());
    auto reloaded = merge_reloaded(*current_, *loaded, problems,
                                   [](const Detection& d) { return d.schedule.cron_schedule != "61 * * * *"; });
    current_ = reloaded.catalogue;
    return reloaded.report;
  }
  // The plan in service; empty: no such detection.
  std::string plan(const std::string& name) const {
    const auto detection = current_->find(name);
    return detection ? detection->search->explain_plan() : std::string();
  }

 protected:
  ContentFolder folder_;
  LoadOptions options_;
  std::shared_ptr<const Catalogue> current_;
};

TEST_CASE_METHOD(Service, "nothing has changed") {
  const auto report = reload();
  CHECK(report.loaded == 2);
  CHECK(report.enabled == 2);
  CHECK(report.unsupported == 0);
  CHECK(report.added.empty());
  CHECK(report.changed.empty());
  CHECK(report.removed.empty());
  CHECK(report.kept.empty());
  CHECK(report.problems.empty());
}

TEST_CASE_METHOD(Service, "added, changed, removed") {
  const std::string before = current_->find("A")->content_hash;
  CHECK(before.size() == 16);
  folder_.write("rules/a.yml", rule("A", " | where count > 5"));  // its version stands still
  folder_.write("rules/c.yml", rule("C"));
  folder_.remove("rules/b.yml");
  const auto report = reload();
  CHECK(report.added == Lines{"C"});
  CHECK(report.changed == Lines{"A"});
  CHECK(report.removed == Lines{"B"});
  CHECK(current_->find("A")->content_hash != before);
  CHECK(current_->find("B") == nullptr);
  CHECK(plan("A").find("5") != std::string::npos);
}

TEST_CASE_METHOD(Service, "a macro is part of what a detection is") {
  const std::string before = current_->find("B")->content_hash;
  folder_.write("macros.yaml", "b_filter: where count > 2\n");
  CHECK(reload().changed == Lines{"B"});
  CHECK(current_->find("B")->content_hash != before);
}

TEST_CASE_METHOD(Service, "a file that went bad leaves its detection as it was") {
  const std::string a = plan("A");
  const auto bad = GENERATE_COPY(values<std::string>({
      "name: A\nid: id-A\n  oops: [",    // no YAML
      "name: A\nid: id-A\ntype: TTP\n",  // no search
      "",                                // cut off
      rule("A", " | nosuchcommand x"),   // does not compile
      rule("A", " | `no_such_macro`"),   // nor does this
  }));
  folder_.write("rules/a.yml", bad);
  folder_.write("rules/new.yml", "name: New\nid: [\n");  // never loaded: only reported
  folder_.write("rules/c.yml", rule("C"));
  const auto report = reload();
  CHECK(report.kept == Lines{"A"});
  CHECK(report.added == Lines{"C"});
  CHECK(report.changed.empty());
  CHECK(report.removed.empty());
  CHECK(plan("A") == a);
  CHECK(current_->find("A")->state == DetectionState::kEnabled);
  CHECK(current_->find("New") == nullptr);
  const auto told = [&](const std::string& file) {
    for (const auto& problem : report.problems) {
      if (problem.file == folder_.path(file)) return true;
    }
    return false;
  };
  CHECK(told("rules/a.yml"));
  CHECK(told("rules/new.yml"));

  // Still bad: still there. Mended: as the file says. Deleted: gone.
  CHECK(reload().kept == Lines{"A"});
  folder_.write("rules/a.yml", rule("A", " | where count > 5"));
  CHECK(reload().changed == Lines{"A"});
  folder_.remove("rules/a.yml");
  CHECK(reload().removed == Lines{"A"});
}

TEST_CASE_METHOD(Service, "a macro file that went bad leaves its macros as they were") {
  const std::string b = plan("B");
  folder_.write("macros.yaml", "b_filter: [\n");
  auto report = reload();
  CHECK(plan("B") == b);
  CHECK(report.changed.empty());
  CHECK(core::has_errors(report.problems));
  // It is remembered for as long as it takes.
  report = reload();
  CHECK(plan("B") == b);
  CHECK(report.changed.empty());
}

TEST_CASE_METHOD(Service, "a deployment file that went bad leaves schedule and actions as they were") {
  const std::string deployment =
      "type: TTP\nscheduling: {cron_schedule: 5 3 * * *, earliest_time: -1d@d, latest_time: '@d'}\n";
  folder_.write("rules/deployment.yml", deployment);
  reload();
  REQUIRE(current_->find("A")->schedule.cron_schedule == "5 3 * * *");
  folder_.write("rules/deployment.yml", deployment + "broken: [\n");
  CHECK(reload().changed.empty());
  CHECK(current_->find("A")->schedule.cron_schedule == "5 3 * * *");
}

TEST_CASE_METHOD(Service, "a built-in detection does not stand in for a file that went bad") {
  options_.builtin = true;
  core::Problems problems;
  const auto shipped = load(options_, problems)->find("Disable AMSI Through Registry");
  REQUIRE(shipped != nullptr);
  std::string mine = rule("Mine");
  mine.replace(mine.find("id-Mine"), 7, shipped->id);
  folder_.write("rules/mine.yml", mine);
  reload();
  REQUIRE(current_->find(shipped->id)->name == "Mine");
  folder_.write("rules/mine.yml", mine + "broken: [\n");
  const auto report = reload();
  CHECK(report.kept == Lines{"Mine"});
  CHECK(current_->find(shipped->id)->name == "Mine");
}

TEST_CASE_METHOD(Service, "a table does not stand in for a lookup that went bad") {
  const std::string definition = "name: hosts\nfilename: hosts.csv\nmatch_type: WILDCARD(dest)\n";
  folder_.write("rules/hosts.csv", "dest,site\nws*,here\n");
  folder_.write("rules/hosts.yml", definition);
  folder_.write("rules/a.yml", rule("A", " | rename Registry.* AS * | lookup hosts dest OUTPUT site"));
  reload();
  REQUIRE(current_->find("A")->state == DetectionState::kEnabled);
  folder_.write("rules/hosts.yml", definition + "broken: [\n");
  CHECK(reload().kept == Lines{"A"});
  CHECK(current_->find("A")->state == DetectionState::kEnabled);
}

TEST_CASE_METHOD(Service, "a schedule that cannot be read leaves its detections as they were") {
  folder_.write("rules/deployment.yml",
                "type: TTP\nscheduling: {cron_schedule: 61 * * * *, earliest_time: -2h@h, latest_time: '@h', "
                "schedule_window: 5}\n"
                "alert_action: {rba: {enabled: 'true'}}\n");
  const auto report = reload();
  CHECK(report.kept == Lines{"A", "B"});
  CHECK(current_->find("A")->schedule.cron_schedule == "0 * * * *");
}

TEST_CASE_METHOD(Service, "a detection that moves to another file or changes its id") {
  folder_.remove("rules/a.yml");
  folder_.write("rules/z.yml", rule("A"));
  auto report = reload();
  CHECK(report.added.empty());
  CHECK(report.removed.empty());
  CHECK(current_->find("A")->file == folder_.path("rules/z.yml"));
  folder_.write("rules/z.yml", rule("Z"));
  report = reload();
  CHECK(report.added == Lines{"Z"});
  CHECK(report.removed == Lines{"A"});
}

}  // namespace
}  // namespace rw::detect
