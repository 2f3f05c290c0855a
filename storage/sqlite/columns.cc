#include "storage/sqlite/columns.h"

#include <fmt/format.h>

#include <span>

namespace rw::storage::sqlite {
namespace {

#define RW_TERM(id) "(SELECT text FROM term WHERE id = " id ")"
// What follows the last backslash; NULL when nothing does.
#define RW_LAST_SEGMENT(path) "nullif(replace(" path ", rtrim(" path ", replace(" path ", '\\', '')), ''), '')"
// NULL where the text is no JSON object, as most terms are none.
#define RW_MEMBER(json, name) \
  "CASE WHEN substr(" json ", 1, 1) = '{' AND json_valid(" json ") THEN json_extract(" json ", '$.\"" name "\"') END"
#define RW_KEY RW_TERM("d.key_name")
#define RW_PATH RW_KEY " || ifnull('\\' || " RW_TERM("d.value_name") ", '')"
#define RW_ACCOUNT(domain, user) "ifnull(" RW_TERM(domain) " || '\\', '') || " RW_TERM(user)
#define RW_VENDOR_PRODUCT \
  "CASE " RW_TERM("d.provider") " COLLATE NOCASE"                        \
  " WHEN 'Microsoft-Windows-Sysmon' THEN 'Microsoft Sysmon'"             \
  " WHEN 'Microsoft-Windows-Security-Auditing' THEN 'Microsoft Windows'" \
  " ELSE " RW_TERM("d.provider") " END"
// Lists of a risk event; an empty one is null.
#define RW_THREAT(member)                                          \
  "(SELECT nullif(json_group_array(json_extract(value, '$." member \
  "')), '[]') "                                                    \
  "FROM json_each(CASE WHEN json_valid(e.threat_objects) THEN e.threat_objects END))"
#define RW_ANNOTATION(name)                                                           \
  "CASE WHEN json_valid(e.annotations) THEN CASE json_type(e.annotations, '$.\"" name \
  "\"') WHEN 'array' THEN nullif("                                                    \
  "json_extract(e.annotations, '$.\"" name "\"'), '[]') END END"
// A column of the result row; several values as one text, a line each.
#define RW_RESULT(name)                                             \
  "CASE WHEN json_valid(e.row) THEN CASE json_type(e.row, '$." name \
  "') WHEN 'array' THEN (SELECT "                                   \
  "rw_lines(value) FROM json_each(e.row, '$." name "')) ELSE CAST(json_extract(e.row, '$." name "') AS TEXT) END END"

constexpr Column kRegistry[] = {
    {"_time", Place::kTime},
    {"action", Place::kTerm, "e.action"},
    {"dest", Place::kSource, RW_TERM("d.computer")},
    {"user", Place::kActor, RW_TERM("d.user")},
    {"process_name", Place::kActor, RW_LAST_SEGMENT(RW_TERM("d.process_path"))},
    {"process_exec", Place::kActor, RW_LAST_SEGMENT(RW_TERM("d.process_path"))},
    {"process_path", Place::kActor, RW_TERM("d.process_path")},
    {"process_id", Place::kActor, RW_TERM("d.process_id")},
    {"process_guid", Place::kActor, RW_TERM("d.process_guid")},
    {"registry_hive", Place::kPath,
     "CASE WHEN " RW_KEY " || '\\' LIKE 'HKLM\\System\\%' THEN 'HKEY_LOCAL_MACHINE\\System'"
     " WHEN " RW_KEY " || '\\' LIKE 'HKLM\\SOFTWARE\\%' OR " RW_KEY
     " || '\\' LIKE 'HKCR\\%' THEN 'HKEY_LOCAL_MACHINE\\Software'"
     " WHEN " RW_KEY " || '\\' LIKE 'HKLM\\SAM\\%' THEN 'HKEY_LOCAL_MACHINE\\SAM'"
     " WHEN " RW_KEY " || '\\' LIKE 'HKLM\\SECURITY\\%' THEN 'HKEY_LOCAL_MACHINE\\Security'"
     " WHEN " RW_KEY " || '\\' LIKE 'HKU\\.DEFAULT\\%' THEN 'HKEY_USERS\\.DEFAULT'"
     " WHEN " RW_KEY " || '\\' LIKE 'HKU\\%' THEN 'HKEY_CURRENT_USER'"
     " WHEN " RW_KEY " || '\\' LIKE 'HKCC\\%' THEN 'HKEY_CURRENT_CONFIG' END"},
    {"registry_path", Place::kPath, RW_PATH},
    {"registry_key_name", Place::kPath, RW_KEY},
    {"registry_value_name", Place::kPath, RW_TERM("d.value_name")},
    {"registry_value_data", Place::kMixed, "e.value_data", Part::kUnwrapped},
    {"registry_value_type", Place::kTerm, "e.value_type"},
    {"status", Place::kConstant, "success"},
    {"vendor_product", Place::kSource, RW_VENDOR_PRODUCT},
    // The events' own fields.
    {"EventID", Place::kSource, "CAST(d.event_id AS TEXT)"},
    {"Channel", Place::kSource, RW_TERM("d.channel")},
    {"Provider_Name", Place::kSource, RW_TERM("d.provider")},
    {"Computer", Place::kSource, RW_TERM("d.computer")},
    {"EventType", Place::kSource, RW_TERM("d.event_type")},
    {"RuleName", Place::kSource, RW_MEMBER(RW_TERM("d.envelope"), "RuleName")},
    {"TargetObject", Place::kPath, RW_PATH},
    {"Details", Place::kMixed, kDetails},
    {"NewName", Place::kMixed, kNewName},
    {"Image", Place::kActor, RW_TERM("d.process_path")},
    {"ProcessName", Place::kActor, RW_TERM("d.process_path")},
    {"ProcessId", Place::kActor, RW_TERM("d.process_id")},
    {"ProcessGuid", Place::kActor, RW_TERM("d.process_guid")},
    {"User", Place::kActor, RW_ACCOUNT("d.user_domain", "d.user")},
    {"ObjectName", Place::kMixed, "e.extra", Part::kMember},
    {"ObjectValueName", Place::kMixed, "e.extra", Part::kMember},
    {"ObjectType", Place::kMixed, "e.extra", Part::kMember},
    {"ObjectServer", Place::kMixed, "e.extra", Part::kMember},
    {"HandleId", Place::kMixed, "e.extra", Part::kMember},
    {"OperationType", Place::kMixed, "e.extra", Part::kMember},
    {"OldValueType", Place::kMixed, "e.extra", Part::kMember},
    {"OldValue", Place::kMixed, "e.extra", Part::kMember},
    {"NewValueType", Place::kMixed, "e.extra", Part::kMember},
    {"NewValue", Place::kMixed, "e.extra", Part::kMember},
    {"AccessMask", Place::kMixed, "e.extra", Part::kMember},
    {"AccessList", Place::kMixed, "e.extra", Part::kMember},
    {"SubjectUserSid", Place::kMixed, "e.extra", Part::kMember},
    {"SubjectUserName", Place::kMixed, "e.extra", Part::kMember},
    {"SubjectDomainName", Place::kMixed, "e.extra", Part::kMember},
    {"SubjectLogonId", Place::kMixed, "e.extra", Part::kMember},
};

constexpr Column kProcesses[] = {
    {"_time", Place::kTime},
    {"action", Place::kConstant, "allowed"},
    {"dest", Place::kSource, RW_TERM("d.computer")},
    {"user", Place::kTerm, "e.user"},
    {"parent_user", Place::kTerm, "e.parent_user"},
    {"process", Place::kMixed, "e.process"},
    {"process_name", Place::kTerm, "e.process_path", Part::kLastSegment},
    {"process_exec", Place::kTerm, "e.process_path", Part::kLastSegment},
    {"process_path", Place::kTerm, "e.process_path"},
    {"process_id", Place::kTerm, "e.process_id"},
    {"process_guid", Place::kMixed, "e.process_guid"},
    {"process_hash", Place::kTerm, "e.process_hash"},
    {"process_integrity_level", Place::kTerm, "e.process_integrity_level"},
    {"process_current_directory", Place::kMixed, "e.process_current_directory"},
    {"original_file_name", Place::kTerm, "e.original_file_name"},
    {"parent_process", Place::kMixed, "e.parent_process"},
    {"parent_process_name", Place::kTerm, "e.parent_process_path", Part::kLastSegment},
    {"parent_process_exec", Place::kTerm, "e.parent_process_path", Part::kLastSegment},
    {"parent_process_path", Place::kTerm, "e.parent_process_path"},
    {"parent_process_id", Place::kTerm, "e.parent_process_id"},
    {"parent_process_guid", Place::kMixed, "e.parent_process_guid"},
    {"vendor_product", Place::kSource, RW_VENDOR_PRODUCT},
    // The events' own fields.
    {"EventID", Place::kSource, "CAST(d.event_id AS TEXT)"},
    {"Channel", Place::kSource, RW_TERM("d.channel")},
    {"Provider_Name", Place::kSource, RW_TERM("d.provider")},
    {"Computer", Place::kSource, RW_TERM("d.computer")},
    {"RuleName", Place::kSource, RW_MEMBER(RW_TERM("d.envelope"), "RuleName")},
    {"Image", Place::kTerm, "e.process_path"},
    {"NewProcessName", Place::kTerm, "e.process_path"},
    {"CommandLine", Place::kMixed, "e.process"},
    {"ProcessCommandLine", Place::kMixed, "e.process"},
    {"CurrentDirectory", Place::kMixed, "e.process_current_directory"},
    {"OriginalFileName", Place::kTerm, "e.original_file_name"},
    {"FileVersion", Place::kTerm, "e.image_version", Part::kMember},
    {"Description", Place::kTerm, "e.image_version", Part::kMember},
    {"Product", Place::kTerm, "e.image_version", Part::kMember},
    {"Company", Place::kTerm, "e.image_version", Part::kMember},
    {"Hashes", Place::kTerm, "e.process_hash"},
    {"IntegrityLevel", Place::kTerm, "e.process_integrity_level"},
    {"ProcessId", Place::kTerm, "e.process_id"},
    {"ProcessGuid", Place::kMixed, "e.process_guid"},
    {"User", Place::kText, RW_ACCOUNT("e.user_domain", "e.user")},
    {"LogonGuid", Place::kTerm, "e.session", Part::kMember},
    {"LogonId", Place::kTerm, "e.session", Part::kMember},
    {"TerminalSessionId", Place::kTerm, "e.session", Part::kMember},
    {"ParentImage", Place::kTerm, "e.parent_process_path"},
    {"ParentProcessName", Place::kTerm, "e.parent_process_path"},
    {"ParentCommandLine", Place::kMixed, "e.parent_process"},
    {"ParentProcessId", Place::kTerm, "e.parent_process_id"},
    {"ParentProcessGuid", Place::kMixed, "e.parent_process_guid"},
    {"ParentUser", Place::kText, RW_ACCOUNT("e.parent_user_domain", "e.parent_user")},
    {"NewProcessId", Place::kMixed, "e.extra", Part::kMember},
    {"MandatoryLabel", Place::kMixed, "e.extra", Part::kMember},
    {"TokenElevationType", Place::kMixed, "e.extra", Part::kMember},
    {"SubjectUserSid", Place::kMixed, "e.extra", Part::kMember},
    {"SubjectUserName", Place::kMixed, "e.extra", Part::kMember},
    {"SubjectDomainName", Place::kMixed, "e.extra", Part::kMember},
    {"SubjectLogonId", Place::kMixed, "e.extra", Part::kMember},
    {"TargetUserSid", Place::kMixed, "e.extra", Part::kMember},
    {"TargetUserName", Place::kMixed, "e.extra", Part::kMember},
    {"TargetDomainName", Place::kMixed, "e.extra", Part::kMember},
    {"TargetLogonId", Place::kMixed, "e.extra", Part::kMember},
};

constexpr Column kRisk[] = {
    {"_time", Place::kTime},
    {"source", Place::kText, "e.detection"},
    {"search_name", Place::kText, "e.detection"},
    {"risk_object", Place::kText, "e.risk_object"},
    {"normalized_risk_object", Place::kText, "e.normalized_risk_object"},
    {"risk_object_type", Place::kText, "e.risk_object_type"},
    {"risk_object_field", Place::kText, "e.risk_object_field"},
    {"risk_score", Place::kText, "e.risk_score"},
    {"calculated_risk_score", Place::kText, "e.calculated_risk_score"},
    {"risk_message", Place::kText, "e.risk_message"},
    {"threat_object", Place::kList, RW_THREAT("threat_object")},
    {"threat_object_type", Place::kList, RW_THREAT("threat_object_type")},
    {"analyticstories", Place::kList, RW_ANNOTATION("analytic_story")},
    {"annotations.mitre_attack", Place::kList, RW_ANNOTATION("mitre_attack")},
    {"annotations.mitre_attack.mitre_technique_id", Place::kList, RW_ANNOTATION("mitre_attack.mitre_technique_id")},
    {"annotations.mitre_attack.mitre_technique", Place::kList, RW_ANNOTATION("mitre_attack.mitre_technique")},
    {"annotations.mitre_attack.mitre_tactic", Place::kList, RW_ANNOTATION("mitre_attack.mitre_tactic")},
    {"annotations.mitre_attack.mitre_tactic_id", Place::kList, RW_ANNOTATION("mitre_attack.mitre_tactic_id")},
    {"annotations.kill_chain_phases", Place::kList, RW_ANNOTATION("kill_chain_phases")},
    {"annotations.cis20", Place::kList, RW_ANNOTATION("cis20")},
    {"annotations.nist", Place::kList, RW_ANNOTATION("nist")},
    {"dest", Place::kText, RW_RESULT("dest")},
    {"user", Place::kText, RW_RESULT("user")},
};

std::span<const Column> columns(cim::Dataset dataset) {
  switch (dataset) {
    case cim::Dataset::kRegistry:
      return kRegistry;
    case cim::Dataset::kProcesses:
      return kProcesses;
    case cim::Dataset::kRisk:
      return kRisk;
  }
  return {};
}

}  // namespace

Column column_of(cim::Dataset dataset, const cim::Field& field) {
  for (const Column& column : columns(dataset)) {
    if (column.field == field.name) return column;
  }
  return {.field = field.name};
}

std::string part_of(const Column& column, std::string_view term) {
  switch (column.part) {
    case Part::kWhole:
      break;
    case Part::kLastSegment:
      return fmt::format(RW_LAST_SEGMENT("{0}"), term);
    case Part::kMember:
      return fmt::format(
          "CASE WHEN substr({0}, 1, 1) = '{{' AND json_valid({0}) THEN json_extract({0}, '$.\"{1}\"') END", term,
          column.field);
    case Part::kUnwrapped:
      return fmt::format(
          "CASE WHEN substr({0}, 2, 8) = 'WORD (0x' AND substr({0}, 1, 1) IN ('D', 'Q') AND substr({0}, -1) = ')'"
          " AND rtrim(substr({0}, 8, length({0}) - 8), '0123456789ABCDEFabcdefx-') = ''"
          " THEN substr({0}, 8, length({0}) - 8) ELSE {0} END",
          term);
  }
  return std::string(term);
}

std::string part_of_own(const Column& column, std::string_view text) {
  return column.part == Part::kUnwrapped ? std::string(text) : part_of(column, text);
}

std::string_view table_of(cim::Dataset dataset) {
  switch (dataset) {
    case cim::Dataset::kRegistry:
      return "registry_event";
    case cim::Dataset::kProcesses:
      return "process_event";
    case cim::Dataset::kRisk:
      return "risk_event";
  }
  return "";
}

std::string since(std::string_view earliest) {
  return fmt::format("e.time >= {0} AND {1} >= {0} / 1000000", earliest, kSecond);
}

std::string before(std::string_view latest) {
  return fmt::format("e.time < {0} AND {1} <= {0} / 1000000", latest, kSecond);
}

Dimension dimension_of(Place place) {
  switch (place) {
    case Place::kPath:
      return {"registry_path", "e.path"};
    case Place::kActor:
      return {"actor", "e.actor"};
    default:
      return {"source", "e.source"};
  }
}

}  // namespace rw::storage::sqlite
