#include "daemon/detect/annotations.h"

#include <nlohmann/json.hpp>

namespace rw::detect {

std::string annotations_json(const Detection& detection, const std::vector<std::string>& cve) {
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
  // A file may hold bytes that are not UTF-8: they must not throw here.
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace rw::detect
