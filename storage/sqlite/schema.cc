#include "storage/sqlite/schema.h"

#include <fmt/format.h>

#include <filesystem>
#include <iterator>
#include <system_error>

#include "storage/sqlite/schema_versions.h"
#include "storage/sqlite/write_ahead_log.h"

namespace rw::storage::sqlite {
namespace {

// Version 1.
//
// Registry events repeat: a few hundred images, a few thousand processes and tens of thousands of paths serve millions
// of events. So every repeated text stands once in `term`, and what repeats together (key and value name; process and
// user; all that System says) stands once in a small table of term ids. An event is then a row of a dozen integers.
//
// "term" columns hold a term id. "mixed" columns hold a term id (integer) or, where a text is long and hardly repeats,
// the text itself (text): typeof() tells.
constexpr const char* kVersion1 = R"sql(
CREATE TABLE term (
  id   INTEGER PRIMARY KEY,
  text TEXT NOT NULL
);

CREATE TABLE registry_path (
  id         INTEGER PRIMARY KEY,
  key_name   INTEGER NOT NULL REFERENCES term,
  value_name INTEGER REFERENCES term          -- null: the event is about the key
);

-- Who did it.
CREATE TABLE actor (
  id           INTEGER PRIMARY KEY,
  process_guid INTEGER REFERENCES term,
  process_id   INTEGER REFERENCES term,
  process_path INTEGER REFERENCES term,
  user         INTEGER REFERENCES term,
  user_domain  INTEGER REFERENCES term
);

-- Who said it: System, as far as it repeats.
CREATE TABLE source (
  id         INTEGER PRIMARY KEY,
  computer   INTEGER REFERENCES term,
  channel    INTEGER REFERENCES term,
  provider   INTEGER REFERENCES term,
  event_id   INTEGER NOT NULL,
  event_type INTEGER REFERENCES term,
  envelope   INTEGER REFERENCES term          -- JSON object
);

-- The log an event is known in: computer and channel, case folded.
CREATE TABLE origin (
  id       INTEGER PRIMARY KEY,
  computer INTEGER REFERENCES term,
  channel  INTEGER REFERENCES term
);

CREATE TABLE registry_event (
  id                INTEGER PRIMARY KEY,      -- order of arrival
  time              INTEGER NOT NULL,         -- microseconds UTC
  delay_ms          INTEGER NOT NULL,         -- received = time + delay
  source            INTEGER NOT NULL REFERENCES source,
  origin            INTEGER NOT NULL REFERENCES origin,
  record_id         INTEGER,
  path              INTEGER NOT NULL REFERENCES registry_path,
  actor             INTEGER NOT NULL REFERENCES actor,
  action            INTEGER,                  -- term
  value_data,                                 -- mixed
  value_type        INTEGER,                  -- term
  details,                                    -- mixed; null where it equals value_data
  utc_time_delta_us INTEGER,                  -- Sysmon's UtcTime - time
  extra                                       -- mixed; JSON object of the fields without a column
);
CREATE INDEX registry_event_time ON registry_event (time);
-- One Windows event is one row: same log, same record id, same second.
CREATE UNIQUE INDEX registry_event_identity ON registry_event (origin, record_id, time / 1000000)
  WHERE record_id IS NOT NULL;

CREATE TABLE process_event (
  id                        INTEGER PRIMARY KEY,
  time                      INTEGER NOT NULL,
  delay_ms                  INTEGER NOT NULL,
  source                    INTEGER NOT NULL REFERENCES source,
  origin                    INTEGER NOT NULL REFERENCES origin,
  record_id                 INTEGER,
  user                      INTEGER,          -- term
  user_domain               INTEGER,          -- term
  parent_user               INTEGER,          -- term
  parent_user_domain        INTEGER,          -- term
  process,                                    -- mixed
  process_path              INTEGER,          -- term
  process_id                INTEGER,          -- term
  process_guid,                               -- mixed
  process_hash              INTEGER,          -- term
  process_integrity_level   INTEGER,          -- term
  process_current_directory,                  -- mixed
  original_file_name        INTEGER,          -- term
  parent_process,                             -- mixed
  parent_process_path       INTEGER,          -- term
  parent_process_id         INTEGER,          -- term
  parent_process_guid,                        -- mixed
  image_version             INTEGER,          -- term, JSON object
  session                   INTEGER,          -- term, JSON object
  utc_time_delta_us         INTEGER,
  extra                                       -- mixed
);
CREATE INDEX process_event_time ON process_event (time);
CREATE UNIQUE INDEX process_event_identity ON process_event (origin, record_id, time / 1000000)
  WHERE record_id IS NOT NULL;

-- Every detection that the scheduler has served.
CREATE TABLE detection (
  id    TEXT PRIMARY KEY,
  name  TEXT NOT NULL,
  since INTEGER NOT NULL                      -- windows are owed from here on
) WITHOUT ROWID;

-- The ledger: one row per run of a detection.
CREATE TABLE run (
  id             INTEGER PRIMARY KEY,
  detection_id   TEXT NOT NULL,
  detection      TEXT NOT NULL,
  kind           TEXT NOT NULL CHECK (kind IN ('scheduled', 'manual')),
  scheduled_time INTEGER NOT NULL,
  earliest       INTEGER NOT NULL,
  latest         INTEGER NOT NULL,
  started        INTEGER NOT NULL,
  finished       INTEGER NOT NULL,
  status         TEXT NOT NULL CHECK (status IN ('done', 'failed', 'missed')),
  result_count   INTEGER NOT NULL,
  error          TEXT
);
CREATE INDEX run_ledger ON run (detection_id, kind, scheduled_time);

CREATE TABLE risk_event (
  id                INTEGER PRIMARY KEY,
  identity          TEXT NOT NULL UNIQUE,
  time              INTEGER NOT NULL,
  created           INTEGER NOT NULL,
  detection_id      TEXT NOT NULL,
  detection         TEXT NOT NULL,
  detection_version INTEGER NOT NULL,
  earliest          INTEGER NOT NULL,
  latest            INTEGER NOT NULL,
  risk_object       TEXT NOT NULL,
  risk_object_type  TEXT NOT NULL,
  risk_object_field TEXT NOT NULL,
  risk_score        INTEGER NOT NULL,
  risk_message      TEXT NOT NULL,
  threat_objects    TEXT NOT NULL,            -- JSON
  annotations       TEXT NOT NULL,            -- JSON
  row               TEXT NOT NULL             -- JSON
);
CREATE INDEX risk_event_time ON risk_event (time);

CREATE TABLE notable (
  id                 INTEGER PRIMARY KEY,
  identity           TEXT NOT NULL UNIQUE,
  time               INTEGER NOT NULL,
  created            INTEGER NOT NULL,
  detection_id       TEXT NOT NULL,
  detection          TEXT NOT NULL,
  detection_version  INTEGER NOT NULL,
  earliest           INTEGER NOT NULL,
  latest             INTEGER NOT NULL,
  rule_title         TEXT NOT NULL,
  rule_description   TEXT NOT NULL,
  security_domain    TEXT NOT NULL,
  severity           TEXT NOT NULL,
  status             TEXT NOT NULL DEFAULT 'new',
  owner              TEXT NOT NULL DEFAULT 'unassigned',
  disposition        TEXT NOT NULL DEFAULT 'undetermined',
  nes_fields         TEXT NOT NULL,           -- JSON
  drilldown_searches TEXT NOT NULL,           -- JSON
  annotations        TEXT NOT NULL,           -- JSON
  row                TEXT NOT NULL            -- JSON
);
CREATE INDEX notable_time ON notable (time);

-- Input that could not be decoded: the newest 10,000.
CREATE TABLE rejected (
  id         INTEGER PRIMARY KEY,
  time       INTEGER NOT NULL,
  input      TEXT NOT NULL,
  peer       TEXT NOT NULL,
  reason     TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  sample     BLOB NOT NULL
);

CREATE VIEW Registry AS
SELECT
  e.id,
  strftime('%Y-%m-%dT%H:%M:%S', e.time / 1000000, 'unixepoch') || printf('.%06dZ', e.time % 1000000) AS _time,
  ifnull(ta.text, 'unknown') AS action,
  ifnull(tc.text, 'unknown') AS dest,
  ifnull(tu.text, 'unknown') AS user,
  CASE
    WHEN tk.text || '\' LIKE 'HKLM\System\%' THEN 'HKEY_LOCAL_MACHINE\System'
    WHEN tk.text || '\' LIKE 'HKLM\SOFTWARE\%' OR tk.text || '\' LIKE 'HKCR\%' THEN 'HKEY_LOCAL_MACHINE\Software'
    WHEN tk.text || '\' LIKE 'HKLM\SAM\%' THEN 'HKEY_LOCAL_MACHINE\SAM'
    WHEN tk.text || '\' LIKE 'HKLM\SECURITY\%' THEN 'HKEY_LOCAL_MACHINE\Security'
    WHEN tk.text || '\' LIKE 'HKU\.DEFAULT\%' THEN 'HKEY_USERS\.DEFAULT'
    WHEN tk.text || '\' LIKE 'HKU\%' THEN 'HKEY_CURRENT_USER'
    WHEN tk.text || '\' LIKE 'HKCC\%' THEN 'HKEY_CURRENT_CONFIG'
  END AS registry_hive,
  tk.text || ifnull('\' || tv.text, '') AS registry_path,
  tk.text AS registry_key_name,
  ifnull(tv.text, 'unknown') AS registry_value_name,
  ifnull(CASE typeof(e.value_data) WHEN 'integer' THEN (SELECT text FROM term WHERE id = e.value_data)
         ELSE e.value_data END, 'unknown') AS registry_value_data,
  ifnull((SELECT text FROM term WHERE id = e.value_type), 'unknown') AS registry_value_type,
  tg.text AS process_guid,
  ti.text AS process_id,
  ifnull(nullif(replace(tp.text, rtrim(tp.text, replace(tp.text, '\', '')), ''), ''), 'unknown') AS process_name,
  tp.text AS process_path,
  'success' AS status,
  CASE th.text WHEN 'Microsoft-Windows-Sysmon' THEN 'Microsoft Sysmon' ELSE th.text END AS vendor_product,
  td.text AS user_domain,
  CASE WHEN s.event_id <> 14 THEN
    ifnull(CASE typeof(e.details) WHEN 'integer' THEN (SELECT text FROM term WHERE id = e.details)
           ELSE e.details END,
           CASE typeof(e.value_data) WHEN 'integer' THEN (SELECT text FROM term WHERE id = e.value_data)
           ELSE e.value_data END) END AS Details,
  CASE WHEN s.event_id = 14 THEN
    CASE typeof(e.value_data) WHEN 'integer' THEN (SELECT text FROM term WHERE id = e.value_data)
    ELSE e.value_data END END AS NewName,
  (SELECT text FROM term WHERE id = s.event_type) AS EventType,
  s.event_id AS EventID,
  tn.text AS Channel,
  iif(e.record_id < 0, printf('%u', e.record_id), e.record_id) AS EventRecordID,  -- an unsigned number
  CASE WHEN e.utc_time_delta_us IS NOT NULL THEN
    strftime('%Y-%m-%d %H:%M:%S', (e.time + e.utc_time_delta_us) / 1000000, 'unixepoch') ||
    printf('.%03d', (e.time + e.utc_time_delta_us) / 1000 % 1000) END AS UtcTime,
  (SELECT text FROM term WHERE id = s.envelope) AS envelope,
  CASE typeof(e.extra) WHEN 'integer' THEN (SELECT text FROM term WHERE id = e.extra) ELSE e.extra END AS extra,
  e.time AS time,
  e.time + e.delay_ms * 1000 AS received
FROM registry_event e
JOIN registry_path p ON p.id = e.path
JOIN actor a ON a.id = e.actor
JOIN source s ON s.id = e.source
JOIN term tk ON tk.id = p.key_name
LEFT JOIN term tv ON tv.id = p.value_name
LEFT JOIN term ta ON ta.id = e.action
LEFT JOIN term tc ON tc.id = s.computer
LEFT JOIN term tn ON tn.id = s.channel
LEFT JOIN term th ON th.id = s.provider
LEFT JOIN term tu ON tu.id = a.user
LEFT JOIN term td ON td.id = a.user_domain
LEFT JOIN term tg ON tg.id = a.process_guid
LEFT JOIN term ti ON ti.id = a.process_id
LEFT JOIN term tp ON tp.id = a.process_path;

CREATE VIEW Processes AS
SELECT
  e.id,
  strftime('%Y-%m-%dT%H:%M:%S', e.time / 1000000, 'unixepoch') || printf('.%06dZ', e.time % 1000000) AS _time,
  'allowed' AS action,
  ifnull(tc.text, 'unknown') AS dest,
  ifnull((SELECT text FROM term WHERE id = e.user), 'unknown') AS user,
  ifnull((SELECT text FROM term WHERE id = e.parent_user), 'unknown') AS parent_user,
  ifnull(CASE typeof(e.process) WHEN 'integer' THEN (SELECT text FROM term WHERE id = e.process)
         ELSE e.process END, 'unknown') AS process,
  ifnull(nullif(replace(tp.text, rtrim(tp.text, replace(tp.text, '\', '')), ''), ''), 'unknown') AS process_name,
  tp.text AS process_path,
  (SELECT text FROM term WHERE id = e.process_id) AS process_id,
  CASE typeof(e.process_guid) WHEN 'integer' THEN (SELECT text FROM term WHERE id = e.process_guid)
       ELSE e.process_guid END AS process_guid,
  (SELECT text FROM term WHERE id = e.process_hash) AS process_hash,
  (SELECT text FROM term WHERE id = e.process_integrity_level) AS process_integrity_level,
  CASE typeof(e.process_current_directory)
       WHEN 'integer' THEN (SELECT text FROM term WHERE id = e.process_current_directory)
       ELSE e.process_current_directory END AS process_current_directory,
  ifnull((SELECT text FROM term WHERE id = e.original_file_name), 'unknown') AS original_file_name,
  ifnull(CASE typeof(e.parent_process) WHEN 'integer' THEN (SELECT text FROM term WHERE id = e.parent_process)
         ELSE e.parent_process END, 'unknown') AS parent_process,
  ifnull(nullif(replace(tq.text, rtrim(tq.text, replace(tq.text, '\', '')), ''), ''), 'unknown') AS parent_process_name,
  tq.text AS parent_process_path,
  (SELECT text FROM term WHERE id = e.parent_process_id) AS parent_process_id,
  CASE typeof(e.parent_process_guid) WHEN 'integer' THEN (SELECT text FROM term WHERE id = e.parent_process_guid)
       ELSE e.parent_process_guid END AS parent_process_guid,
  CASE th.text WHEN 'Microsoft-Windows-Sysmon' THEN 'Microsoft Sysmon' ELSE th.text END AS vendor_product,
  (SELECT text FROM term WHERE id = e.user_domain) AS user_domain,
  (SELECT text FROM term WHERE id = e.parent_user_domain) AS parent_user_domain,
  (SELECT text FROM term WHERE id = e.image_version) AS image_version,
  (SELECT text FROM term WHERE id = e.session) AS session,
  s.event_id AS EventID,
  (SELECT text FROM term WHERE id = s.channel) AS Channel,
  iif(e.record_id < 0, printf('%u', e.record_id), e.record_id) AS EventRecordID,  -- an unsigned number
  CASE WHEN e.utc_time_delta_us IS NOT NULL THEN
    strftime('%Y-%m-%d %H:%M:%S', (e.time + e.utc_time_delta_us) / 1000000, 'unixepoch') ||
    printf('.%03d', (e.time + e.utc_time_delta_us) / 1000 % 1000) END AS UtcTime,
  (SELECT text FROM term WHERE id = s.envelope) AS envelope,
  CASE typeof(e.extra) WHEN 'integer' THEN (SELECT text FROM term WHERE id = e.extra) ELSE e.extra END AS extra,
  e.time AS time,
  e.time + e.delay_ms * 1000 AS received
FROM process_event e
JOIN source s ON s.id = e.source
LEFT JOIN term tc ON tc.id = s.computer
LEFT JOIN term th ON th.id = s.provider
LEFT JOIN term tp ON tp.id = e.process_path
LEFT JOIN term tq ON tq.id = e.parent_process_path;
)sql";

// Which content of a detection made a finding, beside the version that its author gave it.
constexpr const char* kDetectionHash = R"sql(
ALTER TABLE risk_event ADD COLUMN detection_hash TEXT;
ALTER TABLE notable ADD COLUMN detection_hash TEXT;
)sql";

const char* const kMigrations[] = {kVersion1,        kSchemaVersion2,  kDetectionHash,   kSchemaVersion4,
                                   kSchemaVersion5,  kSchemaVersion6,  kSchemaVersion7,  kSchemaVersion8,
                                   kSchemaVersion9,  kSchemaVersion10, kSchemaVersion11, kSchemaVersion12,
                                   kSchemaVersion13, kSchemaVersion14};

core::Result<void> use_write_ahead_log(Connection& connection) {
  std::error_code error;
  const auto size = std::filesystem::file_size(sqlite3_db_filename(connection.raw(), "main"), error);
  // With the latter, pages that retention frees can be given back to the file system. `regwarden db compact` gives it
  // to an old file.
  if (!error && size == 0) RW_CHECK(connection.execute("PRAGMA page_size = 4096; PRAGMA auto_vacuum = INCREMENTAL"));
  RW_TRY(Statement statement, connection.prepare("PRAGMA journal_mode = WAL"));
  RW_TRY(const bool row, statement.step());
  const bool is_on = row && statement.text(0) == "wal";
  RW_CHECK(statement.run());  // the change is committed when the statement is done, which may fail
  if (!is_on) {               // SQLite keeps the old mode without an error
    return core::Error{core::ErrorCode::kIo, "the database cannot use a write-ahead log",
                       "put data_dir on a local disk"};
  }
  return {};
}

// 0: a new file.
core::Result<std::int64_t> version_of(Connection& connection) {
  RW_TRY(const auto tables,
         connection.query_integer("SELECT count(*) FROM sqlite_master WHERE name = 'schema_version'"));
  if (tables == 0) return std::int64_t{0};
  return connection.query_integer("SELECT ifnull(max(version), 0) FROM schema_version");
}

}  // namespace

int newest_schema_version() { return static_cast<int>(std::size(kMigrations)); }

core::Result<void> migrate(Connection& connection) { return migrate(connection, newest_schema_version()); }

core::Result<void> migrate(Connection& connection, int version) {
  RW_CHECK(use_write_ahead_log(connection));
  // A daemon that writes without pause could keep a reader from the write lock: ask for it only when it is needed.
  RW_TRY(const auto found, version_of(connection));
  if (found == version) return {};
  RW_CHECK(make_log_durable(connection));
  RW_CHECK(connection.execute("BEGIN IMMEDIATE"));
  const auto apply = [&]() -> core::Result<void> {
    RW_TRY(const auto current, version_of(connection));  // another process may have been here since
    if (current > newest_schema_version()) {
      return core::Error{core::ErrorCode::kUnsupported,
                         fmt::format("the database has schema version {}, this regwarden knows up to {}", current,
                                     newest_schema_version()),
                         "run the newer regwarden that wrote it"};
    }
    RW_CHECK(connection.execute(
        "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY, applied INTEGER NOT NULL)"));
    for (auto next = current + 1; next <= version; ++next) {
      RW_CHECK(connection.execute(kMigrations[next - 1]));
      RW_CHECK(connection.execute(
          fmt::format("INSERT INTO schema_version VALUES ({}, CAST(strftime('%s', 'now') AS INTEGER) * 1000000)", next)
              .c_str()));
    }
    return connection.execute("COMMIT");
  };
  core::Result<void> result = apply();
  if (!result.ok()) (void)connection.execute("ROLLBACK");
  return result;
}

}  // namespace rw::storage::sqlite
