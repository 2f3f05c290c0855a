// The database's schema as forward-only numbered migrations. schema_version holds one row per applied migration.
#pragma once

#include "daemon/core/result.h"
#include "storage/sqlite/connection.h"

namespace rw::storage::sqlite {

// Brings the database to the newest schema; all in one transaction; takes no lock where there is nothing to do.
// Sets the file's page size and journal mode where the file is new. Errors: Io, Busy, Unsupported (written by a newer
// regwarden).
core::Result<void> migrate(Connection& connection);
// The same up to an older version; for tests of the way from there.
core::Result<void> migrate(Connection& connection, int version);

// The newest version this program knows.
int newest_schema_version();

}  // namespace rw::storage::sqlite
