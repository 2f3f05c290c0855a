#include "storage/sqlite/schema.h"

#include <algorithm>
#include <fstream>

#include "storage/sqlite/listing.h"
#include "tests/unit/storage/database.h"

namespace rw::storage::test {
namespace {

sqlite::Connection open(const Folder& folder) {
  return must(sqlite::Connection::open(folder.database(), sqlite::Connection::Mode::kReadWrite));
}

std::vector<std::string> schema_of(sqlite::Connection& connection) {
  return rows_of(connection, "SELECT type, name, sql FROM sqlite_master ORDER BY name");
}

std::string plan_of(Database& database, const std::string& sql) {
  std::string plan;
  for (const std::string& row : database.rows("EXPLAIN QUERY PLAN " + sql)) {
    plan += row.substr(row.rfind('|') + 1) + "\n";
  }
  return plan;
}

}  // namespace

TEST_CASE("a new file gets the newest schema, an old one keeps it") {
  const Folder folder;
  auto connection = open(folder);
  must(sqlite::migrate(connection));
  CHECK(rows_of(connection, "SELECT max(version), count(*) FROM schema_version") ==
        std::vector<std::string>{std::to_string(sqlite::newest_schema_version()) + "|" +
                                 std::to_string(sqlite::newest_schema_version())});
  CHECK(rows_of(connection, "PRAGMA journal_mode") == std::vector<std::string>{"wal"});
  const auto schema = schema_of(connection);

  must(sqlite::migrate(connection));
  CHECK(schema_of(connection) == schema);
}

TEST_CASE("a database of version 1 gets the views of today and keeps its rows") {
  const Folder folder;
  auto connection = open(folder);
  must(sqlite::migrate(connection));
  const auto newest = schema_of(connection);
  must(connection.execute(
      "DELETE FROM schema_version WHERE version > 1; DROP VIEW Registry; DROP VIEW Processes;"
      "ALTER TABLE risk_event DROP COLUMN detection_hash; ALTER TABLE notable DROP COLUMN detection_hash;"
      "ALTER TABLE risk_event DROP COLUMN late; ALTER TABLE notable DROP COLUMN late;"
      "DROP INDEX source_renames; DROP INDEX notable_time; CREATE INDEX notable_time ON notable (time);"
      "ALTER TABLE notable DROP COLUMN urgency; ALTER TABLE notable DROP COLUMN dest;"
      "ALTER TABLE notable DROP COLUMN user;"
      "DROP TABLE log_source; DROP TABLE searched; DROP TABLE late_span; DROP INDEX run_window;"
      "DROP TABLE upkeep; DROP TABLE origin_name;"
      "DROP TRIGGER notable_gone; DROP TABLE notable_change; DROP TABLE audit;"
      "DROP INDEX run_time; DROP INDEX risk_event_time; CREATE INDEX risk_event_time ON risk_event (time);"
      "DROP TABLE api_token; DROP TABLE api_user; DROP TABLE api_session;"
      "DROP TABLE notification; DROP TABLE notify_channel; DROP TABLE event_block; DROP TABLE event_block_part;"
      "DROP TABLE throttle_trigger; ALTER TABLE risk_event DROP COLUMN calculated_risk_score;"
      "ALTER TABLE risk_event DROP COLUMN normalized_risk_object;"
      "DROP INDEX registry_event_identity; DROP INDEX process_event_identity;"
      "CREATE INDEX registry_event_time ON registry_event (time);"
      "CREATE INDEX registry_event_identity ON registry_event (origin);"
      "CREATE INDEX process_event_time ON process_event (time);"
      "CREATE INDEX process_event_identity ON process_event (origin);"
      "CREATE VIEW Registry AS SELECT 1 AS id; CREATE VIEW Processes AS SELECT 1 AS id;"
      "INSERT INTO term VALUES (1, 'kept')"));

  must(sqlite::migrate(connection));
  CHECK(schema_of(connection) == newest);
  CHECK(rows_of(connection, "SELECT version FROM schema_version ORDER BY version") ==
        std::vector<std::string>{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14"});
  CHECK(rows_of(connection, "SELECT text FROM term") == std::vector<std::string>{"kept"});
}

TEST_CASE("notables of version 12 say whom they concern, and are as urgent as severe") {
  const Folder folder;
  auto connection = open(folder);
  must(sqlite::migrate(connection, 12));
  const std::pair<std::string, std::string> rows[] = {
      {R"({"dest":"WS1","user":"ann","count":1})", "high|WS1|ann"},
      {R"({"dest":["WS1","WS2"],"user":7})", "high|WS1\nWS2|7"},
      {R"({"dest":"","user":[]})", "high||"},
      {R"({"risk_object":"ws1","risk_object_type":"system"})", "high|ws1|"},
      {R"({"risk_object":"ann","risk_object_type":"user"})", "high||ann"},
      {R"({"risk_object":["a","b"],"risk_object_type":"user","dest":"WS1"})", "high|WS1|a\nb"},
      {R"({"risk_object":"x","risk_object_type":"other"})", "high||"},
      {"no JSON", "high||"},
  };
  std::vector<std::string> expected;
  for (const auto& [row, shown] : rows) {
    must(connection.execute(("INSERT INTO notable (identity, time, created, detection_id, detection,"
                             " detection_version, earliest, latest, rule_title, rule_description, security_domain,"
                             " severity, nes_fields, drilldown_searches, annotations, row) VALUES ('" +
                             row + "', 1, 1, 'd', 'D', 1, 0, 1, '', '', '', 'high', '', '', '', '" + row + "')")
                                .c_str()));
    expected.push_back(shown);
  }
  must(sqlite::migrate(connection));
  CHECK(rows_of(connection, "SELECT urgency, ifnull(dest, ''), ifnull(user, '') FROM notable ORDER BY id") == expected);
  CHECK(rows_of(connection, "SELECT count(*) FROM notable WHERE dest = '' OR user = ''") ==
        std::vector<std::string>{"0"});
}

TEST_CASE("a database of a newer regwarden is refused") {
  const Folder folder;
  auto connection = open(folder);
  must(sqlite::migrate(connection));
  must(connection.execute("INSERT INTO schema_version VALUES (99, 0)"));

  const auto refused = sqlite::open({.data_dir = folder.path()});
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error() ==
        core::Error{core::ErrorCode::kUnsupported,
                    folder.database() + ": the database has schema version 99, this regwarden knows up to " +
                        std::to_string(sqlite::newest_schema_version()),
                    "run the newer regwarden that wrote it"});
}

TEST_CASE("a failed migration leaves nothing behind") {
  const Folder folder;
  auto connection = open(folder);
  must(connection.execute("CREATE TABLE notable (x)"));  // in the way of version 1
  const auto failed = sqlite::migrate(connection);
  REQUIRE_FALSE(failed.ok());
  CHECK(failed.error().message == "CREATE TABLE term (: table notable already exists");
  CHECK(rows_of(connection, "SELECT name FROM sqlite_master") == std::vector<std::string>{"notable"});
}

TEST_CASE("opening an up-to-date database needs no write lock") {
  const Folder folder;
  auto connection = open(folder);
  must(sqlite::migrate(connection));
  must(connection.execute("BEGIN IMMEDIATE"));
  CHECK(sqlite::open({.data_dir = folder.path()}).ok());
}

TEST_CASE("what cannot be opened says why") {
  const Folder folder;
  const std::string missing = folder.path() + "/none";
  const auto not_found = sqlite::open({.data_dir = missing, .create = false});
  REQUIRE_FALSE(not_found.ok());
  CHECK(not_found.error().code == core::ErrorCode::kNotFound);
  CHECK(not_found.error().message == missing + "/regwarden.db: no such database");

  { std::ofstream(folder.database()) << std::string(8192, 'x'); }
  const auto damaged = sqlite::open({.data_dir = folder.path()});
  REQUIRE_FALSE(damaged.ok());
  CHECK(damaged.error().code == core::ErrorCode::kIo);
  CHECK(damaged.error().message == folder.database() + ": PRAGMA journal_mode = WAL: file is not a database");
  CHECK(damaged.error().hint == "restore the database from a backup");
}

TEST_CASE("a search of a window reads the index of seconds") {
  Database database;
  for (const auto& [dataset, index] : {std::pair(cim::Dataset::kRegistry, "registry_event_identity"),
                                       std::pair(cim::Dataset::kProcesses, "process_event_identity")}) {
    std::vector<Value> binds;
    const Dialect& dialect = database.store().dialect();
    const cim::Window window{at("2026-10-11T20:00:00Z"), at("2026-10-11T21:00:00Z")};
    const cim::Field* dest = cim::find_field(dataset, "dest");
    REQUIRE(dest != nullptr);
    core::TextPattern pattern;
    pattern.literal("ws1");
    pattern.any_run();
    std::string sql = "SELECT " + dialect.field(dataset, *dest) + " " + dialect.from(dataset, window, binds);
    CHECK_THAT(plan_of(database, sql),
               Catch::Contains(std::string("SEARCH e USING INDEX ") + index + " (<expr>>? AND <expr><?)"));
  }
}

TEST_CASE("a list of findings of a window reads no finding outside of it") {
  Database database;
  ListRequest request;
  request.listing = Listing::kRiskEvents;
  request.earliest = at("2026-10-11T20:00:00Z");
  request.filters = {{"risk_object", "ws1"}};
  Query query = must(sqlite::list_query(request)).query;
  query.sql.insert(0, "EXPLAIN QUERY PLAN ");
  std::string plan;
  for (const auto& row : must(database.reader()->query(query, SearchLimits())).rows) {
    plan += std::get<std::string>(row.back()) + "\n";
  }
  CHECK_THAT(plan, Catch::Contains("SEARCH e USING COVERING INDEX risk_event_time (time>?)"));
}

TEST_CASE("an event that is there already is found in the identity index") {
  Database database;
  for (const std::string table : {"registry_event", "process_event"}) {
    INFO(table);
    CHECK_THAT(plan_of(database, "SELECT 1 FROM " + table +
                                     " WHERE origin = ?1 AND record_id = ?2 AND time / 1000000 = ?3 / 1000000"),
               Catch::Contains("USING INDEX " + table + "_identity (<expr>=? AND origin=? AND record_id=?)"));
    // The insert asks the very same index before it writes.
    const auto root = database.rows("SELECT rootpage FROM sqlite_master WHERE name = '" + table + "_identity'");
    REQUIRE(root.size() == 1);
    bool asks = false;
    std::vector<std::string> opened;
    for (const std::string& row :
         database.rows("EXPLAIN INSERT INTO " + table + " (time, delay_ms, source, origin, record_id" +
                       (table == "registry_event" ? ", path, actor" : "") + ") VALUES (?1, 0, 1, 1, ?2" +
                       (table == "registry_event" ? ", 1, 1" : "") + ") ON CONFLICT DO NOTHING")) {
      // addr|opcode|p1|p2|…
      std::vector<std::string> columns;
      for (std::size_t from = 0; from <= row.size();) {
        const std::size_t end = std::min(row.find('|', from), row.size());
        columns.push_back(row.substr(from, end - from));
        from = end + 1;
      }
      if (columns[1] == "OpenWrite" && columns[3] == root[0]) opened.push_back(columns[2]);
      if (columns[1] == "NoConflict" && !opened.empty() && columns[2] == opened[0]) asks = true;
    }
    CHECK(asks);
  }
}

}  // namespace rw::storage::test
