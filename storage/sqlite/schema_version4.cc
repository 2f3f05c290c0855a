#include "storage/sqlite/schema_versions.h"

namespace rw::storage::sqlite {

const char* const kSchemaVersion4 = R"sql(
-- Who sends what: one row for each log of each host, at most 10,000.
CREATE TABLE log_source (
  id               INTEGER PRIMARY KEY,
  host_key         TEXT NOT NULL,             -- case folded, as channel_key
  channel_key      TEXT NOT NULL,
  host             TEXT NOT NULL,             -- as first written
  channel          TEXT NOT NULL,
  peer             TEXT NOT NULL,             -- of the last event, as input and format
  input            TEXT NOT NULL,
  format           TEXT NOT NULL,
  first_event      INTEGER,                   -- the earliest event time
  last_event       INTEGER,                   -- event time of the last to arrive
  time             INTEGER NOT NULL,          -- last arrival
  events           INTEGER NOT NULL,          -- decoded, of any kind
  stored           INTEGER NOT NULL,
  duplicates       INTEGER NOT NULL,
  last_delay_ms    INTEGER,                   -- arrival minus event time
  min_delay_ms     INTEGER,                   -- the smaller of hour_delay_ms and earlier_delay_ms
  delay_hour       INTEGER,                   -- hours since 1970
  hour_delay_ms    INTEGER,                   -- smallest delay of that hour
  earlier_delay_ms INTEGER,                   -- and of the one before it
  first_record_id  INTEGER NOT NULL,          -- see storage/record_ids.h for all of these
  last_record_id   INTEGER,
  newest_time      INTEGER NOT NULL,
  seen             INTEGER NOT NULL,
  missing          INTEGER NOT NULL,
  coverage         REAL,                      -- seen / (seen + missing)
  complete         INTEGER,                   -- boolean
  gaps             TEXT NOT NULL,             -- ranges
  lost             INTEGER NOT NULL,
  skips            TEXT NOT NULL,             -- ranges
  resets           INTEGER NOT NULL,
  silent_since     INTEGER,                   -- the same for all rows of a host
  UNIQUE (host_key, channel_key)
);
)sql";

}  // namespace rw::storage::sqlite
