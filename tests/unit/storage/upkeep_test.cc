// Retention, and the sweep of what no event refers to.
#include "storage/sqlite/upkeep.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "storage/sqlite/expiry.h"
#include "tests/unit/storage/database.h"

namespace rw::storage::test {
namespace {

using std::chrono::hours;
using Rows = std::vector<std::string>;

constexpr hours kDay{24};
const core::Micros kNow = core::from_us(1'791'763'200'000'000);  // 2026-10-12T00:00:00Z

// Days, and bytes; unset: without.
sqlite::Options keeping(std::optional<int> events, std::optional<int> findings = std::nullopt,
                        std::optional<std::uint64_t> max_size_bytes = std::nullopt) {
  Retention retention{.events = {}, .findings = {}, .max_size_bytes = max_size_bytes};
  if (events) retention.events = kDay * *events;
  if (findings) retention.findings = kDay * *findings;
  return {.data_dir = {}, .retention = retention};
}

cim::RegistryRecord of_time(std::uint64_t record_id, core::Micros time, core::Micros received) {
  cim::RegistryRecord record = set_value(record_id);
  record.time = time;
  record.received = received;
  return record;
}
cim::RegistryRecord of_time(std::uint64_t record_id, core::Micros time) { return of_time(record_id, time, time); }

cim::ProcessRecord process_of_time(std::uint64_t record_id, core::Micros time) {
  cim::ProcessRecord record = process(record_id);
  record.time = record.received = time;
  return record;
}

cim::Run run(const char* detection, cim::RunKind kind, core::Micros scheduled) {
  cim::Run run;
  run.detection_id = run.detection = detection;
  run.kind = kind;
  run.scheduled_time = scheduled;
  run.window = {scheduled - hours(1), scheduled};
  run.started = scheduled;
  run.finished = scheduled + std::chrono::minutes(1);
  return run;
}

cim::RiskEvent risk_event(const char* identity, core::Micros created) {
  cim::RiskEvent event;
  event.identity = identity;
  event.origin.created = created;
  event.time = created - kDay * 50;
  return event;
}

cim::Notable notable(const char* identity, core::Micros created) {
  cim::Notable event;
  event.identity = identity;
  event.origin.created = created;
  event.time = created + kDay * 500;
  return event;
}

// Time has passed, a day at most between two rounds, as it does for a daemon that runs.
UpkeepStep keep_up_until(WriteSession& session, core::Micros from, core::Micros until) {
  UpkeepStep sum;
  for (core::Micros now = from; now < until;) {
    now = std::min(now + kDay, until);
    const UpkeepStep round = keep_up(session, now);
    sum.registry_events += round.registry_events;
    sum.findings += round.findings;
    sum.runs += round.runs;
  }
  return sum;
}

std::string ids(Database& database, const char* table) {
  return database.rows(std::string("SELECT ifnull(group_concat(id, ' '), '') FROM (SELECT id FROM ") + table +
                       " ORDER BY id)")[0];
}

}  // namespace

TEST_CASE("events that arrived longer ago than retention says are deleted", "[upkeep]") {
  Database database(keeping(30));
  auto session = database.writer();
  Batch batch = batch_of({of_time(1, kNow - kDay * 31), of_time(2, kNow - kDay * 30),
                          of_time(3, kNow - kDay * 30 - std::chrono::microseconds(1)), of_time(4, kNow),
                          of_time(5, kNow - kDay * 400, kNow), of_time(6, kNow)});
  batch.processes = {process_of_time(1, kNow - kDay * 31), process_of_time(2, kNow - kDay * 29)};
  commit(*session, batch);

  const UpkeepStep done = keep_up(*session, kNow);
  CHECK(done.registry_events == 2);
  CHECK(done.process_events == 1);
  CHECK(ids(database, "registry_event") == "2 4 5 6");
  CHECK(ids(database, "process_event") == "2");
  REQUIRE(done.state.has_value());
  CHECK(done.state->oldest == kNow - kDay * 400);
  CHECK(done.state->used_bytes > 0);
  CHECK(done.state->used_bytes > done.state->log_bytes);
  CHECK(done.state->file_bytes > 0);
  check_references(database);

  // Again: nothing is left to do, and nothing is written.
  const UpkeepStep again = keep_up(*session, kNow);
  CHECK(again.registry_events + again.process_events + again.dictionary_rows == 0);
  CHECK(database.rows("SELECT time, swept FROM upkeep") ==
        Rows{std::to_string(core::to_us(kNow)) + "|" + std::to_string(core::to_us(kNow))});
}

TEST_CASE("another retention holds at once", "[upkeep]") {
  Database database(keeping(std::nullopt));
  auto session = database.writer();
  commit(*session, batch_of({of_time(1, kNow - kDay * 31), of_time(2, kNow - kDay * 8), of_time(3, kNow)}));
  CHECK(keep_up(*session, kNow).registry_events == 0);
  session->set_retention({.events = kDay * 30, .findings = {}, .max_size_bytes = {}});
  CHECK(keep_up(*session, kNow).registry_events == 1);
  CHECK(ids(database, "registry_event") == "2 3");

  // Also where a round has begun with a shorter one.
  session->set_retention({.events = kDay * 7, .findings = {}, .max_size_bytes = {}});
  session->set_retention({.events = kDay * 9, .findings = {}, .max_size_bytes = {}});
  CHECK(keep_up(*session, kNow).registry_events == 0);
  CHECK(ids(database, "registry_event") == "2 3");
}

TEST_CASE("without bounds nothing is deleted", "[upkeep]") {
  Database database(keeping(std::nullopt));
  auto session = database.writer();
  Batch batch = batch_of({of_time(1, core::from_us(0)), of_time(2, kNow)});
  batch.risk_events = {risk_event("a", core::from_us(0)), risk_event("b", kNow)};
  batch.runs = {run("d", cim::RunKind::kScheduled, core::from_us(0)), run("d", cim::RunKind::kScheduled, kNow)};
  commit(*session, batch);
  const UpkeepStep done = keep_up(*session, kNow + kDay * 10'000);
  CHECK(done.registry_events + done.findings + done.runs + done.dictionary_rows == 0);
  CHECK(ids(database, "registry_event") == "1 2");
  CHECK(ids(database, "risk_event") == "1 2");
  CHECK(ids(database, "run") == "1 2");
}

TEST_CASE("a writer without retention does no upkeep", "[upkeep]") {
  Database database;
  auto session = database.writer();
  commit(*session, batch_of({of_time(1, core::from_us(0)), of_time(2, kNow)}));
  const UpkeepStep step = must(session->keep_up(kNow));
  CHECK_FALSE(step.more);
  CHECK_FALSE(step.finished);
  CHECK(ids(database, "registry_event") == "1 2");
}

TEST_CASE("an event of a clock that is ahead goes by its arrival", "[upkeep]") {
  Database database(keeping(30));
  auto session = database.writer();
  const core::Micros future = kNow + kDay * 3650;
  commit(*session, batch_of({of_time(1, future, kNow - kDay * 31), of_time(2, future, kNow - kDay * 29),
                             of_time(3, kNow - kDay, kNow - kDay),
                             of_time(4, future, kNow - kDay * 31),  // came late through the queue
                             of_time(5, kNow, kNow)}));
  CHECK(keep_up(*session, kNow).registry_events == 2);
  CHECK(ids(database, "registry_event") == "2 3 5");
  CHECK(keep_up_until(*session, kNow, kNow + kDay * 2).registry_events == 1);
  CHECK(ids(database, "registry_event") == "3 5");
}

TEST_CASE("a walk passes over rows from a future that our clock has come back from", "[upkeep]") {
  Database database(keeping(30));
  auto session = database.writer();
  const core::Micros future = kNow + kDay * 3650;
  std::vector<cim::RegistryRecord> records;
  const auto slice = static_cast<std::uint64_t>(sqlite::Expiry::kStepRows);
  for (std::uint64_t i = 0; i < slice; ++i) records.push_back(of_time(i, future, future));
  records.push_back(of_time(slice + 1, future, kNow - kDay * 31));
  records.push_back(of_time(slice + 2, kNow, kNow));
  commit(*session, batch_of(records));
  CHECK(keep_up(*session, kNow).registry_events == 1);
  CHECK(database.count("registry_event") == static_cast<std::int64_t>(slice) + 1);
}

TEST_CASE("when the clock leaps, nothing goes by age until it is clear that the time is right", "[upkeep]") {
  Database database(keeping(30, 400));
  auto session = database.writer();
  Batch batch = batch_of({of_time(1, kNow), of_time(2, kNow)});
  batch.risk_events = {risk_event("a", kNow), risk_event("b", kNow)};
  commit(*session, batch);
  keep_up(*session, kNow);
  const core::Micros wrong = kNow + kDay * 3650;
  const auto deleted = [&](core::Micros now) {
    const UpkeepStep done = keep_up(*session, now);
    return done.registry_events + done.findings;
  };
  CHECK(deleted(wrong) == 0);
  CHECK(deleted(wrong + std::chrono::minutes(59)) == 0);
  // Set right in time; a restart does not make it forget when the last good round was.
  CHECK(deleted(kNow + std::chrono::minutes(60)) == 0);
  session = database.writer();
  CHECK(deleted(wrong) == 0);
  session = database.writer();
  CHECK(deleted(wrong + std::chrono::minutes(61)) == 0);
  CHECK(ids(database, "registry_event") == "1 2");
  // It was no mistake: the daemon was down for long.
  CHECK(deleted(wrong + std::chrono::minutes(122)) == 2);
  CHECK(ids(database, "registry_event") == "2");
}

TEST_CASE("an id is never given again, whatever was deleted and whoever writes next", "[upkeep]") {
  Database database(keeping(30));
  auto session = database.writer();
  // The old one arrives last.
  commit(*session, batch_of({of_time(1, kNow), of_time(2, kNow - kDay * 400)}));
  keep_up(*session, kNow);
  CHECK(ids(database, "registry_event") == "1 2");
  session = database.writer();
  commit(*session, batch_of({of_time(3, kNow)}));
  keep_up(*session, kNow);
  CHECK(ids(database, "registry_event") == "1 3");

  // All of them are old.
  keep_up_until(*session, kNow, kNow + kDay * 50);
  CHECK(ids(database, "registry_event") == "3");
  CHECK(ids(database, "registry_path") == "1");
  session = database.writer();
  cim::RegistryRecord next = of_time(4, kNow + kDay * 50);
  next.key_name = "HKLM\\Other";
  next.source.computer = "ws2";
  commit(*session, batch_of({next}));
  keep_up_until(*session, kNow + kDay * 50, kNow + kDay * 52);
  CHECK(ids(database, "registry_event") == "4");
  CHECK(ids(database, "registry_path") == "2");
  CHECK(ids(database, "source") == "2");
  CHECK(ids(database, "origin") == "2");
  check_references(database);
}

TEST_CASE("findings go by when they were made, runs by when they ended, and the ledger stays", "[upkeep]") {
  Database database(keeping(30, 400));
  auto session = database.writer();
  Batch batch;
  batch.risk_events = {risk_event("old", kNow - kDay * 401), risk_event("kept", kNow - kDay * 399),
                       risk_event("new", kNow)};
  batch.notables = {notable("old", kNow - kDay * 401), notable("kept", kNow - kDay * 399), notable("new", kNow)};
  using cim::RunKind;
  batch.runs = {
      run("gone", RunKind::kScheduled, kNow - kDay * 90),    // 1
      run("gone", RunKind::kScheduled, kNow - kDay * 80),    // 2: the last one of a detection that is not served now
      run("gone", RunKind::kManual, kNow - kDay * 85),       // 3: the last one of its kind
      run("gone", RunKind::kManual, kNow - kDay * 88),       // 4
      run("served", RunKind::kScheduled, kNow - kDay * 31),  // 5
      run("served", RunKind::kScheduled, kNow - kDay * 29),  // 6
      run("served", RunKind::kScheduled, kNow - kDay),       // 7
      run("served", RunKind::kScheduled, kNow - kDay),       // 8: searched again
      run("other", RunKind::kManual, kNow),                  // 9
  };
  for (const char* detection : {"gone", "served", "other", "never run"}) {
    batch.detections.push_back({.detection_id = detection, .detection = detection, .since = kNow - kDay * 1000});
  }
  commit(*session, batch);
  const auto ledger = [&] {
    std::vector<std::string> entries;
    for (const LedgerEntry& entry : must(database.reader()->ledger())) {
      entries.push_back(entry.detection_id + " " + std::to_string(core::to_us(entry.served_until)) + " " +
                        (entry.last_run ? std::to_string(core::to_us(entry.last_run->scheduled_time)) : "-"));
    }
    return entries;
  };
  const auto before = ledger();

  const UpkeepStep done = keep_up(*session, kNow);
  CHECK(done.findings == 2);
  CHECK(done.runs == 3);
  CHECK(database.rows("SELECT identity FROM risk_event") == Rows{"kept", "new"});
  CHECK(database.rows("SELECT identity FROM notable") == Rows{"kept", "new"});
  CHECK(ids(database, "run") == "2 3 6 7 8 9");
  CHECK(ledger() == before);

  CHECK(keep_up_until(*session, kNow, kNow + kDay * 40).runs == 1);  // 6; 7 and 8 are of the newest scheduled time
  CHECK(ids(database, "run") == "2 3 7 8 9");
  CHECK(ledger() == before);
}

TEST_CASE("many rows go in steps", "[upkeep]") {
  Database database(keeping(30));
  auto session = database.writer();
  const auto step_rows = static_cast<std::uint64_t>(sqlite::Expiry::kStepRows);
  std::vector<cim::RegistryRecord> records;
  for (std::uint64_t i = 0; i < step_rows * 2 + 1; ++i) records.push_back(of_time(i, kNow - kDay * 40));
  records.push_back(of_time(step_rows * 3, kNow));
  commit(*session, batch_of(records));
  std::uint64_t next = step_rows * 4;
  for (const std::uint64_t expected : {step_rows, step_rows, std::uint64_t{1}}) {
    const UpkeepStep step = must(session->keep_up(kNow));
    CHECK(step.more);
    CHECK(step.registry_events == expected);
    CHECK(commit(*session, batch_of({of_time(++next, kNow)})).registry_stored == 1);  // the writer writes in between
  }
  CHECK(keep_up(*session, kNow).registry_events == 0);
}

TEST_CASE("a database that is too large loses its oldest events until it is well below", "[upkeep]") {
  constexpr std::uint64_t kMax = 8 * 1024 * 1024;
  Database database(keeping(std::nullopt, std::nullopt, kMax));
  auto session = database.writer();
  const std::string data(600, 'd');
  const std::uint64_t events = 20'000;
  core::Micros time = kNow - kDay;
  for (std::uint64_t commit_number = 0; commit_number < 10; ++commit_number) {
    std::vector<cim::RegistryRecord> records;
    for (std::uint64_t i = 0; i < events / 10; ++i) {
      records.push_back(of_time(commit_number * events + i, time += std::chrono::seconds(1)));
      records.back().value_data = data;
    }
    commit(*session, batch_of(records));
  }
  // First what duplicates may have left behind is looked for, then events go.
  const UpkeepStep first = must(session->keep_up(kNow));
  CHECK(first.pressing);
  CHECK(first.registry_events == 0);
  REQUIRE(first.state.has_value());
  CHECK(first.state->used_bytes > kMax);
  CHECK(first.state->used_bytes < 40 * kMax);

  const UpkeepStep done = keep_up(*session, kNow);
  REQUIRE(done.state.has_value());
  CHECK(done.state->used_bytes <= kMax / 100 * 95);
  CHECK(done.state->used_bytes > kMax / 2);
  const auto left = database.count("registry_event");
  CHECK(left > 1000);
  CHECK(done.registry_events == events - static_cast<std::uint64_t>(left));
  // The newest, all of them.
  CHECK(database.rows("SELECT max(id) - min(id) + 1 = count(*), max(id) FROM registry_event") == Rows{"1|20000"});
  CHECK(database.rows("PRAGMA integrity_check") == Rows{"ok"});
  // The pages that became free were given back: the file follows when the log has been written into it.
  CHECK(must(sqlite::Connection::open(database.path(), sqlite::Connection::Mode::kReadWrite))
            .query_integer("PRAGMA freelist_count")
            .value() <= 4096);

  // Below the limit, but above where it stops: it stays as it is.
  CHECK(keep_up(*session, kNow).registry_events == 0);
}

TEST_CASE("texts of duplicates that take the room go before events do", "[upkeep]") {
  constexpr std::uint64_t kMax = 4 * 1024 * 1024;
  Database database(keeping(std::nullopt, std::nullopt, kMax));
  auto session = database.writer();
  const std::string tail(100, 'd');
  std::vector<std::string> texts;
  texts.reserve(50'000);
  std::vector<cim::RegistryRecord> records;
  for (int i = 0; i < 50'000; ++i) {
    records.push_back(of_time(1, kNow));  // the same event every time
    records.back().value_name = texts.emplace_back(std::to_string(i) + tail);
  }
  CHECK(commit(*session, batch_of(records)).registry_stored == 1);
  commit(*session, batch_of({of_time(2, kNow), of_time(3, kNow)}));
  const UpkeepStep done = keep_up(*session, kNow);
  CHECK(done.registry_events == 0);
  CHECK(done.dictionary_rows > 99'000);
  CHECK_FALSE(done.out_of_events);
  REQUIRE(done.state.has_value());
  CHECK(done.state->used_bytes < kMax / 2);
  check_references(database);
}

TEST_CASE("the size takes the first to arrive where clocks are ahead", "[upkeep]") {
  constexpr std::uint64_t kMax = 4 * 1024 * 1024;
  Database database(keeping(std::nullopt, std::nullopt, kMax));
  auto session = database.writer();
  const std::string data(600, 'd');
  for (std::uint64_t commit_number = 0; commit_number < 10; ++commit_number) {
    std::vector<cim::RegistryRecord> records;
    for (std::uint64_t i = 0; i < 1000; ++i) {
      const core::Micros arrival = kNow + std::chrono::seconds(commit_number * 1000 + i);
      // Every second event says that it is of next year.
      records.push_back(of_time(commit_number * 1000 + i, i % 2 == 0 ? arrival : arrival + kDay * 365, arrival));
      records.back().value_data = data;
    }
    commit(*session, batch_of(records));
  }
  keep_up(*session, kNow + kDay);
  const auto ahead = database.rows("SELECT count(*) FROM registry_event WHERE delay_ms < 0");
  const auto right = database.rows("SELECT count(*) FROM registry_event WHERE delay_ms >= 0");
  CHECK(std::stoi(ahead[0]) > 500);
  CHECK(std::stoi(ahead[0]) < 4500);
  CHECK(std::abs(std::stoi(ahead[0]) - std::stoi(right[0])) <= 2 * sqlite::Expiry::kStepRows);
}

TEST_CASE("a database too large for what is no event says so once, and keeps the newest event", "[upkeep]") {
  Database database(keeping(std::nullopt, std::nullopt, 1024));
  auto session = database.writer();
  commit(*session, batch_of({of_time(1, kNow), of_time(2, kNow)}));
  const UpkeepStep done = keep_up(*session, kNow);
  CHECK(done.registry_events == 1);
  CHECK(done.out_of_events);
  CHECK_FALSE(keep_up(*session, kNow).out_of_events);
  CHECK(ids(database, "registry_event") == "2");
}

TEST_CASE("what no event refers to any more goes, and what comes again gets an id of its own", "[upkeep]") {
  Database database(keeping(30));
  auto session = database.writer();
  cim::RegistryRecord old = of_time(1, kNow - kDay * 31);
  old.key_name = "HKLM\\Old";
  old.value_data = old.user = "only the old one";
  old.source.computer = "gone";
  cim::RegistryRecord young = of_time(2, kNow);
  young.value_data = "HKLM\\Old";  // the text is in use, elsewhere
  cim::ProcessRecord started = process_of_time(3, kNow);
  started.process = "only of a process";
  Batch batch = batch_of({old, young});
  batch.processes = {started};
  commit(*session, batch);
  REQUIRE(database.count("registry_path") == 2);
  REQUIRE(database.count("origin") == 2);

  const UpkeepStep done = keep_up(*session, kNow);
  CHECK(done.registry_events == 1);
  CHECK(ids(database, "registry_path") == "2");
  CHECK(ids(database, "actor") == "2");
  CHECK(database.rows("SELECT computer FROM origin_name") == Rows{"ws1.corp.example"});
  const char* const texts =
      "SELECT text FROM term WHERE text IN ('only the old one', 'gone', 'HKLM\\Old', 'only of a process') ORDER BY id";
  CHECK(database.rows(texts) == Rows{"gone", "HKLM\\Old", "only of a process"});
  check_references(database);

  // The same log again: a new origin, and the identity holds.
  cim::RegistryRecord again = of_time(7, kNow);
  again.key_name = old.key_name;
  again.user = old.user;
  again.source.computer = "GONE";
  CHECK(commit(*session, batch_of({again, again})).registry_stored == 1);
  CHECK(database.rows("SELECT registry_key_name, user, dest FROM Registry WHERE EventRecordID = 7") ==
        Rows{"HKLM\\Old|only the old one|GONE"});
  check_references(database);
}

TEST_CASE("the texts of an origin go with the sweep after its own", "[upkeep]") {
  Database database(keeping(30));
  auto session = database.writer();
  cim::RegistryRecord old = of_time(1, kNow - kDay * 31);
  old.source.computer = "Gone";
  commit(*session, batch_of({old, of_time(2, kNow)}));
  keep_up(*session, kNow);
  const char* const texts = "SELECT text FROM term WHERE text LIKE 'gone'";
  CHECK(database.rows(texts) == Rows{"gone"});
  keep_up(*session, kNow + kDay);
  CHECK(database.rows(texts).empty());
  check_references(database);
}

TEST_CASE("texts of duplicates go with the daily sweep", "[upkeep]") {
  Database database(keeping(30));
  auto session = database.writer();
  commit(*session, batch_of({of_time(1, kNow)}));
  keep_up(*session, kNow);
  cim::RegistryRecord same = of_time(1, kNow);
  same.value_data = "never stored";
  commit(*session, batch_of({same}));
  commit(*session, batch_of({of_time(2, kNow)}));
  const std::string count = "SELECT count(*) FROM term WHERE text = 'never stored'";
  CHECK(database.rows(count) == Rows{"1"});
  keep_up(*session, kNow + hours(23));
  CHECK(database.rows(count) == Rows{"1"});
  cim::RegistryRecord next = of_time(3, kNow);
  next.value_data = "so that the other is not the newest text";
  commit(*session, batch_of({next}));
  keep_up(*session, kNow + hours(24));
  CHECK(database.rows(count) == Rows{"0"});
}

// The writer itself, or another process, comes in between any two steps with what is about to go.
TEST_CASE("what is used while a sweep is under way stays", "[upkeep]") {
  const bool by_another = GENERATE(false, true);
  INFO((by_another ? "another process" : "the same writer"));
  int last_step = 1;
  for (int interrupted = 0; interrupted <= last_step; ++interrupted) {
    INFO("after step " << interrupted);
    Database database(keeping(30));
    auto session = database.writer();
    auto other = database.writer();
    cim::RegistryRecord old = of_time(1, kNow - kDay * 31);
    old.key_name = "HKLM\\Old";
    old.user = "only the old one";
    old.source.computer = "gone";
    cim::RegistryRecord unused = old;
    unused.record_id = 2;
    unused.value_name = "Unused";
    commit(*session, batch_of({old, unused, of_time(3, kNow)}));
    const Batch nothing_new = batch_of({of_time(3, kNow)});
    commit(*other, nothing_new);  // it knows all of them, too

    cim::RegistryRecord again = old;
    again.record_id = 4;
    again.time = again.received = kNow;
    int steps = 0;
    bool finished = false;
    while (!finished) {
      if (steps++ == interrupted) {
        CHECK(commit(by_another ? *other : *session, batch_of({again})).registry_stored == 1);
      }
      finished = must(session->keep_up(kNow)).finished;
    }
    last_step = std::max(last_step, steps - 1);
    check_references(database);
    // Rows that the other one's writing saved go with the next sweep.
    keep_up(*session, kNow + kDay);
    CHECK(database.rows("SELECT count(*) FROM term WHERE text = 'Unused'") == Rows{"0"});
    // Both go on with what they know.
    for (WriteSession* writer : {session.get(), other.get()}) {
      again.record_id = *again.record_id + 1;
      cim::RegistryRecord unused_again = unused;
      unused_again.time = unused_again.received = kNow;
      unused_again.record_id = *again.record_id + 10;
      CHECK(commit(*writer, batch_of({again, unused_again})).registry_stored == 2);
      CHECK(commit(*writer, batch_of({again, unused_again})).duplicates == 2);
    }
    check_references(database);
    CHECK(database.rows("SELECT DISTINCT registry_path, user, dest FROM Registry WHERE user = 'only the old one'"
                        " ORDER BY 1") ==
          Rows{"HKLM\\Old\\Name|only the old one|gone", "HKLM\\Old\\Unused|only the old one|gone"});
  }
  CHECK(last_step > 10);
}

TEST_CASE("a step that fails leaves all as it was, and upkeep goes on", "[upkeep]") {
  Database database(keeping(30));
  auto session = database.writer();
  cim::RegistryRecord old = of_time(1, kNow - kDay * 31);
  old.key_name = "HKLM\\Old";
  commit(*session, batch_of({old, of_time(2, kNow)}));
  auto other = must(sqlite::Connection::open(database.path(), sqlite::Connection::Mode::kReadWrite));
  for (int i = 0; i < 40; ++i) {
    must(other.execute("BEGIN IMMEDIATE"));
    const auto step = session->keep_up(kNow);
    must(other.execute("ROLLBACK"));
    if (!step.ok()) {
      CHECK(step.error().code == core::ErrorCode::kBusy);
      must(session->keep_up(kNow));
    } else if (step->finished) {
      break;
    }
    if (i > 0) break;  // each waits for the lock
  }
  keep_up(*session, kNow);
  keep_up(*session, kNow + hours(1));
  CHECK(ids(database, "registry_event") == "2");
  CHECK(ids(database, "registry_path") == "2");
  check_references(database);
}

}  // namespace rw::storage::test
