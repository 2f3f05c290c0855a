#include "daemon/scheduler/health.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "daemon/core/counters.h"
#include "daemon/scheduler/health_watch.h"
#include "tests/unit/scheduler/fixtures.h"
#include "tests/unit/scheduler/temporary_store.h"

namespace rw::scheduler {
namespace {

using namespace std::chrono_literals;
using Texts = std::vector<std::string>;

const core::Micros kMorning = core::parse_iso8601("2026-10-12T08:00:00Z").value();

// A rule that looks every five seconds at facts that the test changes.
class Ward {
 public:
  explicit Ward(HealthOptions options = {}) : rule_(std::move(options), kMorning, {}) {
    facts_.now = kMorning;
    facts_.queue_limit_bytes = 1000;
    facts_.data_dir = "/var/lib/regwarden";
    facts_.free_bytes = std::uint64_t{1} << 40;
  }

  void pass(std::chrono::microseconds time) {
    for (const core::Micros end = facts_.now + time; facts_.now < end;) {
      facts_.now += 5s;
      facts_.steady_now += 5s;
      rule_.look(facts_);
    }
  }
  // What lasts: "name subject".
  Texts current() const {
    Texts names;
    for (const HealthCondition& condition : rule_.current()) {
      names.push_back(std::string(condition.condition) + (condition.subject.empty() ? "" : " " + condition.subject));
    }
    return names;
  }
  // The notables since the last call.
  std::vector<cim::Notable> written() {
    std::vector<cim::Notable> notables = rule_.unwritten();
    rule_.set_written();
    return notables;
  }
  Texts titles() {
    Texts titles;
    for (const cim::Notable& notable : written()) titles.push_back(notable.rule_title);
    return titles;
  }

  HealthRule rule_;
  HealthFacts facts_;
};

}  // namespace

TEST_CASE("health: nothing is the matter") {
  Ward ward;
  ward.facts_.certificates = {{"api on 127.0.0.1:8089", kMorning + 90 * 24h}};
  ward.pass(1h);
  CHECK(ward.current().empty());
  CHECK(ward.titles().empty());
}

TEST_CASE("health: a channel of notifications whose messages do not go out") {
  Ward ward;
  ward.facts_.notifications = {{"soc", kMorning - 1h, "answered 404"}, {"mail", kMorning, "no route"}};
  ward.pass(10s);
  CHECK(ward.current() == Texts{"notification_failing mail", "notification_failing soc"});
  CHECK(ward.rule_.current()[1].since == kMorning - 1h);
  CHECK(ward.rule_.current()[1].message == "Messages to the channel soc do not go out: answered 404");
  CHECK(ward.titles() == Texts{"Notifications fail: soc", "Notifications fail: mail"});
  ward.facts_.notifications.pop_back();
  ward.pass(5s);
  CHECK(ward.current() == Texts{"notification_failing soc"});
  CHECK(ward.titles().empty());
}

TEST_CASE("health: a store that did not write is told when it writes again, from when until when") {
  Ward ward;
  ward.facts_.stall = HealthFacts::Trouble{kMorning, "write: database or disk is full"};
  ward.pass(55s);
  CHECK(ward.current().empty());
  ward.pass(5s);
  CHECK(ward.current() == Texts{"store_not_writing"});
  CHECK(ward.rule_.current()[0].since == kMorning);
  ward.pass(1h);
  CHECK(ward.titles().empty());

  ward.facts_.stall.reset();
  ward.pass(5s);
  CHECK(ward.current().empty());
  const auto notables = ward.written();
  REQUIRE(notables.size() == 1);
  CHECK(notables[0].rule_title == "Events were not written");
  CHECK(notables[0].rule_description ==
        "write: database or disk is full, from 2026-10-12T08:00:00Z until 2026-10-12T09:01:05Z. Senders wait or were "
        "told to come again, UDP was lost; look at the disk of data_dir.");
  CHECK(notables[0].origin.detection == "Health of regwarden");
  CHECK(notables[0].origin.window == cim::Window{kMorning, ward.facts_.now});
  CHECK(notables[0].severity == "high");
  CHECK(notables[0].security_domain == "audit");
  CHECK(nlohmann::json::parse(notables[0].row) ==
        nlohmann::json{
            {"condition", "store_not_writing"},
            {"subject", ""},
            {"since", "2026-10-12T08:00:00Z"},
            {"until", "2026-10-12T09:01:05Z"},
            {"title", "Events were not written"},
            {"message", "write: database or disk is full, from 2026-10-12T08:00:00Z until 2026-10-12T09:01:05Z"},
            {"action", "Senders wait or were told to come again, UDP was lost; look at the disk of data_dir"}});

  // A short stall is nothing; the next long one is another notable.
  ward.facts_.stall = HealthFacts::Trouble{ward.facts_.now, "busy"};
  ward.pass(30s);
  ward.facts_.stall.reset();
  ward.pass(5s);
  CHECK(ward.titles().empty());
  ward.facts_.stall = HealthFacts::Trouble{ward.facts_.now, "busy"};
  ward.pass(2min);
  ward.facts_.stall.reset();
  ward.pass(5s);
  const auto again = ward.written();
  REQUIRE(again.size() == 1);
  CHECK(again[0].identity != notables[0].identity);
}

TEST_CASE("health: what begins while the store does not write is told too") {
  Ward ward;
  ward.facts_.stall = HealthFacts::Trouble{kMorning, "full"};
  ward.facts_.free_bytes = 0;
  ward.pass(2min);
  CHECK(ward.current() == Texts{"disk_space_low", "store_not_writing"});
  CHECK(ward.rule_.unwritten().size() == 1);
  ward.facts_.stall.reset();
  ward.pass(5s);
  CHECK(ward.titles() == Texts{"The disk of data_dir is nearly full", "Events were not written"});
}

TEST_CASE("health: a disk that fills is one notable until there is room, also over a restart") {
  HealthOptions options;
  options.min_free_bytes = 2048 * std::uint64_t{1024};
  Ward ward(options);
  ward.facts_.free_bytes = options.min_free_bytes;
  ward.pass(1min);
  CHECK(ward.current().empty());
  ward.facts_.free_bytes = options.min_free_bytes - 1;
  ward.pass(1h);
  CHECK(ward.current() == Texts{"disk_space_low"});
  const auto first = ward.written();
  REQUIRE(first.size() == 1);
  CHECK(first[0].rule_description ==
        "/var/lib/regwarden has 1 MiB left, less than 2MiB. Make room: when the disk is full, nothing is written.");

  Ward restarted(options);
  restarted.facts_.free_bytes = 0;
  restarted.pass(5s);
  const auto second = restarted.written();
  REQUIRE(second.size() == 1);
  CHECK(second[0].identity == first[0].identity);

  ward.facts_.free_bytes = options.min_free_bytes;
  ward.pass(5s);
  CHECK(ward.current().empty());
  ward.facts_.free_bytes.reset();  // not known
  ward.pass(5s);
  CHECK(ward.current().empty());
  CHECK(ward.titles().empty());
}

TEST_CASE("health: a queue that stays full, but not one that is full now and then") {
  Ward ward;
  for (int i = 0; i < 20; ++i) {
    ward.facts_.queued_bytes = 900;
    ward.pass(55s);
    ward.facts_.queued_bytes = 899;
    ward.pass(5s);
  }
  CHECK(ward.current().empty());
  ward.facts_.queued_bytes = 1000;
  ward.pass(65s);
  CHECK(ward.current() == Texts{"queue_full"});
  ward.facts_.queued_bytes = 0;
  ward.pass(5s);
  CHECK(ward.current().empty());
  CHECK(ward.titles() == Texts{"More events come in than can be written"});

  // A store that does not write fills it too: that is told as such.
  ward.facts_.queued_bytes = 1000;
  ward.facts_.stall = HealthFacts::Trouble{ward.facts_.now, "full"};
  ward.pass(5min);
  CHECK(ward.current() == Texts{"store_not_writing"});
}

TEST_CASE("health: each detection that fails is told once for each time that it worked before") {
  Ward ward;
  const FailingDetection amsi{"d-1", "AMSI", kMorning - 1h, kMorning - 10min, "the search took longer than 300000 ms"};
  FailingDetection other{"d-2", "Other", {}, kMorning, "no such column"};
  ward.facts_.failing = {amsi, other};
  ward.pass(1h);
  CHECK(ward.current() == Texts{"detection_failing AMSI", "detection_failing Other"});
  const auto first = ward.written();
  REQUIRE(first.size() == 2);
  CHECK(first[0].rule_title == "Detection fails: AMSI");
  CHECK(
      first[0].rule_description ==
      "The last 3 runs or more have failed, the last one with: the search took longer than 300000 ms. Its windows are "
      "searched again with `regwarden backfill` once it works.");

  Ward restarted;
  restarted.facts_.failing = {amsi};
  restarted.facts_.failing[0].last_failed = kMorning;
  restarted.pass(5s);
  CHECK(restarted.written().at(0).identity == first[0].identity);

  ward.facts_.failing = {amsi};
  ward.pass(5s);
  CHECK(ward.current() == Texts{"detection_failing AMSI"});
  other.last_done = kMorning;
  ward.facts_.failing = {amsi, other};
  ward.pass(5s);
  const auto second = ward.written();
  REQUIRE(second.size() == 1);
  CHECK(second[0].rule_title == "Detection fails: Other");
  CHECK(second[0].identity != first[1].identity);
}

TEST_CASE("health: a certificate is told before it expires and when it has") {
  Ward ward;
  ward.facts_.certificates = {{"syslog/tls on 0.0.0.0:6514", kMorning + 14 * 24h + 1min}};
  ward.pass(55s);
  CHECK(ward.current().empty());
  ward.pass(1min);
  CHECK(ward.current() == Texts{"certificate_expires syslog/tls on 0.0.0.0:6514"});
  const auto first = ward.written();
  REQUIRE(first.size() == 1);
  CHECK(first[0].rule_description ==
        "The certificate of syslog/tls on 0.0.0.0:6514 expires on 2026-10-26T08:01:00Z. Put a new one in its place and "
        "send SIGHUP.");
  ward.facts_.certificates[0].expires = kMorning + 365 * 24h;  // a new one
  ward.pass(5s);
  CHECK(ward.current().empty());
  ward.facts_.certificates[0].expires = kMorning;
  ward.pass(5s);
  CHECK(ward.titles() == Texts{"A certificate has expired: syslog/tls on 0.0.0.0:6514"});
}

TEST_CASE("health: drops and missed runs are over when there are no more for a while") {
  Ward ward;
  ward.facts_.udp_dropped = 5;
  ward.facts_.udp_kernel_dropped = 1;
  ward.facts_.runs_missed = 3;
  ward.pass(5s);
  CHECK(ward.current() == Texts{"runs_missed", "udp_dropped", "udp_kernel_dropped"});
  CHECK(ward.titles() ==
        Texts{"UDP messages were dropped", "The kernel dropped UDP messages", "Windows of detections were given up"});
  ward.pass(9min);
  ward.facts_.udp_dropped = 7;
  ward.pass(5min);
  CHECK(ward.current() == Texts{"udp_dropped"});
  CHECK(ward.rule_.current()[0].message == "7 UDP messages dropped because the store was behind");
  ward.pass(6min);
  CHECK(ward.current().empty());
  CHECK(ward.titles().empty());
  ward.facts_.udp_dropped = 8;
  ward.pass(5s);
  const auto notables = ward.written();
  REQUIRE(notables.size() == 1);
  CHECK(notables[0].rule_description ==
        "1 UDP messages dropped because the store was behind. They are lost: let senders use TCP, TLS or RELP.");
}

TEST_CASE("health: a clock that jumps, either way") {
  Ward ward;
  ward.facts_.now += 59s;  // a step of the time service
  ward.pass(5s);
  CHECK(ward.current().empty());
  ward.facts_.now += 2h;
  ward.pass(5s);
  CHECK(ward.current() == Texts{"clock_jumped"});
  CHECK(ward.rule_.current()[0].message ==
        "The clock went on (or the machine slept) by 2h, from 2026-10-12T08:01:09Z to 2026-10-12T10:01:09Z");
  ward.pass(10min);
  CHECK(ward.current().empty());
  CHECK(ward.titles() == Texts{"The clock jumped"});
  ward.facts_.now -= 1h;
  ward.pass(5s);
  CHECK(ward.rule_.current()[0].message ==
        "The clock went back by 1h, from 2026-10-12T10:11:14Z to 2026-10-12T09:11:14Z");
  ward.pass(10min);
  CHECK(ward.current().empty());
  CHECK(ward.titles() == Texts{"The clock jumped"});
}

TEST_CASE("health: 0 switches off") {
  Ward ward({.store_stalled_after = 0s,
             .queue_full_after = 0s,
             .min_free_bytes = 0,
             .failed_runs = 0,
             .certificate_expires_within = 0s,
             .clock_jump = 0s});
  ward.facts_.stall = HealthFacts::Trouble{kMorning, "full"};
  ward.facts_.free_bytes = 0;
  ward.facts_.queued_bytes = 1000;
  ward.facts_.certificates = {{"api", kMorning - 1h}};
  ward.pass(30min);
  ward.facts_.now += 1h;
  ward.pass(30min);
  CHECK(ward.current().empty());
  CHECK(ward.titles().empty());
}

TEST_CASE("health: without notables there is still the condition") {
  Ward ward({.creates_notable = false});
  ward.facts_.free_bytes = 0;
  ward.pass(5s);
  CHECK(ward.current() == Texts{"disk_space_low"});
  CHECK(ward.titles().empty());
}

}  // namespace rw::scheduler
