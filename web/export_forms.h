// Notables in the forms of others. Each takes a notable as the API shows it. Pure.
#pragma once

#include "web/render.h"

namespace rw::web {

// OCSF 1.3.0, Detection Finding (class_uid 2004) with the profile host;
// https://schema.ocsf.io/1.3.0/classes/detection_finding. Times are milliseconds. What the result row has besides
// stands in unmapped.
Json ocsf_finding(const Json& notable);

// Elastic Common Schema 8.11, event.kind alert. What the result row has besides stands in regwarden.row.
Json ecs_alert(const Json& notable);

}  // namespace rw::web
