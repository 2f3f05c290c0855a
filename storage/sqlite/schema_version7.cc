#include "storage/sqlite/schema_versions.h"

namespace rw::storage::sqlite {

const char* const kSchemaVersion7 = R"sql(
-- Every change of a notable: what was set (null: not touched), by whom.
CREATE TABLE notable_change (
  id          INTEGER PRIMARY KEY,
  time        INTEGER NOT NULL,               -- microseconds UTC
  notable     INTEGER NOT NULL REFERENCES notable,
  actor       TEXT NOT NULL,
  status      TEXT,
  owner       TEXT,
  disposition TEXT,
  comment     TEXT
);
CREATE INDEX notable_change_notable ON notable_change (notable);
CREATE TRIGGER notable_gone AFTER DELETE ON notable BEGIN
  DELETE FROM notable_change WHERE notable = old.id;
END;

-- Who changed what.
CREATE TABLE audit (
  id     INTEGER PRIMARY KEY,
  time   INTEGER NOT NULL,
  actor  TEXT NOT NULL,
  peer   TEXT NOT NULL,
  action TEXT NOT NULL,
  object TEXT NOT NULL,
  detail TEXT NOT NULL                        -- JSON
);
)sql";

}  // namespace rw::storage::sqlite
