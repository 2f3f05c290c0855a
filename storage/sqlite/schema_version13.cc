#include "storage/sqlite/schema_versions.h"

namespace rw::storage::sqlite {

// Whom a notable concerns, as the scheduler makes it of a result row: of its column, or of the risk object that a risk
// incident rule speaks of. Functions of our own are not there while the schema is changed.
#define RW_SUBJECT(name, type)                                                   \
  "nullif(ifnull(CASE json_type(row, '$." name                                   \
  "') WHEN 'array' THEN"                                                         \
  " (SELECT group_concat(value, char(10)) FROM json_each(row, '$." name          \
  "'))"                                                                          \
  " ELSE CAST(json_extract(row, '$." name                                        \
  "') AS TEXT) END,"                                                             \
  " CASE json_extract(row, '$.risk_object_type') WHEN '" type                    \
  "' THEN CASE json_type(row, '$.risk_object') WHEN 'array' THEN"                \
  " (SELECT group_concat(value, char(10)) FROM json_each(row, '$.risk_object'))" \
  " ELSE CAST(json_extract(row, '$.risk_object') AS TEXT) END END), '')"

const char* const kSchemaVersion13 =
    "ALTER TABLE notable ADD COLUMN urgency TEXT NOT NULL DEFAULT '';"  // always given; the default is for old rows
    "ALTER TABLE notable ADD COLUMN dest TEXT;"                         // hosts and users, a line each
    "ALTER TABLE notable ADD COLUMN user TEXT;"
    "DROP INDEX notable_time;"  // before the rows change: they are found by their ids
    "UPDATE notable SET urgency = severity,"
    " dest = CASE WHEN json_valid(row) THEN " RW_SUBJECT("dest", "system") " END,"
    " user = CASE WHEN json_valid(row) THEN " RW_SUBJECT("user", "user") " END;"
    "CREATE INDEX notable_time ON notable"
    " (time, urgency, severity, status, owner, disposition, dest, user, detection_id, detection, security_domain,"
    " rule_title);"
    // Of very many sources the few that rename keys: every search that looks at Details asks for them.
    "CREATE INDEX source_renames ON source (id) WHERE event_id = 14;";

}  // namespace rw::storage::sqlite
