#include "storage/sqlite/schema_versions.h"

namespace rw::storage::sqlite {

const char* const kSchemaVersion10 = R"sql(
-- Rows that have made findings where findings are throttled: others with the same key make none for a while. Kept as
-- long as findings are, so that a window that is searched again gives what it gave.
CREATE TABLE throttle_trigger (
  id           INTEGER PRIMARY KEY,
  detection_id TEXT NOT NULL,
  key          TEXT NOT NULL,                 -- hash of the throttle's fields and the row's values
  row          TEXT NOT NULL,                 -- hash of what makes the row the same
  time         INTEGER NOT NULL,              -- scheduled time of its run; microseconds UTC, as created
  created      INTEGER NOT NULL,
  UNIQUE (detection_id, key, row)
);
CREATE INDEX throttle_trigger_time ON throttle_trigger (detection_id, key, time);

-- What a risk event counts for, and under which name.
ALTER TABLE risk_event ADD COLUMN calculated_risk_score INTEGER NOT NULL DEFAULT 0;
ALTER TABLE risk_event ADD COLUMN normalized_risk_object TEXT NOT NULL DEFAULT '';
UPDATE risk_event SET calculated_risk_score = risk_score, normalized_risk_object = lower(risk_object);
)sql";

}  // namespace rw::storage::sqlite
