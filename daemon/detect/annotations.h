// The annotations of a finding: by which frameworks and stories a detection is known. Pure.
#pragma once

#include <string>
#include <vector>

#include "daemon/detect/detection.h"

namespace rw::detect {

// A JSON object of lists: mitre_attack (technique ids), analytic_story, cis20, nist, type, data_source, cve; an empty
// list is left out. cis20 follows from the security domain, nist from the type (contentctl's rules). What ES adds by
// lookup is there too: mitre_attack.mitre_technique_id, .mitre_technique (names), .mitre_tactic (as
// "defense-evasion"), .mitre_tactic_id and kill_chain_phases; a technique that we do not know has an id only.
// tactics: those that the rule names itself (Sigma's tags), besides those of its techniques.
std::string annotations_json(const Detection& detection, const std::vector<std::string>& cve,
                             const std::vector<std::string>& tactics = {});

}  // namespace rw::detect
