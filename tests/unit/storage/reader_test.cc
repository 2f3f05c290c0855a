#include "storage/sqlite/reader.h"

#include <atomic>
#include <thread>

#include "tests/unit/storage/database.h"

namespace rw::storage::test {
namespace {

using namespace std::chrono_literals;

constexpr const char* kEndless =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";

core::Result<Table> ask(Reader& reader, const std::string& sql, const SearchLimits& limits = {}) {
  return reader.query({sql, {}}, limits);
}

cim::Run run_of(const char* scheduled, cim::RunStatus status = cim::RunStatus::kDone,
                cim::RunKind kind = cim::RunKind::kScheduled) {
  cim::Run run;
  run.detection_id = "d";
  run.detection = "Detection";
  run.kind = kind;
  run.scheduled_time = at(scheduled);
  run.window = {at("2026-10-11T19:00:00Z"), at("2026-10-11T20:00:00Z")};
  run.started = run.finished = at(scheduled);
  run.status = status;
  run.result_count = 3;
  if (status != cim::RunStatus::kDone) run.error = "why";
  return run;
}

}  // namespace

TEST_CASE("values go in and come out with their types") {
  Database database;
  const auto reader = database.reader();
  const Table table =
      must(reader->query({"SELECT ?1 AS a, ?2 AS b, ?3 AS c, ?4 AS d",
                          {Value(std::int64_t{-5}), Value(1.5), Value(std::string("a\0b", 3)), Value()}},
                         {}));
  CHECK(table.columns == std::vector<std::string>{"a", "b", "c", "d"});
  REQUIRE(table.rows.size() == 1);
  CHECK((table.rows[0] ==
         std::vector<Value>{Value(std::int64_t{-5}), Value(1.5), Value(std::string("a\0b", 3)), Value()}));
}

TEST_CASE("a search stops at its limits") {
  Database database;
  const auto reader = database.reader();
  const std::string ten =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10) SELECT i FROM n";
  CHECK(must(ask(*reader, ten, {.max_rows = 10})).rows.size() == 10);
  const auto rows = ask(*reader, ten, {.max_rows = 9});
  REQUIRE_FALSE(rows.ok());
  CHECK(rows.error() == core::Error{core::ErrorCode::kLimit, "the search gave more than 9 rows",
                                    "narrow the search or its time range"});
  const auto doubled = [](int times) {
    return "WITH RECURSIVE t(s) AS (SELECT 'x' UNION ALL SELECT s || s FROM t LIMIT " + std::to_string(times) +
           ") SELECT s FROM t";
  };
  CHECK(must(ask(*reader, doubled(12), {.max_bytes = 8000})).rows.size() == 12);
  const auto bytes = ask(*reader, doubled(14), {.max_bytes = 8000});
  REQUIRE_FALSE(bytes.ok());
  CHECK(bytes.error().code == core::ErrorCode::kLimit);
  CHECK(bytes.error().message == "the search gave more than 8kB of rows");
  const auto value = ask(*reader, "SELECT 1 FROM (" + doubled(40) + ")");
  REQUIRE_FALSE(value.ok());
  CHECK(value.error().code == core::ErrorCode::kLimit);
  CHECK(value.error().message == "read: string or blob too big");

  std::int64_t sum = 0;
  const auto add = [&](std::vector<Value> row) -> core::Result<void> {
    sum += std::get<std::int64_t>(row.at(0));
    return sum < 50 ? core::Result<void>() : core::invalid_input("enough");
  };
  CHECK(reader->scan({ten + " LIMIT 9", {}}, 1min, add).ok());
  CHECK(sum == 45);
  const auto refused = reader->scan({ten, {}}, 1min, add);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error() == core::invalid_input("enough"));
  CHECK(sum == 51);

  const auto time = ask(*reader, kEndless, {.timeout = 30ms});
  REQUIRE_FALSE(time.ok());
  CHECK(time.error() == core::Error{core::ErrorCode::kLimit, "the search took longer than 30 ms"});
  CHECK(must(ask(*reader, ten)).rows.size() == 10);  // the next one has its own time
}

TEST_CASE("a search is cancelled from another thread") {
  Database database;
  const auto reader = database.reader();
  std::thread other([&] { reader->cancel(); });  // before, or in the middle: it counts
  const auto cancelled = ask(*reader, kEndless, {.timeout = 60s});
  other.join();
  REQUIRE_FALSE(cancelled.ok());
  CHECK(cancelled.error().code == core::ErrorCode::kCancelled);
  CHECK_FALSE(ask(*reader, "SELECT 1").ok());
}

TEST_CASE("a reader reads, whatever SQL reaches it") {
  Database database;
  commit(*database.writer(), batch_of({set_value(1)}));
  const auto reader = database.reader();
  for (const char* sql : {"INSERT INTO term VALUES (999, 'x')",
                          "UPDATE term SET text = 'x'",
                          "DELETE FROM registry_event",
                          "REPLACE INTO term VALUES (1, 'x')",
                          "CREATE TABLE x (y)",
                          "CREATE TEMP TABLE x (y)",
                          "CREATE TEMP VIEW x AS SELECT 1",
                          "CREATE TEMP TRIGGER x AFTER INSERT ON term BEGIN SELECT 1; END",
                          "DROP TABLE term",
                          "DROP VIEW Registry",
                          "ALTER TABLE term ADD COLUMN x",
                          "ATTACH ':memory:' AS x",
                          "ATTACH '/tmp/regwarden-attached.db' AS x",
                          "DETACH x",
                          "VACUUM",
                          "VACUUM INTO '/tmp/regwarden-vacuum.db'",
                          "REINDEX",
                          "ANALYZE",
                          "BEGIN",
                          "SAVEPOINT x",
                          "PRAGMA query_only = OFF",
                          "PRAGMA journal_mode",
                          "PRAGMA writable_schema = ON",
                          "SELECT * FROM pragma_database_list",
                          "SELECT load_extension('x.so')",
                          "SELECT randomblob(1000000000)",
                          "SELECT zeroblob(1000000000)",
                          "CREATE VIRTUAL TABLE temp.x USING fts5(y)"}) {
    INFO(sql);
    const auto refused = ask(*reader, sql);
    CHECK_FALSE(refused.ok());
    if (!refused.ok()) {
      CHECK(refused.error().code == core::ErrorCode::kInternal);
      CHECK_THAT(refused.error().message, Catch::Contains("not authorized") || Catch::Contains("authorization denied"));
    }
  }
  CHECK(database.rows("SELECT count(*) FROM registry_event") == std::vector<std::string>{"1"});
  CHECK(ask(*reader, "SELECT count(*), group_concat(text) FROM term").ok() == false);
  CHECK(ask(*reader, "SELECT * FROM Registry").ok());
  CHECK(ask(*reader, "SELECT * FROM Processes").ok());
}

TEST_CASE("bad SQL is an error that quotes it") {
  Database database;
  const auto reader = database.reader();
  const auto bad = ask(*reader, "SELECT x FROM nowhere");
  REQUIRE_FALSE(bad.ok());
  CHECK(bad.error().code == core::ErrorCode::kInternal);
  CHECK(bad.error().message == "SELECT x FROM nowhere: no such table: nowhere");
}

TEST_CASE("a reader sees what was committed before it asked") {
  Database database;
  const auto reader = database.reader();
  const auto session = database.writer();
  for (std::int64_t i = 1; i <= 3; ++i) {
    commit(*session, batch_of({set_value(static_cast<std::uint64_t>(i))}));
    const Table table = must(ask(*reader, "SELECT count(*) FROM registry_event"));
    CHECK((table.rows[0][0] == Value(i)));
  }
}

TEST_CASE("the ledger says from when on a detection is served, and how its latest run ended") {
  Database database;
  const auto session = database.writer();
  const auto reader = database.reader();
  CHECK(must(reader->ledger()).empty());

  Batch seen;
  seen.detections = {{"d", "Detection", at("2026-10-11T12:00:00Z")}};
  commit(*session, seen);
  auto ledger = must(reader->ledger());
  REQUIRE(ledger.size() == 1);
  CHECK(ledger[0].detection_id == "d");
  CHECK(ledger[0].served_until == at("2026-10-11T12:00:00Z"));
  CHECK_FALSE(ledger[0].last_run);

  seen.detections = {{"d", "Renamed", at("2026-10-12T12:00:00Z")}};  // a later start does not move it
  seen.runs = {run_of("2026-10-11T14:00:00Z"), run_of("2026-10-11T13:00:00Z", cim::RunStatus::kFailed),
               run_of("2026-10-11T20:00:00Z", cim::RunStatus::kDone, cim::RunKind::kManual)};
  commit(*session, seen);
  ledger = must(reader->ledger());
  REQUIRE(ledger.size() == 1);
  CHECK(ledger[0].served_until == at("2026-10-11T14:00:00Z"));
  REQUIRE(ledger[0].last_run);
  CHECK(ledger[0].last_run->scheduled_time == at("2026-10-11T14:00:00Z"));
  CHECK(ledger[0].last_run->status == "done");
  CHECK(ledger[0].last_run->result_count == 3);
  CHECK(ledger[0].last_run->error.empty());
  CHECK(database.rows("SELECT * FROM detection") == std::vector<std::string>{"d|Renamed|1791720000000000"});

  Batch again;  // the same window once more: the newer run counts
  again.runs = {run_of("2026-10-11T14:00:00Z", cim::RunStatus::kMissed)};
  commit(*session, again);
  ledger = must(reader->ledger());
  REQUIRE(ledger.size() == 1);
  REQUIRE(ledger[0].last_run);
  CHECK(ledger[0].last_run->status == "missed");
  CHECK(ledger[0].last_run->error == "why");
  CHECK(database.rows("SELECT kind, scheduled_time, earliest, latest, started, finished, status, result_count, error"
                      " FROM run ORDER BY id DESC LIMIT 1") ==
        std::vector<std::string>{"scheduled|1791727200000000|1791745200000000|1791748800000000|1791727200000000|"
                                 "1791727200000000|missed|3|why"});
}

TEST_CASE("every listing can be read") {
  Database database;
  const auto session = database.writer();
  Batch batch = batch_of({set_value(1), set_value(2), set_value(3)});
  batch.processes = {process(4)};
  batch.rejected.emplace_back();
  batch.runs = {run_of("2026-10-11T14:00:00Z")};
  commit(*session, batch);
  const auto reader = database.reader();
  for (const auto& [listing, rows] : {std::pair(Listing::kRiskEvents, 0), std::pair(Listing::kNotables, 0),
                                      std::pair(Listing::kRuns, 1), std::pair(Listing::kRegistryEvents, 2),
                                      std::pair(Listing::kProcessEvents, 1), std::pair(Listing::kRejected, 1)}) {
    ListRequest request;
    request.listing = listing;
    request.limit = 2;
    const ListPage page = must(reader->list(request));
    CHECK(page.table.rows.size() == static_cast<std::size_t>(rows));
    CHECK(page.next.has_value() == (listing == Listing::kRegistryEvents));
  }
}

TEST_CASE("a page of large rows ends early, and the list goes on after it") {
  Database database;
  const auto session = database.writer();
  const std::string data(1'000'000, 'x');
  std::vector<cim::RegistryRecord> records;
  for (std::uint64_t i = 1; i <= 10; ++i) records.push_back(set_value(i));
  for (std::uint64_t i = 1; i <= 9; ++i) records[i].value_data = data;
  commit(*session, batch_of(records));
  const auto reader = database.reader();
  ListRequest request;
  request.listing = Listing::kRegistryEvents;
  request.limit = 1000;
  std::vector<std::size_t> pages;
  std::vector<std::int64_t> ids;
  while (true) {
    const ListPage page = must(reader->list(request));
    pages.push_back(page.table.rows.size());
    for (const auto& row : page.table.rows) ids.push_back(std::get<std::int64_t>(row[0]));
    if (!page.next) break;
    request.after = page.next;
  }
  CHECK(pages == std::vector<std::size_t>{4, 4, 2});
  CHECK(ids == std::vector<std::int64_t>{10, 9, 8, 7, 6, 5, 4, 3, 2, 1});
}

}  // namespace rw::storage::test
