#include "daemon/cli/top_screen.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <string>
#include <vector>

namespace rw::cli {
namespace {

using Lines = std::vector<std::string>;

constexpr const char* kStatus = R"({"status":"ok","version":"1.2.3","conditions":[]})";
constexpr const char* kNothing = R"({"items":[],"next_cursor":null})";

TopLook look(std::string_view metrics, int second, const std::string& sources = kNothing,
             const std::string& runs = kNothing, const std::string& notables = kNothing,
             const std::string& status = kStatus) {
  auto read = read_look(metrics, status, sources, runs, notables);
  REQUIRE(read.ok());
  read->time = core::from_us(1'791'763'200'000'000) + std::chrono::seconds(second);
  read->steady_time = std::chrono::steady_clock::time_point() + std::chrono::seconds(second);
  return *std::move(read);
}

}  // namespace

TEST_CASE("metrics are read by name and labels") {
  const auto metrics = read_metrics(
      "# HELP a_total Help 5\n# TYPE a_total counter\na_total 12\n"
      "b{x=\"y z\",n=\"1\"} 0.5\nc 1e3\nbroken\nbroken x\n\nlast 7");
  CHECK(metrics ==
        std::map<std::string, double>{{"a_total", 12}, {"b{x=\"y z\",n=\"1\"}", 0.5}, {"c", 1000}, {"last", 7}});
}

TEST_CASE("top: rates are of the time between two looks") {
  const TopLook before = look(
      "regwarden_events_decoded_total 100\nregwarden_registry_events_stored_total 50\nregwarden_commits_total 10\n"
      "regwarden_commit_seconds_total 1\nregwarden_syslog_bytes_total 0\nprocess_cpu_seconds_total 3\n"
      "regwarden_events_skipped_total{channel=\"S\",event_id=\"1\"} 1\n",
      0, R"({"items":[{"host":"ws1","channel":"Sysmon","events":10},{"host":"ws2","channel":"Sysmon","events":5}]})");
  const TopLook now = look(
      "regwarden_events_decoded_total 24100\nregwarden_registry_events_stored_total 12050\nregwarden_commits_total 30\n"
      "regwarden_commit_seconds_total 1.1\nregwarden_syslog_bytes_total 2097152\nprocess_cpu_seconds_total 4\n"
      "regwarden_events_skipped_total{channel=\"S\",event_id=\"1\"} 2\n"
      "regwarden_events_skipped_total{channel=\"S\",event_id=\"2\"} 4\n"
      "regwarden_writer_queue_bytes 1024\nregwarden_writer_queue_limit_bytes 4096\nregwarden_store_used_bytes 1048576\n"
      "regwarden_data_dir_free_bytes 1073741824\nprocess_resident_memory_bytes 2097152\nprocess_open_fds 20\n"
      "process_max_fds 1024\nprocess_start_time_seconds 1791752400\n",
      2,
      R"({"items":[{"host":"ws1","channel":"Sysmon","events":12,"last_received":"2026-10-12T00:00:01.5Z"},)"
      R"({"host":"ws2","channel":"Sysmon","events":2405,"last_received":"2026-10-12T00:00:02Z"}]})",
      R"({"items":[{"finished":"2026-10-12T00:00:01.25Z","detection":"Disable AMSI","status":"done","result_count":3}]})",
      R"({"items":[{"time":"2026-10-11T23:59:00Z","urgency":"high","rule_title":"AMSI was disabled on ws1"}]})");
  const Lines lines = top_screen(before, now, "http://127.0.0.1:8089", 200, 50);
  CHECK(lines ==
        Lines{
            "regwarden 1.2.3  http://127.0.0.1:8089  up 3h  00:00:02 UTC",
            "",
            "events/s  received 12,000  stored 6,000  twice 0  other kinds 2.5  rejected 0  dropped 0",
            "inputs/s  syslog 0 (1.0 MiB/s)  HEC 0  _bulk 0  OTLP 0  ingest 0  HTTP requests 0  told to wait 0",
            "store     queue 25 %  commits/s 10  5.0 ms each  used 1.0 MiB  free 1.0 GiB",
            "process   cpu 50 %  memory 2.0 MiB  files 20 of 1024",
            "",
            "HOST                             CHANNEL                                   EVENTS/S         "
            "EVENTS  LAST",
            "ws2                              Sysmon                                       1,200          "
            "2,405  00:00:02",
            "ws1                              Sysmon                                         1.0             "
            "12  00:00:01",
            "",
            "RUN      STATUS   RESULTS  DETECTION",
            "00:00:01 done           3  Disable AMSI",
            "NOTABLE          URGENCY       TITLE",
            "2026-10-11T23:59 high          AMSI was disabled on ws1",
        });
}

TEST_CASE("top: the first look has no rates, and a daemon that began anew no negative ones") {
  const TopLook first = look("regwarden_events_decoded_total 100\n", 0);
  CHECK(top_screen(first, first, "u", 120, 50)[2].starts_with("events/s  received -  stored -"));
  const TopLook anew = look("regwarden_events_decoded_total 3\n", 2);
  CHECK(top_screen(first, anew, "u", 120, 50)[2].starts_with("events/s  received 0  stored 0"));
}

TEST_CASE("top: a small screen, and hostile texts") {
  std::string sources = R"({"items":[)";
  for (int i = 0; i < 50; ++i) {
    sources += (i > 0 ? "," : "") + std::string(R"({"host":"\u001b[2Jevil\u009b1m)") + std::to_string(i) +
               R"(","channel":"c","events":1})";
  }
  const std::string status =
      R"({"version":"1","conditions":[{"condition":"disk_space_low","message":"only\n1 MiB is left"}]})";
  const TopLook now = look("", 2, sources + "]}", kNothing, kNothing, status);
  const Lines lines = top_screen(now, now, "http://h", 40, 12);
  REQUIRE(lines.size() == 12);
  CHECK(lines[1] == "! disk_space_low: only?1 MiB is left");
  CHECK(lines[9].starts_with("?[2Jevil?1m0 "));
  for (const std::string& line : lines) {
    CHECK(line.size() <= 40);
    CHECK(line.find('\x1b') == std::string::npos);
  }
  CHECK(top_screen(now, now, "http://h", 40, 1).size() == 1);
}

TEST_CASE("top: what is no answer of regwarden's") {
  CHECK_FALSE(read_look("", "<html>", kNothing, kNothing, kNothing).ok());
  CHECK_FALSE(read_look("", kStatus, "[]", kNothing, kNothing).ok());
  CHECK_FALSE(read_look("", kStatus, kNothing, R"({"items":3})", kNothing).ok());
  // Wrong types are as absent.
  const auto odd =
      read_look("", R"({"version":5,"conditions":7})", R"({"items":[{"host":1,"events":"x"}]})", kNothing, kNothing);
  REQUIRE(odd.ok());
  CHECK(odd->sources.size() == 1);
  CHECK(odd->sources[0].events == 0);
}

}  // namespace rw::cli
