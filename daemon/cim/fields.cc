#include "daemon/cim/fields.h"

#include "daemon/core/text.h"

namespace rw::cim {
namespace {

constexpr auto kText = FieldType::kText;
constexpr auto kNone = Fill::kNone;
constexpr auto kFill = Fill::kUnknown;

constexpr Field kRegistryFields[] = {
    {"_time", FieldType::kTime, kNone, "System/TimeCreated", "When the event happened"},
    {"action", kText, kFill, "EventType", "created, modified or deleted"},
    {"dest", kText, kFill, "System/Computer", "The machine whose registry changed"},
    {"user", kText, kFill, "User", "The acting account, without its domain"},
    {"process", kText, kFill, "", "Command line of the acting process (not in registry events)"},
    {"process_name", kText, kFill, "Image", "File name of the acting process"},
    {"process_exec", kText, kNone, "Image", "File name of the acting process"},
    {"process_path", kText, kNone, "Image", "Path of the acting process"},
    {"process_id", kText, kNone, "ProcessId", "Process id, decimal"},
    {"process_guid", kText, kNone, "ProcessGuid", "Sysmon's id of the process, braces kept"},
    {"process_hash", kText, kNone, "", "Hashes of the process image (not in registry events)"},
    {"parent_process", kText, kFill, "", "Command line of the parent (not in registry events)"},
    {"parent_process_name", kText, kFill, "", "File name of the parent (not in registry events)"},
    {"parent_process_exec", kText, kNone, "", "File name of the parent (not in registry events)"},
    {"parent_process_path", kText, kNone, "", "Path of the parent (not in registry events)"},
    {"parent_process_id", kText, kNone, "", "Process id of the parent (not in registry events)"},
    {"parent_process_guid", kText, kNone, "", "Sysmon's id of the parent (not in registry events)"},
    {"registry_hive", kText, kNone, "TargetObject", "CIM name of the hive, e.g. HKEY_LOCAL_MACHINE\\Software"},
    {"registry_path", kText, kFill, "TargetObject", "Key path, with the value name for value events"},
    {"registry_key_name", kText, kFill, "TargetObject", "Full path of the key"},
    {"registry_value_name", kText, kFill, "TargetObject", "Name of the value; (Default) for the unnamed one"},
    {"registry_value_data", kText, kFill, "Details", "Data written, DWORD and QWORD unwrapped to 0x…"},
    {"registry_value_text", kText, kNone, "", "Data as text (not in registry events)"},
    {"registry_value_type", kText, kFill, "Details", "REG_DWORD, REG_QWORD where known"},
    {"status", kText, kNone, "", "success"},
    {"vendor_product", kText, kFill, "System/Provider", "Microsoft Sysmon"},
};

constexpr Field kProcessesFields[] = {
    {"_time", FieldType::kTime, kNone, "System/TimeCreated", "When the process started"},
    {"action", kText, kNone, "", "allowed"},
    {"dest", kText, kFill, "System/Computer", "The machine on which the process started"},
    {"user", kText, kFill, "User", "The account, without its domain"},
    {"user_id", kText, kNone, "", "Account id (not in Sysmon events)"},
    {"parent_user", kText, kFill, "ParentUser", "Account of the parent, without its domain"},
    {"process", kText, kFill, "CommandLine", "Command line"},
    {"process_name", kText, kFill, "Image", "File name of the image"},
    {"process_exec", kText, kNone, "Image", "File name of the image"},
    {"process_path", kText, kNone, "Image", "Path of the image"},
    {"process_id", kText, kNone, "ProcessId", "Process id, decimal"},
    {"process_guid", kText, kNone, "ProcessGuid", "Sysmon's id of the process, braces kept"},
    {"process_hash", kText, kNone, "Hashes", "Hashes of the image, whole"},
    {"process_integrity_level", kText, kNone, "IntegrityLevel", "Lower case: low, medium, high, system"},
    {"process_current_directory", kText, kNone, "CurrentDirectory", "Working directory"},
    {"original_file_name", kText, kFill, "OriginalFileName", "Name from the image's version resource"},
    {"loaded_file", kText, kFill, "", "Loaded file (not in process-creation events)"},
    {"os", kText, kNone, "", "Operating system (not in the events)"},
    {"parent_process", kText, kFill, "ParentCommandLine", "Command line of the parent"},
    {"parent_process_name", kText, kFill, "ParentImage", "File name of the parent"},
    {"parent_process_exec", kText, kNone, "ParentImage", "File name of the parent"},
    {"parent_process_path", kText, kNone, "ParentImage", "Path of the parent"},
    {"parent_process_id", kText, kNone, "ParentProcessId", "Process id of the parent, decimal"},
    {"parent_process_guid", kText, kNone, "ParentProcessGuid", "Sysmon's id of the parent"},
    {"vendor_product", kText, kFill, "System/Provider", "Microsoft Sysmon"},
};

}  // namespace

std::optional<Dataset> find_dataset(std::string_view datamodel_name) {
  for (const Dataset dataset : {Dataset::kRegistry, Dataset::kProcesses}) {
    if (core::equals_ascii_nocase(datamodel_name, cim::datamodel_name(dataset))) return dataset;
  }
  return std::nullopt;
}

std::string_view dataset_prefix(Dataset dataset) { return dataset == Dataset::kRegistry ? "Registry" : "Processes"; }

std::string_view datamodel_name(Dataset dataset) {
  return dataset == Dataset::kRegistry ? "Endpoint.Registry" : "Endpoint.Processes";
}

std::span<const Field> fields(Dataset dataset) {
  return dataset == Dataset::kRegistry ? std::span<const Field>(kRegistryFields)
                                       : std::span<const Field>(kProcessesFields);
}

const Field* find_field(Dataset dataset, std::string_view name) {
  for (const Field& field : fields(dataset)) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

}  // namespace rw::cim
