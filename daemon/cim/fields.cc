#include "daemon/cim/fields.h"

#include "daemon/core/text.h"

namespace rw::cim {
namespace {

constexpr auto kText = FieldType::kText;
constexpr auto kNone = Fill::kNone;
constexpr auto kFill = Fill::kUnknown;

constexpr Field kRegistryFields[] = {
    {"_time", FieldType::kTime, kNone, "System/TimeCreated", "When the event happened"},
    {"action", kText, kFill, "EventType, OperationType", "created, modified or deleted"},
    {"dest", kText, kFill, "System/Computer", "The machine whose registry changed"},
    {"user", kText, kFill, "User, SubjectUserName", "The acting account, without its domain"},
    {"process", kText, kFill, "", "Command line of the acting process (not in registry events)"},
    {"process_name", kText, kFill, "Image, ProcessName", "File name of the acting process"},
    {"process_exec", kText, kNone, "Image, ProcessName", "File name of the acting process"},
    {"process_path", kText, kNone, "Image, ProcessName", "Path of the acting process"},
    {"process_id", kText, kNone, "ProcessId", "Process id, decimal"},
    {"process_guid", kText, kNone, "ProcessGuid",
     "Sysmon's id of the process, braces kept; Security: SEC:<computer>:<process id>"},
    {"process_hash", kText, kNone, "", "Hashes of the process image (not in registry events)"},
    {"parent_process", kText, kFill, "", "Command line of the parent (not in registry events)"},
    {"parent_process_name", kText, kFill, "", "File name of the parent (not in registry events)"},
    {"parent_process_exec", kText, kNone, "", "File name of the parent (not in registry events)"},
    {"parent_process_path", kText, kNone, "", "Path of the parent (not in registry events)"},
    {"parent_process_id", kText, kNone, "", "Process id of the parent (not in registry events)"},
    {"parent_process_guid", kText, kNone, "", "Id of the parent (not in registry events)"},
    {"registry_hive", kText, kNone, "TargetObject, ObjectName",
     "CIM name of the hive, e.g. HKEY_LOCAL_MACHINE\\Software"},
    {"registry_path", kText, kFill, "TargetObject, ObjectName and ObjectValueName",
     "Key path, with the value name for value events"},
    {"registry_key_name", kText, kFill, "TargetObject, ObjectName", "Full path of the key"},
    {"registry_value_name", kText, kFill, "TargetObject, ObjectValueName",
     "Name of the value; (Default) for the unnamed one"},
    {"registry_value_data", kText, kFill, "Details, NewValue", "Data written, DWORD and QWORD as 0x…"},
    {"registry_value_text", kText, kNone, "", "Data as text (not in registry events)"},
    {"registry_value_type", kText, kFill, "Details, NewValueType",
     "REG_DWORD, REG_QWORD where Sysmon tells; Security: any"},
    {"status", kText, kNone, "", "success"},
    {"vendor_product", kText, kFill, "System/Provider", "Microsoft Sysmon or Microsoft Windows"},
};

constexpr Field kProcessesFields[] = {
    {"_time", FieldType::kTime, kNone, "System/TimeCreated", "When the process started"},
    {"action", kText, kNone, "", "allowed"},
    {"dest", kText, kFill, "System/Computer", "The machine on which the process started"},
    {"user", kText, kFill, "User, TargetUserName, SubjectUserName", "The account, without its domain"},
    {"user_id", kText, kNone, "", "Account id (not taken from the events)"},
    {"parent_user", kText, kFill, "ParentUser, SubjectUserName", "Account of the parent, without its domain"},
    {"process", kText, kFill, "CommandLine", "Command line"},
    {"process_name", kText, kFill, "Image, NewProcessName", "File name of the image"},
    {"process_exec", kText, kNone, "Image, NewProcessName", "File name of the image"},
    {"process_path", kText, kNone, "Image, NewProcessName", "Path of the image"},
    {"process_id", kText, kNone, "ProcessId, NewProcessId", "Process id, decimal"},
    {"process_guid", kText, kNone, "ProcessGuid",
     "Sysmon's id of the process, braces kept; Security: SEC:<computer>:<process id>"},
    {"process_hash", kText, kNone, "Hashes", "Hashes of the image, whole"},
    {"process_integrity_level", kText, kNone, "IntegrityLevel, MandatoryLabel",
     "Lower case: low, medium, high, system"},
    {"process_current_directory", kText, kNone, "CurrentDirectory", "Working directory"},
    {"original_file_name", kText, kFill, "OriginalFileName", "Name from the image's version resource"},
    {"loaded_file", kText, kFill, "", "Loaded file (not in process-creation events)"},
    {"os", kText, kNone, "", "Operating system (not in the events)"},
    {"parent_process", kText, kFill, "ParentCommandLine", "Command line of the parent"},
    {"parent_process_name", kText, kFill, "ParentImage, ParentProcessName", "File name of the parent"},
    {"parent_process_exec", kText, kNone, "ParentImage, ParentProcessName", "File name of the parent"},
    {"parent_process_path", kText, kNone, "ParentImage, ParentProcessName", "Path of the parent"},
    {"parent_process_id", kText, kNone, "ParentProcessId, ProcessId", "Process id of the parent, decimal"},
    {"parent_process_guid", kText, kNone, "ParentProcessGuid",
     "Sysmon's id of the parent; Security: SEC:<computer>:<process id>"},
    {"vendor_product", kText, kFill, "System/Provider", "Microsoft Sysmon or Microsoft Windows"},
};

constexpr Field kRegistryEventFields[] = {
    {"EventID", kText, kNone, "System/EventID", "Which kind of event"},
    {"Channel", kText, kNone, "System/Channel", "The log it stands in"},
    {"Provider_Name", kText, kNone, "System/Provider", "Who wrote it"},
    {"Computer", kText, kNone, "System/Computer", "The machine"},
    {"EventType", kText, kNone, "EventType",
     "Sysmon: SetValue, CreateKey, DeleteKey, DeleteValue, RenameKey, RenameValue"},
    {"TargetObject", kText, kNone, "TargetObject", "Key path, with the value name for value events"},
    {"Details", kText, kNone, "Details", "Data written, as Sysmon writes it: DWORD (0x00000001)"},
    {"NewName", kText, kNone, "NewName", "The new name of a renamed key or value"},
    {"Image", kText, kNone, "Image", "Path of the acting process"},
    {"ProcessId", kText, kNone, "ProcessId", "Process id, decimal"},
    {"ProcessGuid", kText, kNone, "ProcessGuid", "Sysmon's id of the process"},
    {"User", kText, kNone, "User", "The acting account with its domain"},
    {"RuleName", kText, kNone, "RuleName", "Of Sysmon's configuration"},
    {"ObjectName", kText, kNone, "ObjectName", "Security: the key, native path"},
    {"ObjectValueName", kText, kNone, "ObjectValueName", "Security: the value's name"},
    {"ObjectType", kText, kNone, "ObjectType", "Security: Key"},
    {"ObjectServer", kText, kNone, "ObjectServer", "Security: Security"},
    {"HandleId", kText, kNone, "HandleId", "Security: the handle"},
    {"OperationType", kText, kNone, "OperationType", "Security 4657: %%1904 to %%1906"},
    {"OldValueType", kText, kNone, "OldValueType", "Security 4657: type of the data before"},
    {"OldValue", kText, kNone, "OldValue", "Security 4657: data before"},
    {"NewValueType", kText, kNone, "NewValueType", "Security 4657: type of the data written"},
    {"NewValue", kText, kNone, "NewValue", "Security 4657: data written"},
    {"ProcessName", kText, kNone, "ProcessName", "Security: path of the acting process"},
    {"AccessMask", kText, kNone, "AccessMask", "Security 4656, 4663: what was asked"},
    {"AccessList", kText, kNone, "AccessList", "Security 4656, 4663: the same as codes"},
    {"SubjectUserSid", kText, kNone, "SubjectUserSid", "Security: id of the account"},
    {"SubjectUserName", kText, kNone, "SubjectUserName", "Security: the account"},
    {"SubjectDomainName", kText, kNone, "SubjectDomainName", "Security: its domain"},
    {"SubjectLogonId", kText, kNone, "SubjectLogonId", "Security: its session"},
};

constexpr Field kProcessEventFields[] = {
    {"EventID", kText, kNone, "System/EventID", "Which kind of event"},
    {"Channel", kText, kNone, "System/Channel", "The log it stands in"},
    {"Provider_Name", kText, kNone, "System/Provider", "Who wrote it"},
    {"Computer", kText, kNone, "System/Computer", "The machine"},
    {"RuleName", kText, kNone, "RuleName", "Of Sysmon's configuration"},
    {"Image", kText, kNone, "Image", "Path of the image"},
    {"CommandLine", kText, kNone, "CommandLine", "Command line"},
    {"CurrentDirectory", kText, kNone, "CurrentDirectory", "Working directory"},
    {"OriginalFileName", kText, kNone, "OriginalFileName", "Name from the image's version resource"},
    {"FileVersion", kText, kNone, "FileVersion", "From the image's version resource"},
    {"Description", kText, kNone, "Description", "From the image's version resource"},
    {"Product", kText, kNone, "Product", "From the image's version resource"},
    {"Company", kText, kNone, "Company", "From the image's version resource"},
    {"Hashes", kText, kNone, "Hashes", "MD5=…,SHA256=…"},
    {"IntegrityLevel", kText, kNone, "IntegrityLevel", "Low, Medium, High, System"},
    {"ProcessId", kText, kNone, "ProcessId", "Process id, decimal"},
    {"ProcessGuid", kText, kNone, "ProcessGuid", "Sysmon's id of the process"},
    {"User", kText, kNone, "User", "The account with its domain"},
    {"LogonGuid", kText, kNone, "LogonGuid", "Id of the session"},
    {"LogonId", kText, kNone, "LogonId", "Id of the session"},
    {"TerminalSessionId", kText, kNone, "TerminalSessionId", "Number of the session"},
    {"ParentImage", kText, kNone, "ParentImage", "Path of the parent"},
    {"ParentCommandLine", kText, kNone, "ParentCommandLine", "Command line of the parent"},
    {"ParentProcessId", kText, kNone, "ParentProcessId", "Process id of the parent, decimal"},
    {"ParentProcessGuid", kText, kNone, "ParentProcessGuid", "Sysmon's id of the parent"},
    {"ParentUser", kText, kNone, "ParentUser", "Account of the parent with its domain"},
    {"NewProcessName", kText, kNone, "NewProcessName", "Security 4688: path of the image"},
    {"NewProcessId", kText, kNone, "NewProcessId", "Security 4688: process id, hexadecimal"},
    {"ProcessCommandLine", kText, kNone, "CommandLine", "Command line"},
    {"ParentProcessName", kText, kNone, "ParentProcessName", "Security 4688: path of the parent"},
    {"MandatoryLabel", kText, kNone, "MandatoryLabel", "Security 4688: integrity as a SID"},
    {"TokenElevationType", kText, kNone, "TokenElevationType", "Security 4688: %%1936 to %%1938"},
    {"SubjectUserSid", kText, kNone, "SubjectUserSid", "Security: id of the creator's account"},
    {"SubjectUserName", kText, kNone, "SubjectUserName", "Security: the creator's account"},
    {"SubjectDomainName", kText, kNone, "SubjectDomainName", "Security: its domain"},
    {"SubjectLogonId", kText, kNone, "SubjectLogonId", "Security: its session"},
    {"TargetUserSid", kText, kNone, "TargetUserSid", "Security: id of the new process's account"},
    {"TargetUserName", kText, kNone, "TargetUserName", "Security: the new process's account"},
    {"TargetDomainName", kText, kNone, "TargetDomainName", "Security: its domain"},
    {"TargetLogonId", kText, kNone, "TargetLogonId", "Security: its session"},
};

constexpr Field kRiskFields[] = {
    {"_time", FieldType::kTime, kNone, "", "When what it is about happened"},
    {"source", kText, kNone, "", "The detection; what risk rules count"},
    {"search_name", kText, kNone, "", "The same"},
    {"risk_object", kText, kNone, "", "Who or what is at risk"},
    {"normalized_risk_object", kText, kNone, "",
     "risk_object in lower case; a host without its domain, a user without theirs"},
    {"risk_object_type", kText, kNone, "", "system, user or other"},
    {"risk_object_field", kText, kNone, "", "The result column it came from"},
    {"risk_score", FieldType::kNumber, kNone, "", "Score"},
    {"calculated_risk_score", FieldType::kNumber, kNone, "", "Score after risk factors; what risk rules add up"},
    {"risk_message", kText, kNone, "", "Message, filled in"},
    {"threat_object", FieldType::kList, kNone, "", "All threat objects of the row"},
    {"threat_object_type", FieldType::kList, kNone, "", "Their types"},
    {"analyticstories", FieldType::kList, kNone, "", "Analytic stories of the detection"},
    {"annotations.mitre_attack", FieldType::kList, kNone, "", "Technique ids"},
    {"annotations.mitre_attack.mitre_technique_id", FieldType::kList, kNone, "", "Technique ids"},
    {"annotations.mitre_attack.mitre_technique", FieldType::kList, kNone, "", "Names of the techniques"},
    {"annotations.mitre_attack.mitre_tactic", FieldType::kList, kNone, "",
     "Tactics of the techniques, as defense-evasion"},
    {"annotations.mitre_attack.mitre_tactic_id", FieldType::kList, kNone, "", "Their ids"},
    {"annotations.kill_chain_phases", FieldType::kList, kNone, "", "Kill chain phases of the tactics"},
    {"annotations._all", FieldType::kList, kNone, "annotations", "All annotations; made when rows are read"},
    {"annotations.cis20", FieldType::kList, kNone, "", "CIS controls"},
    {"annotations.nist", FieldType::kList, kNone, "", "NIST functions"},
    {"dest", kText, kNone, "", "Of the result row"},
    {"user", kText, kNone, "", "Of the result row"},
};

const Field* find(std::span<const Field> fields, std::string_view name) {
  for (const Field& field : fields) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

}  // namespace

std::optional<Dataset> find_dataset(std::string_view datamodel_name) {
  for (const Dataset dataset : kDatasets) {
    if (core::equals_ascii_nocase(datamodel_name, cim::datamodel_name(dataset))) return dataset;
  }
  return std::nullopt;
}

std::string_view dataset_prefix(Dataset dataset) {
  const std::string_view name = datamodel_name(dataset);
  return name.substr(name.find('.') + 1);
}

std::string_view datamodel_name(Dataset dataset) {
  switch (dataset) {
    case Dataset::kRegistry:
      return "Endpoint.Registry";
    case Dataset::kProcesses:
      return "Endpoint.Processes";
    case Dataset::kRisk:
      return "Risk.All_Risk";
  }
  return "";
}

std::span<const Field> fields(Dataset dataset) {
  switch (dataset) {
    case Dataset::kRegistry:
      return kRegistryFields;
    case Dataset::kProcesses:
      return kProcessesFields;
    case Dataset::kRisk:
      return kRiskFields;
  }
  return {};
}

const Field* find_field(Dataset dataset, std::string_view name) { return find(fields(dataset), name); }

std::span<const Field> event_fields(Dataset dataset) {
  switch (dataset) {
    case Dataset::kRegistry:
      return kRegistryEventFields;
    case Dataset::kProcesses:
      return kProcessEventFields;
    case Dataset::kRisk:
      return {};
  }
  return {};
}

const Field* find_event_field(Dataset dataset, std::string_view name) { return find(event_fields(dataset), name); }

}  // namespace rw::cim
