// What the scheduler's tests share: times and zones by name, a clock that stands still, searches made by hand.
#pragma once

#include <atomic>
#include <catch2/catch.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/core/time.h"
#include "daemon/core/time_modifier.h"
#include "daemon/detect/detection.h"
#include "daemon/detect/search.h"

namespace rw::scheduler::test {

inline core::Micros at(std::string_view text) {
  const auto parsed = core::parse_iso8601(text);
  REQUIRE(parsed.ok());
  return *parsed;
}

inline core::TimeZone zone(std::string_view name) {
  const auto found = core::TimeZone::find(name);
  REQUIRE(found.ok());
  return *found;
}

inline core::TimeModifier modifier(std::string_view text) {
  const auto parsed = core::TimeModifier::parse(text);
  REQUIRE(parsed.ok());
  return *parsed;
}

// Splunk's schedule for every ESCU detection.
inline detect::Schedule hourly() {
  detect::Schedule schedule;
  schedule.earliest_time = modifier("-70m@m");
  schedule.latest_time = modifier("-10m@m");
  return schedule;
}

class FakeClock final : public core::Clock {
 public:
  explicit FakeClock(std::string_view start) : now_(at(start)) {}
  core::Micros now() const override { return now_; }
  void set(std::string_view now) { now_ = at(now); }

 private:
  std::atomic<core::Micros> now_;
};

class FakeSearch final : public detect::Search {
 public:
  using Run = std::function<core::Result<detect::SearchResult>(storage::Reader&, const cim::Window&)>;
  explicit FakeSearch(Run run) : run_(std::move(run)) {}
  // As if it read this dataset.
  FakeSearch(Run run, cim::Dataset dataset) : run_(std::move(run)) { query_.emplace().dataset = dataset; }

  core::Result<detect::SearchResult> run(const detect::SearchContext& context) const override {
    return run_(context.reader, context.window);
  }
  std::vector<const detect::EventQuery*> queries() const override {
    if (query_) return {&*query_};
    return {};
  }
  std::string explain_plan() const override { return {}; }
  std::string explain_sql(const storage::Dialect&, const cim::Window&, const core::TimeZone&) const override {
    return {};
  }

 private:
  const Run run_;
  std::optional<detect::EventQuery> query_;
};

// "Disable AMSI Through Registry", as far as findings are made from it.
inline detect::Detection seed_detection() {
  detect::Detection detection;
  detection.id = "9c27ec42-d338-11eb-9044-acde48001122";
  detection.name = "Disable AMSI Through Registry";
  detection.version = 6;
  detection.type = "TTP";
  detection.schedule = hourly();
  detection.creates_risk = true;
  detection.creates_notable = true;
  detection.risk_objects = {{"dest", "system", 25}};
  detection.risk_message = "Disable AMSI Through Registry on $dest$";
  detection.rule_title = "Disable AMSI Through Registry";
  detection.rule_description = "The following analytic detects that AMSI is disabled on $dest$ by $user$.";
  detection.nes_fields = {"user", "dest"};
  detection.severity = "low";
  detection.drilldowns = {
      {"View the detection results for $dest$", "%original_detection_search% | search  dest = $dest$",
       "$info_min_time$", "$info_max_time$"},
      {"View risk events for the last 7 days for $dest$",
       "| from datamodel Risk.All_Risk | search normalized_risk_object IN ($dest$) starthoursago=168 endhoursago=1",
       "$info_min_time$", "$info_max_time$"}};
  detection.annotations = R"({"mitre_attack":["T1562.001","T1562"]})";
  detection.search_text =
      R"(| tstats count FROM datamodel=Endpoint.Registry WHERE Registry.registry_path= "*\\AmsiEnable" BY _time span=1h Registry.dest)";
  return detection;
}

// A row of its search.
inline detect::SearchResult seed_result() {
  detect::SearchResult result;
  result.table.columns = {"_time",
                          "registry_path",
                          "registry_key_name",
                          "registry_value_name",
                          "registry_value_data",
                          "process_guid",
                          "dest",
                          "user",
                          "count"};
  const std::string key = R"(HKU\S-1-5-21-1\SOFTWARE\Microsoft\Windows Script\Settings)";
  result.table.rows = {{1729767600.0, key + R"(\AmsiEnable)", key, std::string("AmsiEnable"), std::string("0x00000000"),
                        std::string("{a1b2}"), std::string("win-host-7"), std::string("kim"), std::int64_t{3}}};
  result.group_columns = {
      "_time", "registry_path", "registry_key_name", "registry_value_name", "registry_value_data", "process_guid",
      "dest",  "user"};
  return result;
}

}  // namespace rw::scheduler::test
