#include "storage/sqlite/schema_versions.h"

namespace rw::storage::sqlite {

const char* const kSchemaVersion6 = R"sql(
-- What upkeep must know of itself over restarts, and other writers of it: one row.
CREATE TABLE upkeep (
  id     INTEGER PRIMARY KEY CHECK (id = 1),
  sweeps INTEGER NOT NULL,                    -- transactions that deleted rows that events could refer to
  swept  INTEGER NOT NULL,                    -- when the last sweep was complete; microseconds UTC
  time   INTEGER NOT NULL                     -- when the last round was complete
);
INSERT INTO upkeep VALUES (1, 0, 0, 0);

-- The origins by their names, case folded ('' where there is none), so that a log is found without its terms.
CREATE TABLE origin_name (
  computer TEXT NOT NULL,
  channel  TEXT NOT NULL,
  origin   INTEGER NOT NULL REFERENCES origin,
  PRIMARY KEY (computer, channel)
) WITHOUT ROWID;
INSERT INTO origin_name
SELECT ifnull(c.text, ''), ifnull(n.text, ''), min(o.id)
FROM origin o LEFT JOIN term c ON c.id = o.computer LEFT JOIN term n ON n.id = o.channel
GROUP BY 1, 2;
)sql";

}  // namespace rw::storage::sqlite
