#include "daemon/scheduler/late_search.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "daemon/scheduler/due.h"
#include "daemon/scheduler/runner.h"
#include "tests/unit/scheduler/searching_daemon.h"

namespace rw::scheduler {
namespace {

using core::Counter;
using std::chrono::hours;
using std::chrono::minutes;
using test::at;
using test::Texts;

class Fixture : public test::SearchingDaemon {
 public:
  Fixture() { options_.late_interval = std::chrono::milliseconds(5); }

  storage::CommitOutcome arrive(std::string_view time, std::string_view dest, std::string_view value_name) {
    return Daemon::arrive(event(dest, value_name, at(time), clock_.now()));
  }
  void wait_until_nothing_is_late() {
    wait_for([&] {
      const auto spans = reader().late_spans(1);
      return spans.ok() && spans->empty();
    });
  }
  // "detection scheduled kind rows" in the order of commits.
  Texts runs() {
    const storage::Table table = rows(storage::Listing::kRuns);
    Texts texts;
    for (const auto& row : table.rows) {
      texts.push_back(std::get<std::string>(cell(table, row, "detection")) + " " +
                      time_text(cell(table, row, "scheduled_time")) + " " +
                      std::get<std::string>(cell(table, row, "kind")) + " " +
                      std::to_string(std::get<std::int64_t>(cell(table, row, "result_count"))));
    }
    return texts;
  }
  // "detection dest window [late]" of the notables.
  Texts findings() {
    const storage::Table table = rows(storage::Listing::kNotables);
    Texts texts;
    for (const auto& row : table.rows) {
      std::string text = std::get<std::string>(cell(table, row, "detection")) + " " +
                         dest_of(std::get<std::string>(cell(table, row, "row"))) + " " +
                         time_text(cell(table, row, "earliest"));
      if (cell(table, row, "late") == storage::Value(std::int64_t{1})) text += " late";
      texts.push_back(std::move(text));
    }
    return texts;
  }
  // "risk" counts risk events by object, and makes notables of that.
  void add_risk_rule(std::string_view earliest, std::string_view latest = "-10m@m") {
    const auto of = [](std::string_view column) { return cim::find_field(cim::Dataset::kRisk, column); };
    detect::Plan plan;
    plan.events.dataset = cim::Dataset::kRisk;
    plan.events.where = {detect::Matches{of("risk_object_type"), core::TextPattern::with_stars("system")}};
    plan.events.by.push_back({.column = "dest", .field = of("risk_object")});
    plan.events.aggregates = {{.counts_events = true, .column = "count"}};
    detect::Detection detection = named("risk");
    detection.creates_risk = false;
    detection.schedule.earliest_time = test::modifier(earliest);
    detection.schedule.latest_time = test::modifier(latest);
    add_search(std::move(detection), detect::make_search(std::move(plan)));
  }

 protected:
  // Of a row as JSON.
  static std::string dest_of(const std::string& row) {
    constexpr std::string_view kMember = R"("dest":")";
    const std::size_t begin = row.find(kMember) + kMember.size();
    return row.substr(begin, row.find('"', begin) - begin);
  }
  static std::string time_text(const storage::Value& value) {
    return core::format_rfc3339(core::from_us(std::get<std::int64_t>(value))).substr(11, 5);
  }
};

TEST_CASE_METHOD(Fixture, "no event is late for a rule that looks at findings alone") {
  add_search_for("amsi", "registry_path", R"(*\AmsiEnable)");
  add_risk_rule("-7d@m", "now");
  start();
  wait_for_detections(2);
  advance_to("2024-10-24T13:00:00Z");
  wait_for_runs(2);
  // The rule has looked at risk events up to 13:00, and a week back; the events of these times are yet to be searched.
  CHECK(arrive("2024-10-24T12:55:00Z", "ws1", "AmsiEnable").late == 0);
  CHECK(arrive("2024-10-23T12:00:00Z", "ws1", "AmsiEnable").late == 0);
  CHECK(arrive("2024-10-24T12:30:00Z", "ws1", "AmsiEnable").late == 1);
}

TEST_CASE_METHOD(Fixture, "a window that is searched again is throttled as if it were searched for the first time") {
  detect::Detection detection = named("amsi");
  detection.throttles = {{{"dest"}, hours(2)}};
  add_search(std::move(detection), detect::make_search(search_for("registry_path", R"(*\AmsiEnable)")));
  start();
  wait_for_detections(1);
  arrive("2024-10-24T13:05:00Z", "ws1", "AmsiEnable");
  advance_to("2024-10-24T16:00:00Z");
  wait_for_runs(3);
  CHECK(findings() == Texts{"amsi ws1 12:50"});
  // An hour before and after what has triggered, and two hours before; another host.
  CHECK(arrive("2024-10-24T12:30:00Z", "ws1", "AmsiEnable").late == 1);
  CHECK(arrive("2024-10-24T14:30:00Z", "ws1", "AmsiEnable").late == 1);
  CHECK(arrive("2024-10-24T14:31:00Z", "ws2", "AmsiEnable").late == 1);
  wait_until_nothing_is_late();
  CHECK(findings() == Texts{"amsi ws1 12:50", "amsi ws2 13:50 late"});
}

TEST_CASE_METHOD(Fixture, "a window is searched again for an event that came after it was searched") {
  add_search_for("amsi", "registry_path", R"(*\AmsiEnable)");
  add_search_for("other", "registry_value_name", "Other");
  start();
  wait_for_detections(2);
  CHECK(arrive("2024-10-24T12:05:00Z", "ws1", "AmsiEnable").late == 0);
  advance_to("2024-10-24T14:00:00Z");
  CHECK(wait_for_runs(4).size() == 4);
  CHECK(findings() == Texts{"amsi ws1 11:50"});

  CHECK(arrive("2024-10-24T12:30:00Z", "ws2", "AmsiEnable").late == 1);
  wait_until_nothing_is_late();
  // Only the detection that the event concerns is run again, in its one window.
  CHECK(runs() == Texts{"amsi 13:00 scheduled 1", "other 13:00 scheduled 0", "amsi 14:00 scheduled 0",
                        "other 14:00 scheduled 0", "amsi 13:00 late 2"});
  CHECK(findings() == Texts{"amsi ws1 11:50", "amsi ws2 11:50 late"});
  CHECK(rows(storage::Listing::kNotables).rows.size() == 2);
  CHECK(counters_.value(Counter::kLateEvents) == 1);
  CHECK(counters_.value(Counter::kRunsLate) == 1);

  // In time: its window is still to come.
  CHECK(arrive("2024-10-24T13:55:00Z", "ws3", "AmsiEnable").late == 0);
  advance_to("2024-10-24T15:00:00Z");
  wait_for_runs(7);
  CHECK(findings().back() == "amsi ws3 13:50");
  stop();
}

TEST_CASE_METHOD(Fixture, "late events of a daemon that was stopped are searched when it starts") {
  add_search_for("amsi", "registry_path", R"(*\AmsiEnable)");
  start();
  wait_for_detections(1);
  advance_to("2024-10-24T13:00:00Z");
  wait_for_runs(1);
  stop();
  add_event("2024-10-24T12:30:00Z", "ws1", "AmsiEnable");
  start();
  wait_until_nothing_is_late();
  CHECK(findings() == Texts{"amsi ws1 11:50 late"});
  stop();
}

TEST_CASE_METHOD(Fixture, "a window that is still owed when its late events come is searched once") {
  add_search_for("amsi", "registry_path", R"(*\AmsiEnable)");
  start();
  wait_for_detections(1);
  advance_to("2024-10-24T13:00:00Z");
  wait_for_runs(1);
  stop();
  advance_to("2024-10-24T16:00:00Z");
  add_event("2024-10-24T14:30:00Z", "ws1", "AmsiEnable");
  start();
  CHECK(wait_for_runs(4) ==
        Texts{"13:00 11:50 12:50 done", "14:00 12:50 13:50 done", "15:00 13:50 14:50 done", "16:00 14:50 15:50 done"});
  wait_until_nothing_is_late();
  CHECK(findings() == Texts{"amsi ws1 13:50"});
  stop();
  CHECK(ledger().size() == 4);
}

TEST_CASE_METHOD(Fixture, "detections that look back, and those that read findings, are run again too") {
  detect::Plan back = search_for("registry_path", R"(*\AmsiEnable)");
  back.events.lookback = hours(2);
  add_plan("back", std::move(back));
  add_risk_rule("-130m@m");
  start();
  wait_for_detections(2);
  advance_to("2024-10-24T16:00:00Z");
  wait_for_runs(8);
  CHECK(findings().empty());

  arrive("2024-10-24T12:30:00Z", "ws1", "AmsiEnable");
  wait_until_nothing_is_late();
  // Three windows of "back" see 12:30; their findings lie at the windows' starts: 11:50, 12:50, 13:50.
  CHECK(findings() == Texts{"back ws1 11:50 late", "back ws1 12:50 late", "back ws1 13:50 late", "risk ws1 10:50 late",
                            "risk ws1 11:50 late", "risk ws1 12:50 late", "risk ws1 13:50 late"});
  stop();
}

TEST_CASE_METHOD(Fixture, "a late search that the store refuses is done again, and adds its findings once") {
  add_search_for("amsi", "registry_path", R"(*\AmsiEnable)");
  start();
  wait_for_detections(1);
  advance_to("2024-10-24T13:00:00Z");
  wait_for_runs(1);
  refusal_.wanted = true;
  arrive("2024-10-24T12:30:00Z", "ws1", "AmsiEnable");
  wait_for([&] { return refusal_.count > 0; });
  stop();
  CHECK(findings().empty());
  REQUIRE(reader().late_spans(1).ok());
  CHECK(reader().late_spans(1)->size() == 1);
  refusal_.wanted = false;
  start();
  wait_until_nothing_is_late();
  CHECK(findings() == Texts{"amsi ws1 11:50 late"});
  stop();
}

TEST_CASE_METHOD(Fixture, "late events that no detection has searched for are let go") {
  start();
  storage::Batch searched;
  searched.searched = {{at("2024-10-24T08:00:00Z"), at("2024-10-24T12:00:00Z")}, clock_.now()};
  Daemon::arrive(std::move(searched));
  CHECK(arrive("2024-10-24T09:00:00Z", "ws1", "AmsiEnable").late == 1);
  wait_until_nothing_is_late();
  stop();
  CHECK(ledger().empty());
}

// The scheduler, the ledger and late events against one who knows everything: whatever the order of arrival, stops,
// reloads, refusals and clock jumps, the findings are those of all the ledger's windows searched over all events.
class Model : public Fixture {
 public:
  explicit Model(unsigned seed) : random_(seed) {
    options_.threads = 2;
    add_search_for("amsi", "registry_path", R"(*\AmsiEnable)");
    add_search_for("all", "dest", "*");
    add_search_for("wide", "registry_value_name", "Other", "-190m@m");
    detect::Plan back = search_for("registry_value_name", "Other");
    back.events.lookback = hours(1);
    add_plan("back", std::move(back));
    add_risk_rule("-250m@m");
  }

  void run() {
    start();
    wait_for_detections(5);
    for (int step = 0; step < 40; ++step) act();
    if (refusal_.wanted) halt();
    if (!running_) start_again();
    // By then all is due and in.
    const core::Micros end = std::max(highest_, clock_.now()) + hours(1);
    clock_to(end);
    deliver(true);
    settle();
    stop();
    std::vector<std::string> missing;
    const auto stored = findings_stored();
    const auto expected = findings_expected();
    std::ranges::set_difference(expected, stored, std::back_inserter(missing));
    CHECK(missing == Texts{});
    CHECK(stored == expected);
  }

 private:
  struct Pending {
    core::Micros arrival;
    core::Micros time;
    std::string dest;
    std::string value_name;
  };

  int below(int n) { return std::uniform_int_distribution<int>(0, n - 1)(random_); }

  void act() {
    switch (below(10)) {
      case 0:
        running_ ? halt() : start_again();
        break;
      case 1:
        clock_to(clock_.now() + minutes(below(180)) - minutes(below(120)));  // it jumps, forwards or backwards
        break;
      case 2:
        refusal_.wanted = running_;  // until the next start: what was refused is tried again after a minute only
        break;
      case 3:
        if (running_) reload();
        break;
      default:
        emit();
        clock_to(clock_.now() + minutes(below(40)));
        deliver(false);
        if (below(2) == 0 && running_ && !refusal_.wanted) settle();
    }
  }

  void halt() {
    stop();
    running_ = false;
  }
  void start_again() {
    refusal_.wanted = false;
    start();
    running_ = true;
  }

  void clock_to(core::Micros now) {
    highest_ = std::max(highest_, now);
    advance_to(core::format_rfc3339(now));
  }

  void emit() {
    for (int i = below(4); i > 0; --i) {
      const core::Micros time = clock_.now() - minutes(below(30));
      const core::Micros delay =
          below(3) == 0 ? core::Micros(minutes(below(60 * 12))) : core::Micros(minutes(below(9)));
      pending_.push_back({time + delay.time_since_epoch(), time, "ws" + std::to_string(below(3)),
                          below(2) == 0 ? "AmsiEnable" : "Other"});
    }
  }

  void deliver(bool all) {
    std::shuffle(pending_.begin(), pending_.end(), random_);
    const core::Micros now = clock_.now();
    std::erase_if(pending_, [&](const Pending& item) {
      if (!all && item.arrival > now) return false;
      storage::Batch batch = event(item.dest, item.value_name, item.time, now);
      if (running_) {
        Daemon::arrive(std::move(batch));
      } else {
        commit(batch);
      }
      return true;
    });
  }

  // Until all that is owed is done and nothing is late.
  void settle() {
    const core::Micros now = clock_.now();
    wait_for([&] {
      const auto entries = reader().ledger();
      const auto spans = reader().late_spans(1);
      if (!entries.ok() || !spans.ok() || !spans->empty()) return false;
      return std::ranges::all_of(*entries, [&](const storage::LedgerEntry& entry) {
        const auto next = Cron::parse("0 * * * *")->next_after(entry.served_until, options_.zone);
        return next && *next > now;
      });
    });
  }

  std::set<std::string> findings_stored() {
    std::set<std::string> identities;
    for (const storage::Listing listing : {storage::Listing::kRiskEvents, storage::Listing::kNotables}) {
      const storage::Table table = rows(listing);
      REQUIRE(table.rows.size() < 1000);
      for (const auto& row : table.rows) {
        identities.insert(std::get<std::string>(cell(table, row, "detection")) + " " +
                          time_text(cell(table, row, "earliest")) + " " +
                          std::get<std::string>(cell(table, row, "identity")));
      }
    }
    return identities;
  }

  std::set<std::string> findings_expected() {
    std::set<std::string> identities;
    const auto windows = reader().searched_windows({core::Micros(), core::Micros(hours(24 * 365 * 100))});
    REQUIRE(windows.ok());
    for (const storage::SearchedWindow& searched : *windows) {
      const auto detection =
          std::ranges::find(detections(), searched.detection_id, [](const auto& served) { return served->id; });
      const RunOutcome outcome =
          run_detection(**detection, {cim::RunKind::kManual, searched.scheduled_time, searched.window},
                        {reader(), dialect(), options_.zone, options_.limits, clock_, options_.findings});
      REQUIRE(outcome.run.status == cim::RunStatus::kDone);
      const std::string start =
          (*detection)->name + " " + core::format_rfc3339(searched.window.earliest).substr(11, 5) + " ";
      for (const cim::RiskEvent& event : outcome.findings.risk_events) identities.insert(start + event.identity);
      for (const cim::Notable& notable : outcome.findings.notables) identities.insert(start + notable.identity);
    }
    return identities;
  }

  std::mt19937 random_;
  bool running_ = true;
  core::Micros highest_ = clock_.now();
  std::vector<Pending> pending_;
};

void run_models(unsigned first, unsigned last) {
  for (unsigned seed = first; seed <= last; ++seed) {
    INFO("seed " << seed);
    Model(seed).run();
  }
}

TEST_CASE("whatever comes late, nothing is missed and nothing is found twice") { run_models(1, 12); }
TEST_CASE("the same for longer", "[.][long]") { run_models(13, 400); }

}  // namespace
}  // namespace rw::scheduler
