#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/core/version.h"
#include "daemon/detect/attack/attack.h"
#include "web/export_forms.h"

namespace rw::web {
namespace {

constexpr std::string_view kEcsVersion = "8.11.0";

// CIM columns of the result row and what ECS calls them; dest and user are the notable's own.
struct EcsField {
  std::string_view column;
  const char* pointer;
};
constexpr EcsField kEcsFields[] = {
    {"registry_path", "/registry/path"},
    {"registry_key_name", "/registry/key"},
    {"registry_value_name", "/registry/value"},
    {"registry_value_data", "/registry/data/strings"},
    {"registry_value_type", "/registry/data/type"},
    {"process", "/process/command_line"},
    {"process_name", "/process/name"},
    {"process_path", "/process/executable"},
    {"process_guid", "/process/entity_id"},
    {"parent_process", "/process/parent/command_line"},
    {"parent_process_name", "/process/parent/name"},
    {"parent_process_path", "/process/parent/executable"},
    {"parent_process_guid", "/process/parent/entity_id"},
};

constexpr std::pair<std::string_view, int> kEcsSeverities[] = {
    {"informational", 1}, {"low", 21}, {"medium", 47}, {"high", 73}, {"critical", 99}};

Json member_of(const Json& object, const char* name) {
  const auto value = object.find(name);
  return value == object.end() ? Json() : *value;
}

void put(Json& document, const char* pointer, Json value) {
  if (!value.is_null()) document[Json::json_pointer(pointer)] = std::move(value);
}

// Several values as a list, one plain, none as null.
Json as_value(const Json& list) {
  if (list.empty()) return nullptr;
  return list.size() == 1 ? list[0] : list;
}

// A keyword field may have several values; no text of it may be missing.
Json as_list(const Json& value) { return value.is_array() || value.is_null() ? value : Json::array({value}); }

void put_threat(Json& document, const Json& annotations) {
  std::vector<std::string> ids;
  for (const Json& id : list_in(annotations, "mitre_attack")) {
    if (id.is_string()) ids.push_back(id.get<std::string>());
  }
  if (ids.empty()) return;
  const detect::attack::Coverage coverage = detect::attack::coverage_of(ids);
  Json& threat = document["threat"];
  threat["framework"] = "MITRE ATT&CK";
  for (const std::string& id : ids) {
    const auto* const technique = detect::attack::find_technique(id);
    const bool is_sub = detect::attack::parent_of(id) != id;
    Json& place = is_sub ? threat["technique"]["subtechnique"] : threat["technique"];
    place["id"].push_back(id);
    if (technique != nullptr) place["name"].push_back(technique->name);
  }
  if (!coverage.tactic_ids.empty()) {
    threat["tactic"] = {{"id", coverage.tactic_ids}, {"name", coverage.tactics}};
  }
}

}  // namespace

Json ecs_alert(const Json& notable) {
  const Json row = object_in(notable, "row");
  const Json annotations = object_in(notable, "annotations");
  Json alert = Json::object();
  put(alert, "/@timestamp", member_of(notable, "time"));
  alert["ecs"] = {{"version", kEcsVersion}};
  put(alert, "/message", member_of(notable, "rule_title"));

  Json& event = alert["event"];
  event["kind"] = "alert";
  event["category"] = Json::array({"intrusion_detection"});
  if (row.contains("registry_path") || row.contains("registry_key_name")) event["category"].push_back("registry");
  if (row.contains("process") || row.contains("process_name")) event["category"].push_back("process");
  event["type"] = Json::array({"info"});
  event["module"] = "regwarden";
  event["dataset"] = "regwarden.notable";
  event["provider"] = "regwarden";
  put(alert, "/event/id", member_of(notable, "identity"));
  put(alert, "/event/created", member_of(notable, "created"));
  put(alert, "/event/start", member_of(notable, "earliest"));
  put(alert, "/event/end", member_of(notable, "latest"));
  const std::string severity = notable.value("severity", std::string());
  for (const auto& [name, number] : kEcsSeverities) {
    if (name == severity) alert["event"]["severity"] = number;
  }

  put(alert, "/rule/uuid", member_of(notable, "detection_id"));
  put(alert, "/rule/name", member_of(notable, "detection"));
  put(alert, "/rule/description", member_of(notable, "rule_description"));
  alert["rule"]["version"] = std::to_string(notable.value("detection_version", std::int64_t{0}));
  put_threat(alert, annotations);

  Json rest = Json::object();
  for (const auto& [column, value] : row.items()) {
    bool is_mapped = column == "dest" || column == "user";
    for (const EcsField& field : kEcsFields) {
      if (field.column != column) continue;
      is_mapped = true;
      put(alert, field.pointer, column == "registry_value_data" ? as_list(value) : value);
    }
    if (!is_mapped) rest[column] = value;
  }
  const Json hosts = lines_in(notable, "dest");
  const Json users = lines_in(notable, "user");
  put(alert, "/host/name", as_value(hosts));
  put(alert, "/host/hostname", as_value(hosts));
  put(alert, "/user/name", as_value(users));
  if (!hosts.empty()) alert["related"]["hosts"] = hosts;
  if (!users.empty()) alert["related"]["user"] = users;
  alert["observer"] = {{"vendor", "regwarden"}, {"product", "regwarden"}, {"version", core::kVersion}};
  alert["regwarden"] = {{"id", member_of(notable, "id")},
                        {"severity", severity},
                        {"urgency", member_of(notable, "urgency")},
                        {"status", member_of(notable, "status")},
                        {"owner", member_of(notable, "owner")},
                        {"disposition", member_of(notable, "disposition")},
                        {"row", std::move(rest)}};
  return alert;
}

}  // namespace rw::web
