// The annotations of a finding: by which frameworks and stories a detection is known. Pure.
#pragma once

#include <string>
#include <vector>

#include "daemon/detect/detection.h"

namespace rw::detect {

// A JSON object of lists: mitre_attack, analytic_story, cis20, nist, type, data_source, cve; an empty list is left
// out. cis20 follows from the security domain, nist from the type (contentctl's rules).
std::string annotations_json(const Detection& detection, const std::vector<std::string>& cve);

}  // namespace rw::detect
