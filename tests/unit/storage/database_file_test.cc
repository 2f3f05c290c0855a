// What `regwarden db` does with a database: check, stats, backup, compact.
#include <fstream>
#include <thread>

#include "storage/sqlite/backup.h"
#include "storage/sqlite/check.h"
#include "storage/sqlite/compact.h"
#include "storage/sqlite/schema.h"
#include "storage/sqlite/stats.h"
#include "tests/unit/storage/database.h"

namespace rw::storage::test {
namespace {

using Rows = std::vector<std::string>;

const std::string kNewest = std::to_string(sqlite::newest_schema_version());

std::string folder_of(const Database& database) {
  return std::filesystem::path(database.path()).parent_path().string();
}

// "check outcome detail"
Rows examined(const Database& database) {
  Rows rows;
  for (const sqlite::Examined& item : must(sqlite::check(folder_of(database)))) {
    rows.push_back(item.check + " " + std::string(sqlite::outcome_name(item.outcome)) +
                   (item.detail.empty() ? "" : ": " + item.detail));
  }
  return rows;
}

bool has(const Rows& rows, const std::string& row) { return std::ranges::find(rows, row) != rows.end(); }

sqlite::Connection writing(const Database& database) {
  return must(sqlite::Connection::open(database.path(), sqlite::Connection::Mode::kReadWrite));
}

Batch some_events() {
  Batch batch = batch_of({set_value(1), set_value(2, "2026-10-11T21:00:00Z")});
  batch.processes = {process(3)};
  return batch;
}

cim::Run run_at(const char* detection, int hour, int length_hours = 1) {
  const core::Micros scheduled = at("2026-10-11T00:00:00Z") + std::chrono::hours(hour);
  cim::Run run;
  run.detection_id = run.detection = detection;
  run.scheduled_time = run.started = run.finished = scheduled;
  run.window = {scheduled - std::chrono::hours(length_hours), scheduled};
  return run;
}

// For a thread of its own: without assertions, which Catch2 allows on one thread at a time. From record on, each event
// has the next EventRecordID.
void keep_busy(const std::stop_token& stop, WriteSession& session, cim::RegistryRecord record) {
  for (; !stop.stop_requested(); ++*record.record_id) {
    const Batch batch = batch_of({record});
    (void)session.commit({&batch, 1});
  }
}

}  // namespace

TEST_CASE("a sound database passes every check") {
  Database database;
  commit(*database.writer(), some_events());
  CHECK(examined(database) == Rows{"schema ok: version " + kNewest, "integrity ok", "references ok", "origins ok",
                                   "blocks ok", "unused ok", "duplicates ok", "ledger ok"});
  const auto missing = sqlite::check("/nonexistent");
  REQUIRE_FALSE(missing.ok());
  CHECK(missing.error().code == core::ErrorCode::kNotFound);
}

TEST_CASE("what is missing, unused or double is found") {
  Database database;
  commit(*database.writer(), some_events());
  auto connection = writing(database);
  must(
      connection.execute("DELETE FROM term WHERE text IN ('REG_DWORD', 'SYSTEM');"
                         "DELETE FROM registry_path;"
                         "INSERT INTO registry_path VALUES (70, 1, 1), (71, 1, 1);"
                         "INSERT INTO term VALUES (900, 'new'), (901, 'new');"
                         "DELETE FROM origin_name;"
                         "INSERT INTO origin_name VALUES ('a', 'b', 77)"));
  const Rows found = examined(database);
  CHECK(has(found, "references fault: registry_event: 2 references to rows of registry_path that are not there"));
  CHECK(has(found, "references fault: actor: 1 references to rows of term that are not there"));
  CHECK(has(found, "references fault: registry_event.value_type: 2 references to rows of term that are not there"));
  CHECK(has(found, "references fault: process_event.user: 1 references to rows of term that are not there") == false);
  CHECK(has(found, "origins fault: 1 without a name: their events could be stored twice"));
  CHECK(has(found, "origins fault: 1 names without an origin"));
  CHECK(has(found, "unused note: registry_path: 1 rows that no event refers to"));  // not the one that must stay
  CHECK(has(found, "duplicates note: term: 1 rows with a text that another row has"));
}

TEST_CASE("damage and strange schemas are faults") {
  Database database;
  commit(*database.writer(), some_events());
  must(
      writing(database).execute("PRAGMA ignore_check_constraints = ON;"
                                "INSERT INTO run VALUES (1, 'd', 'd', 'odd', 0, 0, 0, 0, 0, 'done', 0, NULL)"));
  CHECK(examined(database)[1] == "integrity fault: CHECK constraint failed in run");
  must(writing(database).execute("DELETE FROM run; INSERT INTO schema_version VALUES (99, 0)"));
  CHECK(examined(database) == Rows{"schema fault: version 99, this regwarden knows up to " + kNewest, "integrity ok"});
  must(writing(database).execute("DELETE FROM schema_version WHERE version > 3"));
  CHECK(examined(database) == Rows{"schema note: version 3, the next start brings it to " + kNewest, "integrity ok",
                                   "schema note: the other checks need the newest schema"});
}

TEST_CASE("a hole in the ledger is found where windows follow each other") {
  Database database;
  Batch batch;
  for (const int hour : {1, 2, 3, 5, 6, 9}) batch.runs.push_back(run_at("hourly", hour));
  for (const int hour : {0, 24, 48}) batch.runs.push_back(run_at("an hour a day", hour));
  // A new schedule: the windows got longer, and begin elsewhere.
  batch.runs.push_back(run_at("changed", 1));
  batch.runs.push_back(run_at("changed", 2));
  batch.runs.push_back(run_at("changed", 20, 4));
  batch.runs.push_back(run_at("changed", 24, 4));
  for (const int hour : {1, 2, 3, 5}) {
    batch.runs.push_back(run_at("by hand", hour));
    batch.runs.back().kind = cim::RunKind::kManual;
  }
  batch.runs[0].status = cim::RunStatus::kFailed;
  commit(*database.writer(), batch);
  const Rows found = examined(database);
  CHECK(Rows(found.begin() + 7, found.end()) ==
        Rows{"ledger fault: hourly: no run searched 2026-10-11T03:00:00Z to 2026-10-11T04:00:00Z",
             "ledger fault: hourly: no run searched 2026-10-11T06:00:00Z to 2026-10-11T08:00:00Z",
             "ledger note: 1 scheduled runs are failed"});
}

TEST_CASE("statistics add up") {
  Database database({.data_dir = {}, .retention = Retention()});
  auto session = database.writer();
  commit(*session, some_events());
  keep_up(*session, at("2026-10-12T00:00:00Z"));
  const sqlite::DatabaseStats stats = must(sqlite::stats(folder_of(database)));
  CHECK(stats.schema_version == sqlite::newest_schema_version());
  CHECK(stats.events == 3);
  CHECK(stats.shrinks);
  CHECK(stats.oldest == at("2026-10-11T20:14:15.123456Z"));
  CHECK(stats.newest == at("2026-10-11T21:00:00Z"));
  CHECK(stats.upkeep == at("2026-10-12T00:00:00Z"));
  CHECK(stats.swept == at("2026-10-12T00:00:00Z"));
  CHECK(stats.log_bytes > 0);
  std::uint64_t bytes = 0;
  std::uint64_t of_events = 0;
  for (const sqlite::TableStats& table : stats.tables) {
    INFO(table.name);
    bytes += table.bytes + table.index_bytes;
    CHECK(table.rows == database.count(table.name));
    CHECK(table.bytes > 0);
    if (table.name == "registry_event") CHECK(table.index_bytes == 4096);
    if (table.name == "registry_event" || table.name == "term") of_events += table.bytes + table.index_bytes;
  }
  // All but the pages that say where others are.
  CHECK(stats.used_bytes - bytes <= 2 * 4096);
  CHECK(stats.event_bytes > of_events);
  CHECK(stats.event_bytes < bytes);
}

TEST_CASE("a backup is what was committed, while others write") {
  Database database;
  auto session = database.writer();
  std::vector<cim::RegistryRecord> records;
  for (std::uint64_t i = 1; i <= 500; ++i) records.push_back(set_value(i));
  commit(*session, batch_of(records));
  const Folder elsewhere;
  const std::string file = elsewhere.path() + "/copy.db";
  sqlite::BackupReport report;
  {
    std::jthread writer([&, next = set_value(1000)](const std::stop_token& stop) { keep_busy(stop, *session, next); });
    std::uint64_t shown = 0;
    report = must(sqlite::back_up(folder_of(database), file, [&](std::uint64_t done, std::uint64_t total) {
      CHECK(done <= total);
      shown = done;
    }));
    (void)shown;
  }
  CHECK(report.events >= 500);
  CHECK(std::filesystem::file_size(file) == report.bytes);
  CHECK(database.rows("PRAGMA integrity_check") == Rows{"ok"});
  Rows left;
  for (const auto& entry : std::filesystem::directory_iterator(elsewhere.path())) {
    left.push_back(entry.path().filename());
  }
  CHECK(left == Rows{"copy.db"});

  // In its place it is a store like the other.
  const Folder restored;
  std::filesystem::copy_file(file, restored.database());
  const auto store = must(sqlite::open({.data_dir = restored.path()}));
  auto copy = must(sqlite::Connection::open(restored.database(), sqlite::Connection::Mode::kReadOnly));
  CHECK(must(copy.query_integer("SELECT count(*) FROM registry_event")) == report.events);
  CHECK(must(copy.query_integer("SELECT count(*) FROM registry_event WHERE record_id <= 500")) == 500);
  CHECK(must(copy.query_integer("PRAGMA auto_vacuum")) == 2);
  CHECK(commit(*must(store->open_writer()), batch_of({set_value(7)})).duplicates == 1);
}

TEST_CASE("a backup replaces nothing, and leaves nothing when it fails") {
  Database database;
  commit(*database.writer(), some_events());
  const Folder elsewhere;
  const std::string file = elsewhere.path() + "/copy.db";
  { std::ofstream(file) << "mine"; }
  const auto there = sqlite::back_up(folder_of(database), file, {});
  REQUIRE_FALSE(there.ok());
  CHECK(there.error() == core::Error{core::ErrorCode::kInvalidInput, file + ": is there already",
                                     "a backup replaces nothing: name a new file"});
  std::filesystem::remove(file);
  { std::ofstream(file + ".part") << "half"; }
  const auto half = sqlite::back_up(folder_of(database), file, {});
  REQUIRE_FALSE(half.ok());
  CHECK(half.error().message == file + ".part: is there already");
  CHECK(std::filesystem::file_size(file + ".part") == 4);
  CHECK_FALSE(sqlite::back_up(folder_of(database), elsewhere.path() + "/none/copy.db", {}).ok());
  CHECK(sqlite::back_up("/nonexistent", file, {}).error().code == core::ErrorCode::kNotFound);
  CHECK_FALSE(std::filesystem::exists(file));
}

TEST_CASE("compacting gives the free room back, and lets upkeep do it from then on") {
  Database database;
  {
    auto connection = writing(database);
    must(connection.execute("PRAGMA journal_mode = DELETE"));
    must(connection.execute("PRAGMA auto_vacuum = NONE; VACUUM"));  // as files of earlier versions are
    REQUIRE(must(connection.query_integer("PRAGMA auto_vacuum")) == 0);
    must(connection.execute("PRAGMA journal_mode = WAL"));
  }
  const std::string data(3000, 'd');
  std::vector<cim::RegistryRecord> records;
  for (std::uint64_t i = 1; i <= 1000; ++i) {
    records.push_back(set_value(i));
    records.back().value_data = data;
  }
  commit(*database.writer(), batch_of(records));
  must(writing(database).execute("DELETE FROM registry_event WHERE id <= 900"));
  const auto before = database.rows("SELECT * FROM Registry");

  const sqlite::CompactReport report = must(sqlite::compact(folder_of(database)));
  CHECK(report.bytes_before > 3'000'000);
  CHECK(report.bytes_after < 700'000);
  CHECK(std::filesystem::file_size(database.path()) == report.bytes_after);
  CHECK(database.rows("SELECT * FROM Registry") == before);
  CHECK(database.rows("PRAGMA auto_vacuum") == Rows{"2"});
  CHECK(has(examined(database), "integrity ok"));
}

TEST_CASE("compacting waits for no daemon") {
  const Folder folder;
  const auto serving = must(sqlite::open({.data_dir = folder.path(), .exclusive = true}));
  const auto refused = sqlite::compact(folder.path());
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == core::ErrorCode::kBusy);
  CHECK_THAT(refused.error().message, Catch::Contains("serves this data directory"));
  CHECK(sqlite::compact("/nonexistent").error().code == core::ErrorCode::kNotFound);
}

}  // namespace rw::storage::test
