#include "daemon/ingest/normalize/security_key.h"

#include <cstdint>
#include <optional>

#include "daemon/core/text.h"
#include "daemon/ingest/normalize/event_base.h"
#include "daemon/ingest/normalize/registry_path.h"
#include "daemon/ingest/normalize/security_fields.h"

namespace rw::ingest {
namespace {

constexpr std::uint64_t kDelete = 0x10000;
constexpr std::uint64_t kChanges =
    0x2 | 0x4 | 0x20 | kDelete | 0x40000 | 0x80000 | 0x1000000 | 0x2000000 | 0x10000000 | 0x40000000;
constexpr std::uint64_t kAuditFailure = 1ULL << 52;  // of System/Keywords

std::uint64_t access_mask(const WindowsEvent& event) { return security_number(event.get("AccessMask")).value_or(0); }

// Keywords are hexadecimal in XML; NXLog writes the 64 bits as a signed decimal.
bool audit_failed(const WindowsEvent& event) {
  const std::string_view text = event.keywords;
  if (const auto keywords = security_number(text)) return (*keywords & kAuditFailure) != 0;
  const auto keywords = core::parse_integer<std::int64_t>(text);
  return keywords && (static_cast<std::uint64_t>(*keywords) & kAuditFailure) != 0;
}

}  // namespace

bool is_key_change_access(const WindowsEvent& event) {
  return core::equals_ascii_nocase(event.get("ObjectType"), "Key") && (access_mask(event) & kChanges) != 0 &&
         !audit_failed(event);
}

core::Result<bool> normalize_security_key(const WindowsEvent& event, KeyDeletions& key_deletions, core::Arena& arena,
                                          std::string& scratch, cim::RegistryRecord& record) {
  fill_security_actor(event, arena, record);
  const KeyDeletions::Handle handle{record.source.computer, record.process_id, present(event.get("HandleId"))};
  if (event.event_id == 4660) {
    const std::optional<std::string> key_name = key_deletions.confirm(handle, record.time, record.record_id);
    if (!key_name) return false;
    record.key_name = arena.copy(*key_name);
    record.action = cim::RegistryAction::kDeleted;
    record.source.event_type = "DeleteKey";
  } else {
    const std::string_view object_name = present(event.get("ObjectName"));
    if (object_name.empty()) {
      return core::invalid_input("Security 4663 without ObjectName");
    }
    record.key_name = cim_key_path(object_name, arena);
    if ((access_mask(event) & kDelete) != 0) {
      key_deletions.remember(handle, record.time, record.key_name);
    }
  }
  record.extra = security_extra(event, record, arena, scratch);
  return true;
}

}  // namespace rw::ingest
