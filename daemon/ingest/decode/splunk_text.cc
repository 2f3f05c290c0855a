#include "daemon/ingest/decode/splunk_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <optional>

#include "daemon/core/text.h"
#include "daemon/ingest/decode/provider.h"
#include "daemon/ingest/decode/text_event.h"

namespace rw::ingest {
namespace {

constexpr std::string_view kLogName = "LogName=";
constexpr std::string_view kWrittenLineEnd = "#012";    // rsyslog's
constexpr std::string_view kNoUser = "NOT_TRANSLATED";  // the SID alone is known
constexpr std::size_t kMaxBeforeLogName = 100;          // the line with the time

std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// "10/11/2026 10:14:15.123 PM", with or without fraction, also of a clock of 24 hours.
std::optional<core::LocalTime> parse_us_time(std::string_view line) {
  line = core::trim(line);
  if (line.size() < 19 || line[2] != '/' || line[5] != '/') return std::nullopt;
  const bool pm = line.ends_with("PM");
  const bool am = line.ends_with("AM");
  const std::string_view clock = core::trim(line.substr(11, line.size() - 11 - (am || pm ? 2 : 0)));
  const core::Result<core::LocalTime> time = core::parse_local_iso8601(
      fmt::format("{}-{}-{}T{}", line.substr(6, 4), line.substr(0, 2), line.substr(3, 2), clock));
  if (!time.ok()) return std::nullopt;
  core::LocalTime local = *time;
  if ((am || pm) && (local.hour < 1 || local.hour > 12)) return std::nullopt;
  if (am && local.hour == 12) local.hour = 0;
  if (pm && local.hour != 12) local.hour += 12;
  return local;
}

core::Result<void> take_field(std::string_view name, std::string_view value, WindowsEvent& event) {
  if (name == "LogName") {
    event.channel = value;
  } else if (name == "SourceName") {
    set_source(value, event);
  } else if (name == "EventCode") {
    RW_TRY(event.event_id, parse_event_id(value));
  } else if (name == "ComputerName") {
    event.computer = value;
  } else if (name == "RecordNumber") {
    RW_TRY(event.record_id, parse_record_number(value));
  } else if (name == "Type" || name == "Keywords") {
    set_level(value, event);
  } else if (name == "Sid") {
    event.user_sid = value;
  } else if (name == "User") {
    if (value != kNoUser) add_present("AccountName", value, event);
  } else if (name == "TaskCategory") {
    add_present("Category", value, event);
  }
  // EventType, SidType and OpCode say again what others say; EventType is also the name of a field of Sysmon's.
  return {};
}

}  // namespace

bool is_splunk_text(std::string_view text) {
  const std::size_t at = text.substr(0, kMaxBeforeLogName + kLogName.size()).find(kLogName);
  if (at == std::string_view::npos) return false;
  const std::string_view before = text.substr(0, at);
  return before.empty() || before.ends_with('\n') || before.ends_with(kWrittenLineEnd);
}

core::Result<void> decode_splunk_text(std::string_view text, const PayloadContext& context, core::Arena& arena,
                                      WindowsEvent& event) {
  event.clear();
  event.format = PayloadFormat::kSplunkText;
  std::string_view rest = keep_text(text, arena);
  if (rest.find('\n') == std::string_view::npos) rest = arena.copy(undo_octal_escapes(rest));
  std::optional<core::LocalTime> local;
  bool has_id = false;
  while (!rest.empty()) {
    if (rest.starts_with("Message=")) {
      event.message = core::trim(rest.substr(rest.find('=') + 1));
      break;
    }
    const std::string_view line = take_line(rest);
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) {
      if (!local) local = parse_us_time(line);
      continue;
    }
    const std::string_view name = core::trim(line.substr(0, equals));
    has_id = has_id || name == "EventCode";
    RW_CHECK(take_field(name, core::trim(line.substr(equals + 1)), event));
  }
  if (!has_id) return core::invalid_input("WinEventLog: no EventCode");
  finish_text_event(local, context, arena, event);
  return {};
}

}  // namespace rw::ingest
