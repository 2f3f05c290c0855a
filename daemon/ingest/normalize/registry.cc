#include "daemon/ingest/normalize/registry.h"

#include "daemon/cim/value_data.h"
#include "daemon/ingest/normalize/event_base.h"
#include "daemon/ingest/normalize/registry_path.h"

namespace rw::ingest {
namespace {

struct Operation {
  std::string_view event_type;
  cim::RegistryAction action;
  bool on_value;  // TargetObject ends in a value name
};

constexpr Operation kOperations[] = {
    {"SetValue", cim::RegistryAction::kModified, true},    {"CreateKey", cim::RegistryAction::kCreated, false},
    {"DeleteKey", cim::RegistryAction::kDeleted, false},   {"DeleteValue", cim::RegistryAction::kDeleted, true},
    {"CreateValue", cim::RegistryAction::kCreated, true},  {"RenameKey", cim::RegistryAction::kModified, false},
    {"RenameValue", cim::RegistryAction::kModified, true},
};

// Old versions of Sysmon omit EventType: 13 is always SetValue; for 12 and 14 nothing is decided, least of all whether
// the last segment is a value's name.
Operation operation_of(const WindowsEvent& event) {
  const std::string_view event_type = event.get("EventType");
  for (const Operation& operation : kOperations) {
    if (event_type == operation.event_type) return operation;
  }
  if (event.event_id == 13) return kOperations[0];
  return {event_type, cim::RegistryAction::kUnknown, false};
}

}  // namespace

core::Result<void> normalize_registry(const WindowsEvent& event, core::Arena& arena, std::string& scratch,
                                      cim::RegistryRecord& record) {
  const std::string_view target = present(event.get("TargetObject"));
  if (target.empty()) {
    return core::invalid_input("Sysmon registry event without TargetObject");
  }
  record.source.event_type = event.get("EventType");
  const Operation operation = operation_of(event);
  const KeyAndValue path = operation.on_value ? split_value_path(target) : KeyAndValue{target, {}};
  record.action = operation.action;
  record.key_name = path.key_name;
  record.value_name = path.value_name;

  const std::string_view details = present(event.get(event.event_id == 14 ? "NewName" : "Details"));
  const cim::ValueData data = event.event_id == 13 ? cim::value_data_of(details) : cim::ValueData{details, {}};
  record.value_data = data.data;
  record.value_type = data.type;
  record.details = data.data.size() == details.size() ? std::string_view() : details;

  const Account account = split_account(present(event.get("User")));
  record.user = account.name;
  record.user_domain = account.domain;
  record.process_path = present(event.get("Image"));
  record.process_guid = present(event.get("ProcessGuid"));
  record.process_id = present(event.get("ProcessId"));
  record.extra = extra_of(event,
                          {"EventType", "TargetObject", event.event_id == 14 ? "NewName" : "Details", "User", "Image",
                           "ProcessGuid", "ProcessId"},
                          !record.utc_time.has_value(), arena, scratch);
  return {};
}

}  // namespace rw::ingest
