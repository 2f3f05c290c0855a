#include "daemon/ingest/decode/snare.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "daemon/core/text.h"
#include "daemon/ingest/decode/provider.h"
#include "daemon/ingest/decode/text_event.h"

namespace rw::ingest {
namespace {

constexpr std::string_view kMarker = "MSWinEventLog";
// A host name and blanks may stand before the marker.
constexpr std::size_t kMaxBeforeMarker = 300;
constexpr std::size_t kMaxColumns = 64;  // of those that are looked at one by one from the front

// rsyslog writes control characters in octal.
constexpr std::string_view kOctalTab = "#011";
constexpr std::string_view kDelimiters[] = {"\t", kOctalTab, "\\t", ",", "|", ";"};

// Columns behind the date.
enum Column : std::size_t { kEventId, kSource, kUser, kSidType, kLogType, kComputer, kCategory, kMessage };

struct Marker {
  std::size_t at = std::string_view::npos;
  std::string_view delimiter;
};

Marker find_marker(std::string_view text) {
  const std::size_t at = text.substr(0, kMaxBeforeMarker + kMarker.size()).find(kMarker);
  if (at == std::string_view::npos) return {};
  const std::string_view before = text.substr(0, at);
  if (!before.empty() && core::trim(before).find_first_of("<{\"=") != std::string_view::npos) return {};
  for (const std::string_view delimiter : kDelimiters) {
    if (text.substr(at + kMarker.size()).starts_with(delimiter)) return {at, delimiter};
  }
  return {};
}

// rsyslog's RFC 5424 output has the first columns, up to the first blank, in APP-NAME.
bool tag_has_columns(const PayloadContext& context) {
  return context.header != nullptr && context.header->format == SyslogMessage::Format::kRfc5424 &&
         find_marker(context.header->app_name).at == 0;
}

std::vector<std::string_view> split_columns(std::string_view text, std::string_view delimiter) {
  std::vector<std::string_view> columns;
  while (columns.size() + 1 < kMaxColumns) {
    const std::size_t end = text.find(delimiter);
    if (end == std::string_view::npos) break;
    columns.push_back(text.substr(0, end));
    text.remove_prefix(end + delimiter.size());
  }
  // What is more stands in the message; the columns behind it are found from the end.
  std::array<std::string_view, 2> behind;
  std::size_t found = 0;
  for (std::size_t at = 0; found < behind.size() && (at = text.rfind(delimiter)) != std::string_view::npos;) {
    behind[found++] = text.substr(at + delimiter.size());
    text = text.substr(0, at);
  }
  columns.push_back(text);
  while (found > 0) columns.push_back(behind[--found]);
  return columns;
}

bool is_number(std::string_view text) {
  text = core::trim(text);
  return !text.empty() && text.size() <= 20 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// The column that may follow the record number: an MD5 digest or EventSourceId=….
bool is_optional_column(std::string_view text) {
  constexpr std::size_t kMd5Digits = 32;
  text = core::trim(text);
  return text.starts_with("EventSourceId=") ||
         (text.size() == kMd5Digits && text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos);
}

// Takes the record number, and what follows it, off the columns from the message on. The number may be missing.
std::optional<std::uint64_t> take_record_number(std::vector<std::string_view>& rest) {
  const bool behind_number = rest.size() > 2 && is_number(rest[rest.size() - 2]) && !is_number(rest.back()) &&
                             core::trim(rest.back()).find(' ') == std::string_view::npos;
  if (rest.size() > 1 && (behind_number || is_optional_column(rest.back()))) rest.pop_back();
  if (rest.size() < 2 || !is_number(rest.back())) return std::nullopt;
  const auto number = core::parse_integer<std::uint64_t>(core::trim(rest.back()));
  rest.pop_back();
  return number;
}

// The data string and the expanded string may be swapped: the longer is the message. More columns than two mean that
// the message has delimiters in it.
std::string_view message_of(const std::vector<std::string_view>& rest) {
  if (rest.size() == 2) return rest[0].size() > rest[1].size() ? rest[0] : rest[1];
  const auto present = [](std::string_view column) { return !core::trim(column).empty(); };
  const auto first = std::find_if(rest.begin(), rest.end(), present);
  if (first == rest.end()) return {};
  const auto last = std::find_if(rest.rbegin(), rest.rend(), present);
  return {first->data(), static_cast<std::size_t>(last->data() + last->size() - first->data())};
}

}  // namespace

bool is_snare(std::string_view text, const PayloadContext& context) {
  return find_marker(text).at != std::string_view::npos || tag_has_columns(context);
}

core::Result<void> decode_snare(std::string_view text, const PayloadContext& context, core::Arena& arena,
                                WindowsEvent& event) {
  event.clear();
  event.format = PayloadFormat::kSnare;
  std::string joined;
  Marker marker = find_marker(text);
  if (marker.at == std::string_view::npos) {
    joined = fmt::format("{} {}", context.header->app_name, text);
    text = joined;
    marker = find_marker(text);
  }
  text.remove_prefix(marker.at);
  if (marker.delimiter == kOctalTab) {
    joined = undo_octal_escapes(text);
    text = joined;
    marker.delimiter = kDelimiters[0];
  }
  const std::vector<std::string_view> columns = split_columns(keep_text(text, arena), marker.delimiter);

  // The date tells where in the columns we are.
  std::optional<core::LocalTime> local;
  std::size_t date = 1;
  while (date < columns.size() && !(local = parse_ctime(columns[date]))) ++date;
  if (!local) return core::invalid_input("Snare: expected a column like 'Sun Oct 11 22:14:15 2026'");
  if (columns.size() < date + 1 + kMessage + 1) {
    return core::invalid_input(fmt::format("Snare: expected at least 13 columns, found {}", columns.size()));
  }
  const std::span<const std::string_view> fields = std::span(columns).subspan(date + 1);
  RW_TRY(event.event_id, parse_event_id(fields[kEventId]));
  if (date == 4) event.channel = core::trim(columns[2]);
  set_source(fields[kSource], event);
  set_level(fields[kLogType], event);
  event.computer = core::trim(fields[kComputer]);
  if (event.computer == "N/A") event.computer = {};

  std::vector<std::string_view> rest(fields.begin() + kMessage, fields.end());
  event.record_id = take_record_number(rest);
  event.message = core::trim(message_of(rest));
  add_present("AccountName", fields[kUser], event);
  add_present("AccountType", fields[kSidType], event);
  add_present("Category", fields[kCategory], event);
  finish_text_event(local, context, arena, event);
  return {};
}

}  // namespace rw::ingest
