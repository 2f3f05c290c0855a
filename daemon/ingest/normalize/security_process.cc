#include "daemon/ingest/normalize/security_process.h"

#include "daemon/core/text.h"
#include "daemon/ingest/normalize/event_base.h"
#include "daemon/ingest/normalize/security_fields.h"

namespace rw::ingest {
namespace {

// The label as a SID, or as the account that Windows shows for it: "Mandatory Label\High Mandatory Level".
constexpr std::string_view kLabelDomain = "Mandatory Label\\";
constexpr struct {
  std::string_view sid;
  std::string_view account;
  std::string_view level;
} kIntegrityLevels[] = {
    {"S-1-16-0", "Untrusted Mandatory Level", "untrusted"},
    {"S-1-16-4096", "Low Mandatory Level", "low"},
    {"S-1-16-8192", "Medium Mandatory Level", "medium"},
    {"S-1-16-8448", "Medium Plus Mandatory Level", "medium high"},
    {"S-1-16-12288", "High Mandatory Level", "high"},
    {"S-1-16-16384", "System Mandatory Level", "system"},
    {"S-1-16-20480", "Protected Process Mandatory Level", "protected process"},
};

std::string_view integrity_level_of(std::string_view mandatory_label) {
  std::string_view account = core::trim(mandatory_label);
  const std::string_view domain = account.substr(0, kLabelDomain.size());
  if (core::equals_ascii_nocase(domain, kLabelDomain)) account.remove_prefix(kLabelDomain.size());
  for (const auto& known : kIntegrityLevels) {
    if (core::equals_ascii_nocase(account, known.sid) || core::equals_ascii_nocase(account, known.account)) {
      return known.level;
    }
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
