// Any bytes as a message: the records that come of it, whatever the format, are UTF-8 without NUL, what is JSON in them
// is JSON, and an event of a stored kind is a record, or none that is known, or an error with a reason.
#include "daemon/ingest/decode/simdjson.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "daemon/core/result.h"
#include "daemon/core/text.h"
#include "daemon/ingest/decode/payload.h"
#include "daemon/ingest/normalize/event_base.h"
#include "daemon/ingest/normalize/process.h"
#include "daemon/ingest/normalize/registry.h"
#include "daemon/ingest/normalize/security_key.h"
#include "daemon/ingest/normalize/security_process.h"
#include "daemon/ingest/normalize/security_value.h"
#include "tests/unit/ingest/decoded_text.h"

namespace {

using namespace rw;

void check_text(std::string_view text) {
  RW_ASSERT(core::is_valid_utf8(text) && text.find('\0') == std::string_view::npos);
}

void check_json(std::string_view text) {
  if (text.empty()) return;
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  RW_ASSERT(parser.parse(text.data(), text.size()).get_object().get(object) == simdjson::SUCCESS);
}

void check_base(const cim::EventBase& base) {
  check_text(base.source.computer);
  check_text(base.source.channel);
  check_text(base.source.provider);
  check_text(base.source.event_type);
  check_json(base.source.envelope);
  check_json(base.extra);
}

void check(const cim::ProcessRecord& record) {
  check_base(record);
  for (const std::string_view text :
       {record.user, record.user_domain, record.parent_user, record.parent_user_domain, record.process,
        record.process_path, record.process_id, record.process_guid, record.process_hash,
        record.process_integrity_level, record.process_current_directory, record.original_file_name,
        record.parent_process, record.parent_process_path, record.parent_process_id, record.parent_process_guid}) {
    check_text(text);
  }
  check_json(record.image_version);
  check_json(record.session);
  RW_ASSERT(!record.process_path.empty());
}

void check(const cim::RegistryRecord& record) {
  check_base(record);
  for (const std::string_view text :
       {record.key_name, record.value_name, record.value_data, record.value_type, record.details, record.user,
        record.user_domain, record.process_path, record.process_guid, record.process_id}) {
    check_text(text);
  }
}

void check(const core::Result<void>& normalized) { RW_ASSERT(normalized.ok() || !normalized.error().message.empty()); }

void normalize(const ingest::WindowsEvent& event, core::Arena& arena, std::string& scratch) {
  using ingest::EventKind;
  const core::Micros received = core::from_us(1'791'749'700'000'000);
  const EventKind kind = ingest::kind_of(event);
  if (kind == EventKind::kOther) return;
  if (kind == EventKind::kProcess || kind == EventKind::kSecurityProcess) {
    cim::ProcessRecord record;
    ingest::fill_base(event, kind, received, received, event.computer, arena, scratch, record);
    const auto to_record = kind == EventKind::kProcess ? ingest::normalize_process : ingest::normalize_security_process;
    const core::Result<void> normalized = to_record(event, arena, scratch, record);
    check(normalized);
    if (normalized.ok()) check(record);
    return;
  }
  cim::RegistryRecord record;
  ingest::fill_base(event, kind, received, received, event.computer, arena, scratch, record);
  if (kind == EventKind::kSecurityKey) {
    ingest::KeyDeletions key_deletions;
    const core::Result<bool> known = ingest::normalize_security_key(event, key_deletions, arena, scratch, record);
    if (known.ok() && *known) check(record);
    return;
  }
  const auto to_record = kind == EventKind::kRegistry ? ingest::normalize_registry : ingest::normalize_security_value;
  const core::Result<void> normalized = to_record(event, arena, scratch, record);
  check(normalized);
  if (normalized.ok()) check(record);
}

// All events as text. What the connection sent before, `last`, makes no difference.
std::string decode(const ingest::SyslogMessage& header, const core::TimeZone& zone, ingest::PayloadFormat last) {
  core::Arena arena;
  ingest::WindowsEvent event;
  event.format = last;
  std::string scratch;
  std::string text;
  const auto pieces = ingest::decode_payload(header.msg, {.header = &header, .zone = &zone}, arena, event,
                                             [&](std::string_view, const core::Result<void>& decoded) {
                                               text += decoded.ok() ? ingest::text_of(event) : decoded.error().message;
                                               if (decoded.ok()) normalize(event, arena, scratch);
                                             });
  RW_ASSERT(pieces.ok() || !pieces.error().message.empty());
  return pieces.ok() ? text : pieces.error().message;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const core::TimeZone zone;
  const ingest::SyslogMessage header = ingest::parse_syslog(bytes, core::from_us(1'791'749'700'000'000), zone);
  const std::string decoded = decode(header, zone, ingest::PayloadFormat::kEventXml);
  RW_ASSERT(decode(header, zone, ingest::PayloadFormat::kWinlogbeat) == decoded);
  return 0;
}
