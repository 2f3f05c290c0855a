#include "daemon/ingest/normalize/process.h"

#include "daemon/core/text.h"
#include "daemon/ingest/normalize/event_base.h"
#include "daemon/ingest/normalize/registry_path.h"

namespace rw::ingest {

core::Result<void> normalize_process(const WindowsEvent& event, core::Arena& arena, std::string& scratch,
                                     cim::ProcessRecord& record) {
  record.process_path = present(event.get("Image"));
  if (record.process_path.empty()) return core::invalid_input("Sysmon process-creation event without Image");

  record.source.event_type = event.get("EventType");
  const Account account = split_account(present(event.get("User")));
  record.user = account.name;
  record.user_domain = account.domain;
  const Account parent = split_account(present(event.get("ParentUser")));
  record.parent_user = parent.name;
  record.parent_user_domain = parent.domain;

  record.process = present(event.get("CommandLine"));
  record.process_id = present(event.get("ProcessId"));
  record.process_guid = present(event.get("ProcessGuid"));
  record.process_hash = present(event.get("Hashes"));
  record.process_current_directory = present(event.get("CurrentDirectory"));
  record.original_file_name = present(event.get("OriginalFileName"));
  record.parent_process = present(event.get("ParentCommandLine"));
  record.parent_process_path = present(event.get("ParentImage"));
  record.parent_process_id = present(event.get("ParentProcessId"));
  record.parent_process_guid = present(event.get("ParentProcessGuid"));
  // The data model lower-cases it.
  record.process_integrity_level = arena.copy(core::fold(present(event.get("IntegrityLevel"))));

  record.image_version = fields_json(event, {"FileVersion", "Description", "Product", "Company"}, arena, scratch);
  record.session = fields_json(event, {"LogonGuid", "LogonId", "TerminalSessionId"}, arena, scratch);
  record.extra = extra_of(event,
                          {"EventType",
                           "Image",
                           "User",
                           "ParentUser",
                           "CommandLine",
                           "ProcessId",
                           "ProcessGuid",
                           "Hashes",
                           "CurrentDirectory",
                           "OriginalFileName",
                           "ParentCommandLine",
                           "ParentImage",
                           "ParentProcessId",
                           "ParentProcessGuid",
                           "IntegrityLevel",
                           "FileVersion",
                           "Description",
                           "Product",
                           "Company",
                           "LogonGuid",
                           "LogonId",
                           "TerminalSessionId"},
                          !record.utc_time.has_value(), arena, scratch);
  return {};
}

}  // namespace rw::ingest
