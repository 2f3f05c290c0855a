#include "storage/sqlite/schema_versions.h"

namespace rw::storage::sqlite {

// A CHECK cannot be changed: the table of runs is made anew for its new kind.
const char* const kSchemaVersion5 = R"sql(
CREATE TABLE new_run (
  id             INTEGER PRIMARY KEY,
  detection_id   TEXT NOT NULL,
  detection      TEXT NOT NULL,
  kind           TEXT NOT NULL CHECK (kind IN ('scheduled', 'manual', 'late')),
  scheduled_time INTEGER NOT NULL,
  earliest       INTEGER NOT NULL,
  latest         INTEGER NOT NULL,
  started        INTEGER NOT NULL,
  finished       INTEGER NOT NULL,
  status         TEXT NOT NULL CHECK (status IN ('done', 'failed', 'missed')),
  result_count   INTEGER NOT NULL,
  error          TEXT
);
INSERT INTO new_run SELECT * FROM run;
DROP TABLE run;
ALTER TABLE new_run RENAME TO run;
CREATE INDEX run_ledger ON run (detection_id, kind, scheduled_time);
CREATE INDEX run_window ON run (latest, earliest) WHERE kind = 'scheduled' AND status <> 'missed';

ALTER TABLE risk_event ADD COLUMN late INTEGER NOT NULL DEFAULT 0;
ALTER TABLE notable ADD COLUMN late INTEGER NOT NULL DEFAULT 0;

-- The time that searches have looked at: one row. An event that comes into it is late.
CREATE TABLE searched (
  id       INTEGER PRIMARY KEY CHECK (id = 1),
  earliest INTEGER NOT NULL,
  latest   INTEGER NOT NULL
);
INSERT INTO searched SELECT 1, min(earliest), max(latest) FROM run
  WHERE kind = 'scheduled' AND status <> 'missed' HAVING count(*) > 0;

-- Minutes with late events that the searches of their time have not seen yet: see storage/late.h.
CREATE TABLE late_span (
  dataset  TEXT NOT NULL CHECK (dataset IN ('Registry', 'Processes')),
  minute   INTEGER NOT NULL,                  -- microseconds UTC, as all times
  first_id INTEGER NOT NULL,
  last_id  INTEGER NOT NULL,
  PRIMARY KEY (minute, dataset)
) WITHOUT ROWID;
)sql";

}  // namespace rw::storage::sqlite
