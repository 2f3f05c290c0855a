#include <map>
#include <regex>
#include <sstream>
#include <string>

#include "fixture.h"
#include "web/metrics.h"

using namespace rw;
using namespace rw::web::test;

namespace {

struct Family {
  std::string type;
  std::string help;
  std::map<std::string, std::string> samples;  // labels as written → value
};

// The text exposition format 0.0.4, as strict as our own use of it.
std::map<std::string, Family> parse(const std::string& text) {
  static const std::regex kHelp(R"(# HELP ([a-z_]+) (.+))");
  static const std::regex kType(R"(# TYPE ([a-z_]+) (counter|gauge))");
  static const std::regex kSample(
      R"re(([a-z_]+)(\{([a-z_]+="([^"\\\n]|\\\\|\\"|\\n)*",?)+\})? ([0-9]+(?:\.[0-9]+)?))re");
  std::map<std::string, Family> families;
  std::istringstream lines(text);
  std::smatch match;
  std::string family;
  for (std::string line; std::getline(lines, line);) {
    INFO(line);
    if (std::regex_match(line, match, kHelp)) {
      family = match[1];
      CHECK(families.count(family) == 0);
      families[family].help = match[2];
    } else if (std::regex_match(line, match, kType)) {
      CHECK(match[1] == family);
      families[family].type = match[2];
    } else {
      REQUIRE(std::regex_match(line, match, kSample));
      CHECK(match[1] == family);
      CHECK(families[family].samples.emplace(match[2], match[5]).second);
    }
  }
  return families;
}

}  // namespace

TEST_CASE("metrics: every counter and gauge, once, with its meaning") {
  core::Counters counters;
  counters.add(core::Counter::kRejected, 7);
  counters.add_skipped("Security", 4624);
  counters.add_skipped("Security", 4624);
  counters.add_skipped("a\"b\\c\nd\xff", 1);
  web::Gauges gauges{.queued_bytes = 4096,
                     .stalled = true,
                     .free_bytes = 1 << 20,
                     .conditions = {{"disk_space_low", 1}, {"queue_full", 0}},
                     .commit_time = std::chrono::microseconds(2'500'000),
                     .hosts = web::SenderCounts{5, 3, 1},
                     .process = core::ProcessStats{.cpu_seconds = 1.5,
                                                   .resident_bytes = 2048,
                                                   .virtual_bytes = 4096,
                                                   .open_fds = 7,
                                                   .max_fds = 1024,
                                                   .start_time_seconds = 1'791'763'200.25},
                     .queue_limit_bytes = 8192,
                     .version = "1.2.3"};
  gauges.store = storage::StoreState{.seen = core::from_us(1'791'763'200'123'456),
                                     .used_bytes = 1000,
                                     .file_bytes = 2000,
                                     .log_bytes = 300,
                                     .oldest = core::from_us(1'791'000'000'000'000)};
  const auto families = parse(web::render_metrics(counters, gauges));

  CHECK(families.size() == std::size(core::kCounterTable) + 22);
  for (const core::CounterDeclaration& counter : core::kCounterTable) {
    INFO(counter.name);
    const Family& family = families.at(std::string(counter.name));
    CHECK(family.type == "counter");
    CHECK(family.help == counter.meaning);
    CHECK(family.samples ==
          std::map<std::string, std::string>{{"", counter.counter == core::Counter::kRejected ? "7" : "0"}});
  }
  CHECK(families.at("regwarden_events_skipped_total").samples ==
        std::map<std::string, std::string>{{R"({channel="Security",event_id="4624"})", "2"},
                                           {"{channel=\"a\\\"b\\\\c\\nd\xEF\xBF\xBD\",event_id=\"1\"}", "1"}});
  CHECK(families.at("regwarden_commit_seconds_total").type == "counter");
  CHECK(families.at("regwarden_commit_seconds_total").samples.at("") == "2.500000");
  CHECK(families.at("regwarden_writer_queue_bytes").samples.at("") == "4096");
  CHECK(families.at("regwarden_writer_queue_limit_bytes").samples.at("") == "8192");
  CHECK(families.at("regwarden_writer_stalled").samples.at("") == "1");
  CHECK(families.at("regwarden_store_used_bytes").samples.at("") == "1000");
  CHECK(families.at("regwarden_store_file_bytes").samples.at("") == "2000");
  CHECK(families.at("regwarden_store_log_bytes").samples.at("") == "300");
  CHECK(families.at("regwarden_store_oldest_event_timestamp_seconds").samples.at("") == "1791000000");
  CHECK(families.at("regwarden_upkeep_timestamp_seconds").samples.at("") == "1791763200");
  CHECK(families.at("regwarden_data_dir_free_bytes").samples.at("") == "1048576");
  CHECK(families.at("regwarden_health_conditions").samples ==
        std::map<std::string, std::string>{{R"({condition="disk_space_low"})", "1"},
                                           {R"({condition="queue_full"})", "0"}});
  CHECK(families.at("regwarden_sources").samples.at("") == "5");
  CHECK(families.at("regwarden_hosts").samples.at("") == "3");
  CHECK(families.at("regwarden_hosts_silent").samples.at("") == "1");
  CHECK(families.at("process_cpu_seconds_total").samples.at("") == "1.50");
  CHECK(families.at("process_resident_memory_bytes").samples.at("") == "2048");
  CHECK(families.at("process_virtual_memory_bytes").samples.at("") == "4096");
  CHECK(families.at("process_open_fds").samples.at("") == "7");
  CHECK(families.at("process_max_fds").samples.at("") == "1024");
  CHECK(families.at("process_start_time_seconds").samples.at("") == "1791763200.25");
  CHECK(families.at("regwarden_build_info").samples.at(R"({version="1.2.3"})") == "1");
}

TEST_CASE("metrics: as the API answers them") {
  Fixture fixture;
  storage::Batch batch;
  batch.registry.push_back(registry_record(1, kNow, "AmsiEnable", "ann"));
  fixture.write(std::move(batch));
  const http::Response response = fixture.get("/metrics");
  CHECK(response.status == 200);
  CHECK(response.content_type == "text/plain; version=0.0.4; charset=utf-8");
  const auto families = parse(response.body);
  CHECK(families.at("regwarden_registry_events_stored_total").samples.at("") == "1");
  CHECK(families.at("regwarden_commits_total").samples.at("") == "1");
  CHECK(std::stod(families.at("regwarden_commit_seconds_total").samples.at("")) > 0);
  CHECK(families.at("regwarden_hosts").samples.at("") == "0");
  CHECK(families.at("regwarden_health_conditions").samples.size() == std::size(scheduler::kHealthConditions));
  CHECK(std::stoull(families.at("regwarden_data_dir_free_bytes").samples.at("")) > 0);
  CHECK(std::stoull(families.at("process_resident_memory_bytes").samples.at("")) > 1'000'000);
  CHECK(std::stoull(families.at("process_open_fds").samples.at("")) >= 3);
  CHECK(std::stod(families.at("process_start_time_seconds").samples.at("")) > 1.7e9);
}
