#include "daemon/ingest/decode/event_fields.h"

#include <cstddef>

#include "daemon/ingest/decode/provider.h"

namespace rw::ingest {
namespace {

// --- Sysmon: a label is the field's name --------------------------------------------------------------------------

constexpr MessageLabel kProcessCreate[] = {
    {"RuleName", "RuleName", false},
    {"UtcTime", "UtcTime"},
    {"ProcessGuid", "ProcessGuid"},
    {"ProcessId", "ProcessId"},
    {"Image", "Image"},
    {"FileVersion", "FileVersion", false},
    {"Description", "Description", false},
    {"Product", "Product", false},
    {"Company", "Company", false},
    {"OriginalFileName", "OriginalFileName", false},
    {"CommandLine", "CommandLine"},
    {"CurrentDirectory", "CurrentDirectory", true, true},
    {"User", "User"},
    {"LogonGuid", "LogonGuid"},
    {"LogonId", "LogonId"},
    {"TerminalSessionId", "TerminalSessionId"},
    {"IntegrityLevel", "IntegrityLevel"},
    {"Hashes", "Hashes"},
    {"ParentProcessGuid", "ParentProcessGuid"},
    {"ParentProcessId", "ParentProcessId"},
    {"ParentImage", "ParentImage"},
    {"ParentCommandLine", "ParentCommandLine"},
    {"ParentUser", "ParentUser", false, true},
};

constexpr MessageLabel kKeyEvent[] = {
    {"RuleName", "RuleName", false},  {"EventType", "EventType"},    {"UtcTime", "UtcTime"},
    {"ProcessGuid", "ProcessGuid"},   {"ProcessId", "ProcessId"},    {"Image", "Image"},
    {"TargetObject", "TargetObject"}, {"User", "User", false, true},
};

constexpr MessageLabel kValueSet[] = {
    {"RuleName", "RuleName", false},  {"EventType", "EventType"}, {"UtcTime", "UtcTime"},
    {"ProcessGuid", "ProcessGuid"},   {"ProcessId", "ProcessId"}, {"Image", "Image"},
    {"TargetObject", "TargetObject"}, {"Details", "Details"},     {"User", "User", false, true},
};

constexpr MessageLabel kRename[] = {
    {"RuleName", "RuleName", false},  {"EventType", "EventType"}, {"UtcTime", "UtcTime"},
    {"ProcessGuid", "ProcessGuid"},   {"ProcessId", "ProcessId"}, {"Image", "Image"},
    {"TargetObject", "TargetObject"}, {"NewName", "NewName"},     {"User", "User", false, true},
};

template <std::size_t kCount>
struct Names {
  std::string_view items[kCount];
};

template <std::size_t kCount>
constexpr Names<kCount> names_of(const MessageLabel (&labels)[kCount]) {
  Names<kCount> names{};
  for (std::size_t i = 0; i < kCount; ++i) names.items[i] = labels[i].field;
  return names;
}

constexpr auto kProcessCreateNames = names_of(kProcessCreate);
constexpr auto kKeyEventNames = names_of(kKeyEvent);
constexpr auto kValueSetNames = names_of(kValueSet);
constexpr auto kRenameNames = names_of(kRename);

// --- Security: labels in sections, in another order than the fields -----------------------------------------------

constexpr std::string_view kValueModifiedNames[] = {
    "SubjectUserSid",  "SubjectUserName", "SubjectDomainName", "SubjectLogonId", "ObjectName",
    "ObjectValueName", "HandleId",        "OperationType",     "OldValueType",   "OldValue",
    "NewValueType",    "NewValue",        "ProcessId",         "ProcessName"};

constexpr MessageLabel kValueModified[] = {
    {"Subject", {}},
    {"Security ID", "SubjectUserSid"},
    {"Account Name", "SubjectUserName"},
    {"Account Domain", "SubjectDomainName"},
    {"Logon ID", "SubjectLogonId"},
    {"Object", {}},
    {"Object Name", "ObjectName"},
    {"Object Value Name", "ObjectValueName"},
    {"Handle ID", "HandleId"},
    {"Operation Type", "OperationType"},
    {"Process Information", {}},
    {"Process ID", "ProcessId"},
    {"Process Name", "ProcessName"},
    {"Change Information", {}},
    {"Old Value Type", "OldValueType"},
    {"Old Value", "OldValue"},
    {"New Value Type", "NewValueType"},
    {"New Value", "NewValue"},
};

constexpr std::string_view kObjectDeletedNames[] = {"SubjectUserSid", "SubjectUserName", "SubjectDomainName",
                                                    "SubjectLogonId", "ObjectServer",    "HandleId",
                                                    "ProcessId",      "ProcessName",     "TransactionId"};

constexpr MessageLabel kObjectDeleted[] = {
    {"Subject", {}},
    {"Security ID", "SubjectUserSid"},
    {"Account Name", "SubjectUserName"},
    {"Account Domain", "SubjectDomainName"},
    {"Logon ID", "SubjectLogonId"},
    {"Object", {}},
    {"Object Server", "ObjectServer"},
    {"Handle ID", "HandleId"},
    {"Process Information", {}},
    {"Process ID", "ProcessId"},
    {"Process Name", "ProcessName"},
    {"Transaction ID", "TransactionId", false},
};

constexpr std::string_view kObjectAccessNames[] = {
    "SubjectUserSid", "SubjectUserName", "SubjectDomainName", "SubjectLogonId", "ObjectServer",
    "ObjectType",     "ObjectName",      "HandleId",          "AccessList",     "AccessMask",
    "ProcessId",      "ProcessName",     "ResourceAttributes"};

constexpr MessageLabel kObjectAccess[] = {
    {"Subject", {}},
    {"Security ID", "SubjectUserSid"},
    {"Account Name", "SubjectUserName"},
    {"Account Domain", "SubjectDomainName"},
    {"Logon ID", "SubjectLogonId"},
    {"Object", {}},
    {"Object Server", "ObjectServer"},
    {"Object Type", "ObjectType"},
    {"Object Name", "ObjectName"},
    {"Handle ID", "HandleId", true, true},
    {"Resource Attributes", "ResourceAttributes", false},
    {"Process Information", {}},
    {"Process ID", "ProcessId"},
    {"Process Name", "ProcessName"},
    {"Access Request Information", {}},
    {"Accesses", "AccessList"},
    {"Access Mask", "AccessMask"},
};

constexpr std::string_view kNewProcessNames[] = {
    "SubjectUserSid", "SubjectUserName",    "SubjectDomainName", "SubjectLogonId",    "NewProcessId",
    "NewProcessName", "TokenElevationType", "ProcessId",         "CommandLine",       "TargetUserSid",
    "TargetUserName", "TargetDomainName",   "TargetLogonId",     "ParentProcessName", "MandatoryLabel"};

constexpr MessageLabel kNewProcess[] = {
    {"Creator Subject", {}, false},  // version 2; before: Subject
    {"Subject", {}, false},
    {"Security ID", "SubjectUserSid"},
    {"Account Name", "SubjectUserName"},
    {"Account Domain", "SubjectDomainName"},
    {"Logon ID", "SubjectLogonId"},
    {"Target Subject", {}, false},
    {"Security ID", "TargetUserSid", false},
    {"Account Name", "TargetUserName", false},
    {"Account Domain", "TargetDomainName", false},
    {"Logon ID", "TargetLogonId", false},
    {"Process Information", {}},
    {"New Process ID", "NewProcessId"},
    {"New Process Name", "NewProcessName"},
    {"Token Elevation Type", "TokenElevationType"},
    {"Mandatory Label", "MandatoryLabel", false},
    {"Creator Process ID", "ProcessId"},
    {"Creator Process Name", "ParentProcessName", false},
    {"Process Command Line", "CommandLine", false},
};
constexpr std::string_view kNewProcessProse = "Token Elevation Type indicates";

constexpr struct {
  bool sysmon;
  std::uint32_t event_id;
  EventFields fields;
} kEvents[] = {
    {true, 1, {kProcessCreateNames.items, kProcessCreate, {}}},
    {true, 12, {kKeyEventNames.items, kKeyEvent, {}}},
    {true, 13, {kValueSetNames.items, kValueSet, {}}},
    {true, 14, {kRenameNames.items, kRename, {}}},
    {false, 4657, {kValueModifiedNames, kValueModified, {}}},
    {false, 4660, {kObjectDeletedNames, kObjectDeleted, {}}},
    {false, 4663, {kObjectAccessNames, kObjectAccess, {}}},
    {false, 4688, {kNewProcessNames, kNewProcess, kNewProcessProse}},
};

}  // namespace

const EventFields* fields_of(const WindowsEvent& event) {
  for (const auto& known : kEvents) {
    if (known.event_id == event.event_id && (known.sysmon ? is_sysmon(event) : is_security(event))) {
      return &known.fields;
    }
  }
  return nullptr;
}

}  // namespace rw::ingest
