#include "daemon/scheduler/silence.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/unit/scheduler/fixtures.h"

namespace rw::scheduler {
namespace {

using namespace std::chrono_literals;

using test::at;

const core::Micros kStart = core::parse_iso8601("2026-10-12T08:00:00Z").value();  // at() works only within a test

// A rule with hosts that a test lets send, and the time, which goes on in steps that are no lapse.
class Shop {
 public:
  explicit Shop(SilenceOptions options = {}) : rule_(std::move(options), kStart) {}

  void send(const std::string& host) {
    for (storage::HostSeen& seen : hosts_) {
      if (seen.host != host) continue;
      seen.last_received = now_;
      seen.silent_since.reset();
      return;
    }
    hosts_.push_back({host, now_, std::nullopt, 1, "10.0.0.7", "syslog/tcp"});
  }

  // What the store does with the batch.
  storage::Batch look() {
    storage::Batch batch = rule_.look(hosts_, now_);
    for (const storage::HostSilence& silence : batch.silences) {
      for (storage::HostSeen& seen : hosts_) {
        if (seen.host == silence.host) seen.silent_since = silence.since;
      }
      said_.push_back(silence.host + (silence.since ? " silent at " : " no more at ") + core::format_rfc3339(now_));
    }
    for (cim::Notable& notable : batch.notables) notables_.push_back(notable);
    for (cim::RiskEvent& event : batch.risk_events) risks_.push_back(event);
    return batch;
  }
  void pass(std::chrono::microseconds time, std::chrono::microseconds step = 5min) {
    for (const core::Micros end = now_ + time; now_ < end;) {
      now_ = std::min(end, now_ + step);
      (void)look();
    }
  }
  void jump(std::chrono::microseconds time) { now_ += time; }
  void restart(SilenceOptions options = {}) { rule_ = SilenceRule(std::move(options), now_); }

  SilenceRule rule_;
  std::vector<storage::HostSeen> hosts_;
  core::Micros now_ = kStart;
  std::vector<std::string> said_;
  std::vector<cim::Notable> notables_;
  std::vector<cim::RiskEvent> risks_;
};

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a host that stops sending is one finding for each silence") {
  Shop shop;
  shop.send("dc1");
  shop.send("ws1");
  shop.pass(71h);
  shop.send("ws1");
  shop.pass(55min);
  CHECK(shop.said_.empty());
  shop.pass(24h);
  CHECK(shop.said_ == Texts{"dc1 silent at 2026-10-15T08:00:00Z"});
  REQUIRE(shop.notables_.size() == 1);
  const cim::Notable notable = shop.notables_[0];
  CHECK(notable.origin.detection == "Host stopped sending events");
  CHECK(notable.rule_title == "dc1 stopped sending events");
  CHECK(notable.rule_description ==
        "Nothing has arrived from dc1 since 2026-10-12T08:00:00Z, longer than 3d. Its last event came from 10.0.0.7 by "
        "syslog/tcp. It is switched off, cut off, or its forwarder was stopped.");
  CHECK(notable.severity == "medium");
  CHECK(notable.urgency == "medium");
  CHECK(notable.dest == "dc1");
  CHECK(notable.time == at("2026-10-15T08:00:00Z"));
  CHECK(notable.origin.window == cim::Window{kStart, at("2026-10-15T08:00:00Z")});
  CHECK(notable.annotations.find("\"T1562.001\"") != std::string::npos);
  REQUIRE(shop.risks_.size() == 1);
  CHECK(shop.risks_[0].risk_object == "dc1");
  CHECK(shop.risks_[0].risk_object_type == "system");
  CHECK(shop.risks_[0].risk_score == 40);
  CHECK(shop.risks_[0].risk_message == "dc1 has sent no event since 2026-10-12T08:00:00Z");

  shop.send("dc1");
  shop.pass(71h);
  CHECK(shop.notables_.size() == 2);  // ws1
  shop.pass(1h);
  REQUIRE(shop.notables_.size() == 3);
  CHECK(shop.notables_[2].rule_title == "dc1 stopped sending events");
  CHECK(shop.notables_[2].identity != notable.identity);
}

TEST_CASE("a silence that the store did not take is found again, as the same finding") {
  Shop shop;
  shop.send("dc1");
  shop.pass(72h);
  REQUIRE(shop.notables_.size() == 1);
  shop.hosts_[0].silent_since.reset();
  shop.pass(5min);
  REQUIRE(shop.notables_.size() == 2);
  CHECK(shop.notables_[0].identity == shop.notables_[1].identity);
  CHECK(shop.risks_[0].identity == shop.risks_[1].identity);
  CHECK(shop.risks_[0].identity != shop.notables_[0].identity);
}

TEST_CASE("while the daemon is down or stands still, or after the clock was set back, nobody is silent") {
  Shop shop;
  shop.send("dc1");
  SECTION("down") {
    shop.pass(48h);
    shop.jump(100h);
    shop.restart();
  }
  SECTION("standing still") {
    shop.pass(48h);
    shop.jump(100h);
    (void)shop.look();
  }
  SECTION("set back") {
    shop.pass(48h);
    shop.jump(-1h);
    (void)shop.look();
  }
  const core::Micros again = shop.now_;
  shop.pass(71h);
  CHECK(shop.said_.empty());
  shop.pass(1h);
  CHECK(shop.said_ == Texts{"dc1 silent at " + core::format_rfc3339(again + 72h)});
  shop.restart();
  shop.pass(100h);
  CHECK(shop.notables_.size() == 1);
}

TEST_CASE("hosts that may be silent") {
  SilenceOptions options;
  options.ignored = {core::TextPattern::with_stars("lab-*"), core::TextPattern::with_stars("KIOSK")};
  Shop shop(options);
  for (const char* host : {"lab-1", "kiosk", "kiosk2", ""}) shop.send(host);
  shop.pass(80h);
  CHECK(shop.said_ == Texts{"kiosk2 silent at 2026-10-15T08:00:00Z"});

  SECTION("one that is ignored now is silent no more, without a finding") {
    options.ignored.push_back(core::TextPattern::with_stars("kiosk*"));
    shop.restart(options);
    shop.pass(5min);
    CHECK(shop.said_.back() == "kiosk2 no more at 2026-10-15T16:05:00Z");
    CHECK(shop.notables_.size() == 1);
  }
  SECTION("nor is any with 0") {
    options.silent_after = 0us;
    options.ignored.clear();
    shop.restart(options);
    shop.pass(100h);
    CHECK(shop.said_.back() == "kiosk2 no more at 2026-10-15T16:05:00Z");
    CHECK(shop.said_.size() == 2);
  }
}

TEST_CASE("what a silence is can be chosen") {
  SilenceOptions options;
  options.silent_after = 90s;
  options.creates_risk = false;
  options.severity = "critical";
  Shop shop(options);
  CHECK(shop.rule_.interval() == 9s);
  shop.send("dc1");
  shop.pass(90s, 9s);
  REQUIRE(shop.notables_.size() == 1);
  CHECK(shop.notables_[0].severity == "critical");
  CHECK(shop.risks_.empty());
  options.creates_notable = false;
  shop.restart(options);
  shop.send("dc1");
  shop.pass(90s, 9s);
  CHECK(shop.said_.size() == 2);
  CHECK(shop.notables_.size() == 1);
}

TEST_CASE("it is looked often enough, and not all the time") {
  const struct {
    std::chrono::microseconds silent_after;
    std::chrono::microseconds interval;
  } cases[] = {{72h, 1min}, {5min, 30s}, {1s, 100ms}, {1ms, 100ms}, {0us, 1min}};
  for (const auto& c : cases) {
    SilenceOptions options;
    options.silent_after = c.silent_after;
    CHECK(SilenceRule(options, kStart).interval() == c.interval);
  }
}

}  // namespace rw::scheduler
