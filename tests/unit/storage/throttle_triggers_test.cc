// Throttled findings, as a run hands them to the store.
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/storage/database.h"

namespace rw::storage::test {
namespace {

using std::chrono::hours;
using Rows = std::vector<std::string>;

constexpr hours kPeriod{24};
core::Micros day() { return at("2026-10-11T00:00:00Z"); }

// Rows of one run, each with a risk event and a notable.
class RunOf {
 public:
  RunOf(std::string detection, core::Micros scheduled) : detection_(std::move(detection)), scheduled_(scheduled) {}

  RunOf& row(const std::string& identity, std::vector<std::string> keys, hours period = kPeriod) {
    cim::FindingOrigin origin;
    origin.detection_id = origin.detection = detection_;
    origin.created = scheduled_;
    if (!keys.empty()) {
      origin.throttled_row = identity;
      cim::ThrottledRow throttled{detection_, identity, scheduled_, scheduled_, {}};
      for (std::string& key : keys) throttled.keys.push_back({std::move(key), period});
      batch_.throttled_rows.push_back(std::move(throttled));
    }
    cim::RiskEvent& event = batch_.risk_events.emplace_back();
    event.origin = origin;
    event.identity = identity;
    event.risk_object = identity;
    cim::Notable& notable = batch_.notables.emplace_back();
    notable.origin = origin;
    notable.identity = identity;
    return *this;
  }
  Batch batch() { return std::move(batch_); }

 private:
  std::string detection_;
  core::Micros scheduled_;
  Batch batch_;
};

class Throttled {
 public:
  // How many rows were suppressed.
  std::uint64_t commit(RunOf& run) {
    const Batch batch = run.batch();
    const auto outcomes = must(session_->commit({&batch, 1}));
    return outcomes[0].rows_suppressed;
  }
  // Identities of what is stored; risk events and notables must agree.
  Rows kept() {
    Rows notables = database_.rows("SELECT identity FROM notable ORDER BY id");
    CHECK(database_.rows("SELECT identity FROM risk_event ORDER BY id") == notables);
    return notables;
  }
  void restart() {
    session_.reset();
    session_ = database_.writer();
  }

  Database database_;
  std::unique_ptr<WriteSession> session_ = database_.writer();
};

RunOf run_at(int hour, std::string detection = "d") { return {std::move(detection), day() + hours(hour)}; }

}  // namespace

TEST_CASE_METHOD(Throttled, "the first row of a key makes findings, others do when the period has passed") {
  CHECK(commit(run_at(0).row("a", {"ws1"})) == 0);
  CHECK(commit(run_at(1).row("b", {"ws1"}).row("c", {"ws2"}).row("free", {})) == 1);
  restart();
  CHECK(commit(run_at(23).row("d", {"ws1"})) == 1);
  // It does not slide: what was held back holds nothing back.
  CHECK(commit(run_at(24).row("e", {"ws1"}).row("f", {"ws2"})) == 1);
  CHECK(kept() == Rows{"a", "c", "free", "e"});
}

TEST_CASE_METHOD(Throttled, "of several rows of one run the first makes findings") {
  CHECK(commit(run_at(0).row("a", {"ws1"}).row("b", {"ws1"}).row("c", {"ws1"})) == 2);
  CHECK(kept() == Rows{"a"});
  // The window again, with a row more and in another order: the same one.
  CHECK(commit(run_at(0).row("new", {"ws1"}).row("c", {"ws1"}).row("a", {"ws1"})) == 2);
  CHECK(kept() == Rows{"a"});
}

TEST_CASE_METHOD(Throttled, "a window that is searched again suppresses nothing of itself and doubles nothing") {
  commit(run_at(0).row("a", {"ws1"}));
  commit(run_at(30).row("b", {"ws1"}));
  restart();
  CHECK(commit(run_at(0).row("a", {"ws1"})) == 0);
  CHECK(commit(run_at(30).row("b", {"ws1"})) == 0);
  // By hand, later: the same row of the same window.
  CHECK(commit(run_at(31).row("a", {"ws1"})) == 0);
  CHECK(kept() == Rows{"a", "b"});
  CHECK(database_.count("throttle_trigger") == 2);
}

TEST_CASE_METHOD(Throttled, "windows out of their order: at most one in a period all the same") {
  commit(run_at(48).row("c", {"ws1"}));
  CHECK(commit(run_at(25).row("b", {"ws1"})) == 1);
  CHECK(commit(run_at(24).row("a", {"ws1"})) == 0);
  CHECK(commit(run_at(47).row("d", {"ws1"})) == 1);
  CHECK(kept() == Rows{"c", "a"});
}

TEST_CASE_METHOD(Throttled, "detections throttle each for itself") {
  commit(run_at(0, "one").row("a", {"ws1"}));
  CHECK(commit(run_at(0, "two").row("b", {"ws1"})) == 0);
  CHECK(kept() == Rows{"a", "b"});
}

TEST_CASE_METHOD(Throttled, "a row that one key holds back triggers none of its others") {
  commit(run_at(0).row("a", {"dest ws1", "user kim"}));
  CHECK(commit(run_at(1).row("b", {"dest ws2", "user kim"})) == 1);
  CHECK(commit(run_at(2).row("c", {"dest ws2", "user lee"})) == 0);
  CHECK(kept() == Rows{"a", "c"});
}

TEST_CASE_METHOD(Throttled, "what a failed commit has triggered is forgotten") {
  Batch bad = run_at(0).row("a", {"ws1"}).batch();
  bad.runs.emplace_back().detection_id = std::string("x");
  auto connection = must(sqlite::Connection::open(database_.path(), sqlite::Connection::Mode::kReadWrite));
  must(connection.execute("CREATE TRIGGER fault BEFORE INSERT ON run BEGIN SELECT raise(ABORT, 'fault'); END"));
  CHECK_FALSE(session_->commit({&bad, 1}).ok());
  CHECK(database_.count("throttle_trigger") == 0);
  CHECK(commit(run_at(1).row("b", {"ws1"})) == 0);
  CHECK(kept() == Rows{"b"});
}

TEST_CASE("triggers are kept as long as findings", "[upkeep]") {
  sqlite::Options options;
  options.retention.emplace().findings = hours(24 * 30);
  Database database(options);
  auto session = database.writer();
  for (const int days : {0, 20, 40}) {
    const Batch batch = run_at(24 * days).row(std::to_string(days), {"ws1"}).batch();
    must(session->commit({&batch, 1}));
  }
  keep_up(*session, day() + hours(24 * 41));
  CHECK(database.rows("SELECT row FROM throttle_trigger ORDER BY id") == Rows{"20", "40"});
  CHECK(database.rows("SELECT identity FROM notable ORDER BY id") == Rows{"20", "40"});
}

}  // namespace rw::storage::test
