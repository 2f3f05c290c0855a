#include "daemon/detect/annotations.h"

#include <nlohmann/json.hpp>

#include "daemon/detect/attack/attack.h"

namespace rw::detect {

std::string annotations_json(const Detection& detection, const std::vector<std::string>& cve,
                             const std::vector<std::string>& tactics) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  const auto add = [&json](const char* framework, const std::vector<std::string>& values) {
    if (!values.empty()) json[framework] = values;
  };
  add("mitre_attack", detection.mitre_attack_id);
  add("analytic_story", detection.analytic_story);
  add("cis20", {detection.security_domain == "network" ? "CIS 13" : "CIS 10"});
  add("nist", {detection.type == "TTP" ? "DE.CM" : "DE.AE"});
  add("type", {detection.type});
  add("data_source", detection.data_source);
  add("cve", cve);
  const attack::Coverage coverage = attack::coverage_of(detection.mitre_attack_id, tactics);
  add("mitre_attack.mitre_technique_id", coverage.technique_ids);
  add("mitre_attack.mitre_technique", coverage.techniques);
  add("mitre_attack.mitre_tactic", coverage.tactics);
  add("mitre_attack.mitre_tactic_id", coverage.tactic_ids);
  add("kill_chain_phases", coverage.kill_chain_phases);
  // A file may hold bytes that are not UTF-8: they must not throw here.
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace rw::detect
