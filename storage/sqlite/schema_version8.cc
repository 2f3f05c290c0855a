#include "storage/sqlite/schema_versions.h"

namespace rw::storage::sqlite {

const char* const kSchemaVersion8 = R"sql(
CREATE TABLE api_token (
  id         INTEGER PRIMARY KEY,
  name       TEXT NOT NULL,
  hash       TEXT NOT NULL UNIQUE,            -- SHA-256 of the token: nobody can read one here
  scopes     TEXT NOT NULL,                   -- JSON
  created    INTEGER NOT NULL,                -- microseconds UTC, as all times
  created_by TEXT NOT NULL,
  expires    INTEGER,
  last_used  INTEGER,                         -- to the minute
  revoked    INTEGER
);
CREATE UNIQUE INDEX api_token_name ON api_token (name) WHERE revoked IS NULL;

CREATE TABLE api_user (
  id         INTEGER PRIMARY KEY,
  name       TEXT NOT NULL UNIQUE COLLATE NOCASE,
  password   TEXT NOT NULL,                   -- argon2id
  scopes     TEXT NOT NULL,                   -- JSON
  created    INTEGER NOT NULL,
  last_login INTEGER,
  disabled   INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE api_session (
  hash      TEXT PRIMARY KEY,                 -- SHA-256 of what the cookie has
  user      INTEGER NOT NULL REFERENCES api_user,
  created   INTEGER NOT NULL,
  last_used INTEGER NOT NULL                  -- to the minute
) WITHOUT ROWID;
CREATE TRIGGER api_user_gone AFTER DELETE ON api_user BEGIN
  DELETE FROM api_session WHERE user = old.id;
END;
)sql";

}  // namespace rw::storage::sqlite
