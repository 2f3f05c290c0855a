#include "storage/sqlite/schema_versions.h"

namespace rw::storage::sqlite {

const char* const kSchemaVersion9 = R"sql(
-- Up to which finding each channel of notifications has taken them up (storage/notification.h).
CREATE TABLE notify_channel (
  id         INTEGER PRIMARY KEY,
  channel    TEXT NOT NULL UNIQUE,
  time       INTEGER NOT NULL,                -- of the last change; microseconds UTC
  notable    INTEGER NOT NULL,                -- notables up to this id
  risk_event INTEGER NOT NULL
);

-- The messages of channels: those under way, and the newest of the others.
CREATE TABLE notification (
  id           INTEGER PRIMARY KEY,
  key          TEXT NOT NULL UNIQUE,
  created      INTEGER NOT NULL,
  channel      TEXT NOT NULL,
  kind         TEXT NOT NULL CHECK (kind IN ('notables', 'risk_events')),
  findings     INTEGER NOT NULL,
  ids          TEXT NOT NULL,                 -- of the findings, as ranges
  state        TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'failed', 'given_up', 'skipped')),
  attempts     INTEGER NOT NULL,
  next_attempt INTEGER,
  sent         INTEGER,
  error        TEXT
);
CREATE INDEX notification_waiting ON notification (channel) WHERE state = 'waiting';
)sql";

}  // namespace rw::storage::sqlite
