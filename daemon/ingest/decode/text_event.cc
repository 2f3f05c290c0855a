#include "daemon/ingest/decode/text_event.h"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <string>
#include <tuple>

#include "daemon/core/text.h"
#include "daemon/ingest/decode/control_characters.h"
#include "daemon/ingest/decode/message_text.h"

namespace rw::ingest {
namespace {

constexpr std::array<std::string_view, 12> kMonthNames = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

constexpr std::string_view kAuditSuccess = "0x8020000000000000";
constexpr std::string_view kAuditFailure = "0x8010000000000000";

constexpr struct {
  std::string_view word;
  std::string_view level;
  std::string_view keywords;
} kLevelWords[] = {
    {"Success Audit", "0", kAuditSuccess},
    {"Audit Success", "0", kAuditSuccess},
    {"AUS", "0", kAuditSuccess},
    {"Failure Audit", "0", kAuditFailure},
    {"Audit Failure", "0", kAuditFailure},
    {"AUF", "0", kAuditFailure},
    {"Critical", "1", {}},
    {"Error", "2", {}},
    {"ERR", "2", {}},
    {"Warning", "3", {}},
    {"WRN", "3", {}},
    {"Information", "4", {}},
    {"INF", "4", {}},
    {"Verbose", "5", {}},
};

// The number that the text is as a whole; -1: it is none of at most four digits.
int small_number(std::string_view text) { return text.size() <= 4 ? core::parse_integer<int>(text).value_or(-1) : -1; }

}  // namespace

std::string_view keep_text(std::string_view bytes, core::Arena& arena) {
  if (!has_forbidden_control(bytes) && core::is_valid_utf8(bytes)) return arena.copy(bytes);
  return arena.copy(replace_forbidden_controls(core::to_valid_utf8(bytes)));
}

std::optional<core::LocalTime> parse_ctime(std::string_view text) {
  text = core::trim(text);
  // From the back: year, clock, day (padded with a blank), month.
  std::array<std::string_view, 4> words;
  for (std::size_t i = words.size(); i-- > 0;) {
    const std::size_t blank = text.rfind(' ');
    words[i] = blank == std::string_view::npos ? text : text.substr(blank + 1);
    text = core::trim(text.substr(0, blank == std::string_view::npos ? 0 : blank));
  }
  for (std::size_t month = 0; month < kMonthNames.size(); ++month) {
    if (words[0] != kMonthNames[month]) continue;
    const core::Result<core::LocalTime> time = core::parse_local_iso8601(
        fmt::format("{:04}-{:02}-{:02}T{}", small_number(words[3]), month + 1, small_number(words[1]), words[2]));
    return time.ok() ? std::optional(*time) : std::nullopt;
  }
  return std::nullopt;
}

core::Result<std::uint32_t> parse_event_id(std::string_view text) {
  const std::string_view digits = core::trim(text);
  if (const auto id = core::parse_integer<std::uint32_t>(digits)) return *id;
  return core::invalid_input(fmt::format("event id: expected a number, got {}", core::quoted(digits)));
}

core::Result<std::uint64_t> parse_record_number(std::string_view text) {
  if (const auto number = core::parse_integer<std::uint64_t>(text)) return *number;
  return core::invalid_input(fmt::format("RecordNumber: expected a number, got {}", core::quoted(text)));
}

std::string undo_octal_escapes(std::string_view text) {
  constexpr std::size_t kEscape = 4;
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const std::string_view escape = text.substr(i, kEscape);
    const char c = escape == "#011" ? '\t' : escape == "#012" ? '\n' : escape == "#015" ? '\r' : '\0';
    plain += c == '\0' ? text[i] : c;
    i += c == '\0' ? 1 : kEscape;
  }
  return plain;
}

void set_level(std::string_view word, WindowsEvent& event) {
  word = core::trim(word);
  for (const auto& known : kLevelWords) {
    if (!core::equals_ascii_nocase(word, known.word)) continue;
    event.level = known.level;
    if (!known.keywords.empty()) event.keywords = known.keywords;
  }
}

void add_present(std::string_view name, std::string_view value, WindowsEvent& event) {
  value = core::trim(value);
  if (!value.empty() && value != "N/A") std::ignore = event.add(name, value);
}

void finish_text_event(const std::optional<core::LocalTime>& local, const PayloadContext& context, core::Arena& arena,
                       WindowsEvent& event) {
  add_message_fields(arena, event);
  if (event.time) return;
  const core::Result<core::LocalTime> utc = core::parse_local_iso8601(event.get("UtcTime"));
  if (utc.ok()) {
    event.time = core::TimeZone().to_utc(*utc);
  } else if (local && context.zone != nullptr) {
    event.time = context.zone->to_utc(*local);
  }
  if (event.time && !core::is_plausible(*event.time)) event.time.reset();
}

}  // namespace rw::ingest
