#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/core/time.h"
#include "daemon/core/version.h"
#include "daemon/detect/attack/attack.h"
#include "web/export_forms.h"

namespace rw::web {
namespace {

constexpr int kFindings = 2;             // category_uid
constexpr int kDetectionFinding = 2004;  // class_uid
constexpr std::string_view kSchemaVersion = "1.3.0";
constexpr std::string_view kAttackVersion = "15";

struct Caption {
  std::string_view ours;
  int id;
  std::string_view caption;
};

constexpr Caption kSeverities[] = {{"informational", 1, "Informational"},
                                   {"low", 2, "Low"},
                                   {"medium", 3, "Medium"},
                                   {"high", 4, "High"},
                                   {"critical", 5, "Critical"}};
constexpr Caption kUnknownSeverity{"", 0, "Unknown"};
constexpr Caption kStatuses[] = {{"new", 1, "New"},
                                 {"in_progress", 2, "In Progress"},
                                 {"pending", 2, "In Progress"},
                                 {"resolved", 4, "Resolved"},
                                 {"closed", 4, "Resolved"}};
constexpr Caption kUnknownStatus{"", 0, "Unknown"};
constexpr Caption kCreate{"new", 1, "Create"};
constexpr Caption kUpdate{"", 2, "Update"};
constexpr Caption kClose{"closed", 3, "Close"};

template <std::size_t kCount>
const Caption& caption_of(const Caption (&captions)[kCount], std::string_view ours, const Caption& unknown) {
  const auto* const found = std::ranges::find(captions, ours, &Caption::ours);
  return found == std::end(captions) ? unknown : *found;
}

std::string member_text(const Json& object, const char* member) {
  const auto value = object.find(member);
  return value != object.end() && value->is_string() ? value->get<std::string>() : std::string();
}

std::int64_t milliseconds_of(const Json& object, const char* member) {
  const auto time = core::parse_iso8601(member_text(object, member));
  return time.ok() ? core::to_us(*time) / 1000 : 0;
}

Json attacks_of(const Json& annotations) {
  Json attacks = Json::array();
  for (const Json& id : list_in(annotations, "mitre_attack")) {
    const auto* const technique =
        id.is_string() ? detect::attack::find_technique(id.get_ref<const std::string&>()) : nullptr;
    if (technique == nullptr) continue;
    const std::string_view parent_id = detect::attack::parent_of(technique->id);
    const auto* const parent = detect::attack::find_technique(parent_id);
    for (const detect::attack::Tactic* tactic : technique->tactics) {
      Json& attack = attacks.emplace_back();
      attack["version"] = kAttackVersion;
      attack["tactic"] = {{"uid", tactic->id}, {"name", tactic->name}};
      attack["technique"] = {{"uid", parent_id}};
      if (parent != nullptr) attack["technique"]["name"] = parent->name;
      if (parent_id != technique->id) attack["sub_technique"] = {{"uid", technique->id}, {"name", technique->name}};
    }
  }
  return attacks;
}

// What a column of the result row is to somebody who looks for indicators.
struct Observable {
  std::string_view column;
  int type_id;
  std::string_view type;
};
constexpr Observable kObservables[] = {{"dest", 1, "Hostname"},
                                       {"user", 4, "User Name"},
                                       {"process_name", 9, "Process Name"},
                                       {"parent_process_name", 9, "Process Name"},
                                       {"registry_path", 28, "Registry Key"},
                                       {"registry_key_name", 28, "Registry Key"},
                                       {"registry_value_name", 29, "Registry Value"}};

// A column of the row can have several values.
template <class Use>
void for_each_text(const Json& row, std::string_view column, const Use& use) {
  const auto value = row.find(std::string(column));
  if (value == row.end()) return;
  if (value->is_string()) use(value->get_ref<const std::string&>());
  if (!value->is_array()) return;
  for (const Json& one : *value) {
    if (one.is_string()) use(one.get_ref<const std::string&>());
  }
}

Json observables_of(Json row, const Json& hosts, const Json& users) {
  row["dest"] = hosts;
  row["user"] = users;

  Json observables = Json::array();
  for (const Observable& observable : kObservables) {
    for_each_text(row, observable.column, [&](const std::string& text) {
      observables.push_back(
          {{"name", observable.column}, {"type_id", observable.type_id}, {"type", observable.type}, {"value", text}});
    });
  }
  return observables;
}

}  // namespace

Json ocsf_finding(const Json& notable) {
  const Json row = object_in(notable, "row");
  const Json annotations = object_in(notable, "annotations");
  const std::string status = member_text(notable, "status");
  const Caption& severity = caption_of(kSeverities, member_text(notable, "severity"), kUnknownSeverity);
  const Caption& state = caption_of(kStatuses, status, kUnknownStatus);
  const Caption& activity = status == kCreate.ours ? kCreate : (status == kClose.ours ? kClose : kUpdate);
  const int type = kDetectionFinding * 100 + activity.id;

  Json finding_info = {{"uid", member_text(notable, "identity")},
                       {"title", member_text(notable, "rule_title")},
                       {"desc", member_text(notable, "rule_description")},
                       {"created_time", milliseconds_of(notable, "created")},
                       {"first_seen_time", milliseconds_of(notable, "time")},
                       {"analytic",
                        {{"uid", member_text(notable, "detection_id")},
                         {"name", member_text(notable, "detection")},
                         {"type_id", 1},
                         {"type", "Rule"},
                         {"version", std::to_string(notable.value("detection_version", std::int64_t{0}))}}},
                       {"data_sources", Json::array({"Windows event logs"})}};
  Json attacks = attacks_of(annotations);
  if (!attacks.empty()) finding_info["attacks"] = std::move(attacks);

  Json finding = {{"category_uid", kFindings},
                  {"category_name", "Findings"},
                  {"class_uid", kDetectionFinding},
                  {"class_name", "Detection Finding"},
                  {"activity_id", activity.id},
                  {"activity_name", activity.caption},
                  {"type_uid", type},
                  {"type_name", "Detection Finding: " + std::string(activity.caption)},
                  {"time", milliseconds_of(notable, "time")},
                  {"start_time", milliseconds_of(notable, "earliest")},
                  {"end_time", milliseconds_of(notable, "latest")},
                  {"severity_id", severity.id},
                  {"severity", severity.caption},
                  {"status_id", state.id},
                  {"status", state.caption},
                  {"message", member_text(notable, "rule_title")},
                  {"metadata",
                   {{"version", kSchemaVersion},
                    {"uid", member_text(notable, "identity")},
                    {"profiles", Json::array({"host"})},
                    {"logged_time", milliseconds_of(notable, "created")},
                    {"product", {{"name", "regwarden"}, {"vendor_name", "regwarden"}, {"version", core::kVersion}}}}},
                  {"finding_info", std::move(finding_info)}};
  if (status != "new") finding["status_detail"] = status;
  const Json hosts = lines_in(notable, "dest");
  if (!hosts.empty()) {
    finding["device"] = {{"hostname", hosts[0]}, {"type_id", 0}, {"type", "Unknown"}};
    finding["resources"] = Json::array({{{"name", hosts[0]}, {"type", "host"}}});
  }
  Json observables = observables_of(row, hosts, lines_in(notable, "user"));
  if (!observables.empty()) finding["observables"] = std::move(observables);
  finding["unmapped"] = {{"id", notable.value("id", std::int64_t{0})},
                         {"owner", member_text(notable, "owner")},
                         {"disposition", member_text(notable, "disposition")},
                         {"security_domain", member_text(notable, "security_domain")},
                         {"urgency", member_text(notable, "urgency")},
                         {"row", row}};
  return finding;
}

}  // namespace rw::web
