#include "daemon/ingest/normalize/security_process.h"

#include "daemon/core/text.h"
#include "daemon/ingest/normalize/event_base.h"
#include "daemon/ingest/normalize/security_fields.h"

namespace rw::ingest {
namespace {

constexpr struct {
  std::string_view sid;
  std::string_view level;
} kIntegrityLevels[] = {
    {"S-1-16-0", "untrusted"},
    {"S-1-16-4096", "low"},
    {"S-1-16-8192", "medium"},
    {"S-1-16-8448", "medium high"},
    {"S-1-16-12288", "high"},
    {"S-1-16-16384", "system"},
    {"S-1-16-20480", "protected process"},
};

std::string_view integrity_level_of(std::string_view mandatory_label) {
  for (const auto& [sid, level] : kIntegrityLevels) {
    if (core::equals_ascii_nocase(mandatory_label, sid)) return level;
  }
  return {};
}

}  // namespace

core::Result<void> normalize_security_process(const WindowsEvent& event, core::Arena& arena, std::string& scratch,
                                              cim::ProcessRecord& record) {
  record.process_path = present(event.get("NewProcessName"));
  if (record.process_path.empty()) return core::invalid_input("Security 4688 without NewProcessName");

  record.parent_user = present(event.get("SubjectUserName"));
  record.parent_user_domain = present(event.get("SubjectDomainName"));
  record.user = present(event.get("TargetUserName"));
  record.user_domain = present(event.get("TargetDomainName"));
  if (record.user.empty()) {  // the creator's account, unless another was given
    record.user = record.parent_user;
    record.user_domain = record.parent_user_domain;
  }

  const std::string_view computer = record.source.computer;
  record.process = present(event.get("CommandLine"));
  record.process_id = decimal_process_id(event.get("NewProcessId"), arena);
  record.process_guid = security_process_guid(computer, record.process_id, arena);
  record.process_integrity_level = integrity_level_of(event.get("MandatoryLabel"));
  record.parent_process_path = present(event.get("ParentProcessName"));
  record.parent_process_id = decimal_process_id(event.get("ProcessId"), arena);
  record.parent_process_guid = security_process_guid(computer, record.parent_process_id, arena);
  record.extra = security_extra(event, record, arena, scratch);
  return {};
}

}  // namespace rw::ingest
