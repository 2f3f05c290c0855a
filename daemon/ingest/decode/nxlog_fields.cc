#include "daemon/ingest/decode/nxlog_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>

#include "daemon/core/text.h"
#include "daemon/core/word_index.h"
#include "daemon/ingest/decode/field_values.h"
#include "daemon/ingest/decode/message_text.h"
#include "daemon/ingest/decode/xml_references.h"

namespace rw::ingest {
namespace {

struct NxlogName {
  std::string_view name;
  std::string_view WindowsEvent::*field;
  std::uint8_t rank;  // 1 is the best
};

constexpr std::uint8_t kThreadIdRank = 2;

// The names of one field stand together.
constexpr NxlogName kNxlogNames[] = {
    {"SourceName", &WindowsEvent::provider, 1},
    {"ProviderGuid", &WindowsEvent::provider_guid, 1},
    {"Qualifiers", &WindowsEvent::qualifiers, 1},
    {"Version", &WindowsEvent::version, 1},
    {"Level", &WindowsEvent::level, 1},
    {"TaskValue", &WindowsEvent::task, 1},
    {"Task", &WindowsEvent::task, 2},
    {"OpcodeValue", &WindowsEvent::opcode, 1},
    {"Opcode", &WindowsEvent::opcode, 2},
    {"Keywords", &WindowsEvent::keywords, 1},
    {"ActivityID", &WindowsEvent::activity_id, 1},
    {"RelatedActivityID", &WindowsEvent::related_activity_id, 1},
    {"ExecutionProcessID", &WindowsEvent::execution_process_id, 1},
    {"ProcessID", &WindowsEvent::execution_process_id, 2},
    {"ExecutionThreadID", &WindowsEvent::execution_thread_id, 1},
    {"ThreadID", &WindowsEvent::execution_thread_id, kThreadIdRank},
    {"Channel", &WindowsEvent::channel, 1},
    {"Hostname", &WindowsEvent::computer, 1},
    {"UserID", &WindowsEvent::user_sid, 1},
    {"Message", &WindowsEvent::message, 1},
};

constexpr core::WordIndex kNxlogIndex(kNxlogNames, &NxlogName::name);

// Which of the distinct fields each name stands for.
constexpr auto kFieldOfName = core::groups_of(kNxlogNames, &NxlogName::field);
static_assert(kFieldOfName.back() + 1 == NxlogFields::kTexts);

constexpr std::size_t index_of(std::string_view WindowsEvent::*wanted) {
  std::size_t name = 0;
  while (kNxlogNames[name].field != wanted) ++name;
  return kFieldOfName[name];
}

// NXLog's and its relays' own, and System fields in words.
constexpr std::string_view kBookkeeping[] = {
    "SourceModuleName",
    "SourceModuleType",
    "MessageSourceAddress",
    "MessageID",
    "Severity",
    "SeverityValue",
    "Category",
    "AccountName",
    "AccountType",
    "Domain",
    "SyslogFacility",
    "SyslogFacilityValue",
    "SyslogSeverity",
    "SyslogSeverityValue",
    "@version",
};
constexpr core::WordIndex kBookkeepingIndex(kBookkeeping);

constexpr std::string_view kSeverityWords[] = {"CRITICAL",      "ERROR",         "WARNING", "VERBOSE",
                                               "AUDIT_FAILURE", "AUDIT_SUCCESS", "INFO",    "DEBUG"};

bool is_severity_word(std::string_view text) {
  return std::any_of(std::begin(kSeverityWords), std::end(kSeverityWords),
                     [&](std::string_view word) { return core::equals_ascii_nocase(text, word); });
}

// A signed or unsigned decimal number as Windows writes the bits; anything else as it is.
std::string_view keyword_bits(std::string_view text, core::Arena& arena) {
  std::optional<std::uint64_t> bits = core::parse_integer<std::uint64_t>(text);
  if (!bits) {
    const auto number = core::parse_integer<std::int64_t>(text);
    if (!number) return text;
    bits = static_cast<std::uint64_t>(*number);
  }
  return arena.copy(fmt::format("{:#x}", *bits));
}

}  // namespace

core::Result<void> NxlogFields::add(std::string_view name, std::string_view value) {
  return add_field(name, value, event_);
}

core::Result<void> NxlogFields::take(std::string_view name, std::string_view value) {
  if (value.empty()) return {};
  const auto is = [&](std::string_view known) { return core::equals_ascii_nocase(name, known); };
  if (name == "ProcessId") return add(name, value);  // of the event's data; only the case tells
  if (const std::size_t place = kNxlogIndex.find(name); place != kNxlogIndex.kNone) {
    const NxlogName& known = kNxlogNames[place];
    std::uint8_t& rank = ranks_[kFieldOfName[place]];
    if (rank == 0 || known.rank < rank) {
      event_.*known.field = value;
      rank = known.rank;
    }
    return {};
  }
  if (is("EventID")) {
    RW_TRY(event_.event_id, number_field<std::uint32_t>(name, value));
    has_event_id_ = true;
    return {};
  }
  if (is("RecordNumber")) {
    RW_TRY(event_.record_id, number_field<std::uint64_t>(name, value));
    return {};
  }
  if (is("EventTime")) {
    event_time_ = value;
    return {};
  }
  if (is("EventReceivedTime") || is("@timestamp")) {
    if (received_.empty() || zoned_time(value)) received_ = value;
    return {};
  }
  if (is("EventType") && is_severity_word(value)) return {};
  if (kBookkeepingIndex.has(name)) return {};
  return add(name, value);
}

core::Result<void> NxlogFields::finish() {
  if (!has_event_id_) return core::invalid_input("no EventID: expected the fields of a Windows event");
  event_.keywords = keyword_bits(event_.keywords, arena_);
  if (ranks_[index_of(&WindowsEvent::execution_thread_id)] == kThreadIdRank) {  // CE's name, without EE's
    for (NamedValue& item : event_.data) item.value = without_references(item.value, arena_);
  }
  add_message_fields(arena_, event_);

  event_.time = zoned_time(event_time_);
  if (!event_.time) event_.time = utc_time(event_.get("UtcTime"));
  if (!event_.time) event_.time = local_time(event_time_, context_.zone);
  if (!event_.time) {
    event_.time = zoned_time(received_);
    if (!event_time_.empty()) RW_CHECK(add("EventTime", event_time_));
  }
  return {};
}

}  // namespace rw::ingest
