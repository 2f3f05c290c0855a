#include "storage/sqlite/schema_versions.h"

namespace rw::storage::sqlite {

// A row of a finding has some KiB of JSON: lists that are sorted, and counts over months, would read all of it. Of
// events there are too many for more than their times.
const char* const kSchemaVersion11 = R"sql(
DROP INDEX risk_event_time;
CREATE INDEX risk_event_time ON risk_event
  (time, normalized_risk_object, risk_object, risk_object_type, calculated_risk_score, risk_score, detection_id,
   detection);
DROP INDEX notable_time;
CREATE INDEX notable_time ON notable
  (time, severity, status, owner, disposition, detection_id, detection, security_domain, rule_title);
CREATE INDEX run_time ON run (scheduled_time, status, kind, detection_id, detection, result_count);
)sql";

}  // namespace rw::storage::sqlite
