#include "daemon/ingest/normalize/security_fields.h"

#include <fmt/format.h>

#include "daemon/core/text.h"
#include "daemon/ingest/normalize/event_base.h"

namespace rw::ingest {

std::optional<std::uint64_t> security_number(std::string_view text) {
  std::string_view digits = core::trim(text);
  int base = 10;
  if (digits.starts_with("0x") || digits.starts_with("0X")) {
    digits.remove_prefix(2);
    base = 16;
  }
  return core::parse_integer<std::uint64_t>(digits, base);
}

std::string_view decimal_process_id(std::string_view text, core::Arena& arena) {
  const std::optional<std::uint64_t> id = security_number(text);
  return id ? arena.copy(fmt::format("{}", *id)) : std::string_view();
}

std::string_view security_process_guid(std::string_view computer, std::string_view process_id, core::Arena& arena) {
  if (computer.empty() || process_id.empty()) return {};
  return arena.copy(fmt::format("SEC:{}:{}", core::fold(computer), process_id));
}

void fill_security_actor(const WindowsEvent& event, core::Arena& arena, cim::RegistryRecord& record) {
  record.user = present(event.get("SubjectUserName"));
  record.user_domain = present(event.get("SubjectDomainName"));
  record.process_path = present(event.get("ProcessName"));
  record.process_id = decimal_process_id(event.get("ProcessId"), arena);
  record.process_guid = security_process_guid(record.source.computer, record.process_id, arena);
}

std::string_view security_extra(const WindowsEvent& event, const cim::EventBase& base, core::Arena& arena,
                                std::string& scratch) {
  return extra_of(event, {}, !base.utc_time.has_value(), arena, scratch);
}

}  // namespace rw::ingest
