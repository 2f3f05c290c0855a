#include "storage/sqlite/schema_versions.h"

namespace rw::storage::sqlite {

const char* const kSchemaVersion12 = R"sql(
-- What stands in blocks of events with consecutive ids (storage/sqlite/blocks.h); written by upkeep.
CREATE TABLE event_block (
  dataset  INTEGER NOT NULL,                  -- cim::Dataset
  block    INTEGER NOT NULL,
  events   INTEGER NOT NULL,
  earliest INTEGER NOT NULL,                  -- time of an event; microseconds UTC
  latest   INTEGER NOT NULL,
  PRIMARY KEY (dataset, block)
) WITHOUT ROWID;

CREATE TABLE event_block_part (
  id     INTEGER PRIMARY KEY,                 -- which part of which block: those of one part stand together
  counts BLOB NOT NULL
);
)sql";

}  // namespace rw::storage::sqlite
