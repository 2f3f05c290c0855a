#include "daemon/ingest/decode/cef.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/core/text.h"
#include "daemon/ingest/decode/field_values.h"
#include "daemon/ingest/decode/provider.h"
#include "daemon/ingest/decode/text_event.h"

namespace rw::ingest {
namespace {

constexpr std::string_view kCef = "CEF:";
constexpr std::string_view kLeef = "LEEF:";
constexpr std::string_view kWinCollect = "AgentDevice=WindowsLog";
constexpr std::size_t kNowhere = std::string_view::npos;

// What a key means; of keys that mean the same the first in this table that has a value wins.
enum class Meaning { kEventId, kProvider, kChannel, kComputer, kRecordId, kTime, kLevel, kMessage };
constexpr struct {
  std::string_view key;
  Meaning meaning;
} kKeys[] = {
    {"EventIDCode", Meaning::kEventId},
    {"EventID", Meaning::kEventId},
    {"externalId", Meaning::kEventId},
    {"Source", Meaning::kProvider},
    {"SourceName", Meaning::kProvider},
    {"Channel", Meaning::kChannel},
    {"AgentLogFile", Meaning::kChannel},
    {"cat", Meaning::kChannel},
    {"Computer", Meaning::kComputer},
    {"dvchost", Meaning::kComputer},
    {"identHostName", Meaning::kComputer},
    {"dhost", Meaning::kComputer},
    {"RecordNumber", Meaning::kRecordId},
    {"TimeGenerated", Meaning::kTime},
    {"rt", Meaning::kTime},
    {"devTime", Meaning::kTime},
    {"Keywords", Meaning::kLevel},
    {"Message", Meaning::kMessage},
    {"msg", Meaning::kMessage},
};

// Seconds or milliseconds since 1970, or ISO 8601 with a zone.
std::optional<core::Micros> parse_agent_time(std::string_view text) {
  if (const auto number = core::parse_integer<std::int64_t>(text); number && text.size() <= 13) {
    return core::from_us(*number * (text.size() > 11 ? 1000 : 1'000'000));
  }
  const core::Result<core::Micros> time = core::parse_iso8601(text);
  return time.ok() ? std::optional(*time) : std::nullopt;
}

// "Oct 11 2026 22:14:15[.123][ UTC]", which CEF has beside the numbers.
struct CefTime {
  std::optional<core::LocalTime> local;
  std::string_view zone;  // its abbreviation; empty: none is given
};
CefTime parse_cef_time(std::string_view text) {
  if (text.size() < 20 || text[11] != ' ') return {};
  const std::string_view clock = text.substr(12, text.find(' ', 12) - 12);
  return {.local = parse_ctime(fmt::format("{} {} {}", text.substr(0, 6), clock, text.substr(7, 4))),
          .zone = core::trim(text.substr(12 + clock.size()))};
}

bool is_wincollect(const std::vector<NamedValue>& pairs) {
  return std::any_of(pairs.begin(), pairs.end(), [](const NamedValue& pair) { return pair.name == "AgentDevice"; });
}

// WinCollect's words for what Windows logged the event as, which are also names of Sysmon's data.
std::string_view name_in_wincollect(std::string_view name) {
  if (name == "User") return "AccountName";
  if (name == "Domain") return "AccountDomain";
  return name == "EventType" ? std::string_view() : name;  // says in a number what Keywords says
}

// A key that names what another key holds: "cs1Label" of "cs1".
bool is_label_of(std::string_view label, std::string_view key) {
  return label.ends_with("Label") && label.substr(0, label.size() - 5) == key;
}

core::Result<void> take_pairs(const std::vector<NamedValue>& pairs, std::string_view class_id,
                              const PayloadContext& context, core::Arena& arena, WindowsEvent& event) {
  const bool wincollect = is_wincollect(pairs);
  std::array<std::string_view, std::size(kKeys)> known;
  for (const NamedValue& pair : pairs) {
    const auto* const key = std::find_if(std::begin(kKeys), std::end(kKeys), [&](const auto& row) {
      return core::equals_ascii_nocase(row.key, pair.name);
    });
    if (key != std::end(kKeys)) {
      std::string_view& value = known[static_cast<std::size_t>(key - std::begin(kKeys))];
      if (value.empty()) value = pair.value;
      continue;
    }
    if (pair.name.ends_with("Label") && pair.name.size() > 5) continue;
    std::string_view name = wincollect ? name_in_wincollect(pair.name) : pair.name;
    if (name.empty()) continue;
    for (const NamedValue& label : pairs) {
      if (!label.value.empty() && is_label_of(label.name, pair.name)) name = label.value;
    }
    RW_CHECK(add_field(name, pair.value, event));
  }
  const auto first = [&](Meaning meaning) {
    for (std::size_t i = 0; i < known.size(); ++i) {
      if (kKeys[i].meaning == meaning && !known[i].empty()) return known[i];
    }
    return std::string_view();
  };

  // The class of the header is the id, or provider and id.
  std::string_view id = class_id;
  std::string_view provider = first(Meaning::kProvider);
  if (const std::size_t colon = class_id.rfind(':'); colon != kNowhere) {
    provider = class_id.substr(0, colon);
    id = class_id.substr(colon + 1);
  }
  core::Result<std::uint32_t> event_id = parse_event_id(id);
  if (!event_id.ok()) event_id = parse_event_id(first(Meaning::kEventId));
  if (!event_id.ok()) return std::move(event_id).error();
  event.event_id = *event_id;
  event.channel = first(Meaning::kChannel);
  set_source(provider.empty() ? event.channel : provider, event);
  event.computer = first(Meaning::kComputer);
  event.message = first(Meaning::kMessage);
  set_level(first(Meaning::kLevel), event);
  if (const std::string_view text = first(Meaning::kRecordId); !text.empty()) {
    RW_TRY(event.record_id, parse_record_number(text));
  }
  const std::string_view time = first(Meaning::kTime);
  event.time = parse_agent_time(time);
  CefTime cef_time = parse_cef_time(time);
  if (cef_time.local && (cef_time.zone == "UTC" || cef_time.zone == "GMT" || cef_time.zone == "Z")) {
    event.time = core::TimeZone().to_utc(*cef_time.local);
  }
  if (!cef_time.zone.empty()) cef_time.local.reset();  // of any other abbreviation there are several
  finish_text_event(cef_time.local, context, arena, event);
  return {};
}

// Takes the text up to the next '|' that is not escaped, and it, off the text. nullopt: there is none.
std::optional<std::string_view> take_header_field(std::string_view& text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '|') {
      const std::string_view field = text.substr(0, at);
      text.remove_prefix(at + 1);
      return field;
    }
  }
  return std::nullopt;
}

// The fields of a header after its version; as many as `count`, of which the wanted one is returned.
core::Result<std::string_view> header_field(std::string_view& text, std::size_t count, std::size_t wanted,
                                            std::string_view format) {
  std::string_view field;
  for (std::size_t i = 0; i < count; ++i) {
    const std::optional<std::string_view> taken = take_header_field(text);
    if (!taken) {
      return core::invalid_input(fmt::format("{} expected {} header fields, each ended by '|'", format, count));
    }
    if (i == wanted) field = *taken;
  }
  return field;
}

bool is_key_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

// A sender that escapes backslashes writes none that is not part of an escape. Others send paths as they are, in which
// "\n" is the beginning of a name.
bool has_escaped_backslashes(std::string_view text) {
  for (std::size_t at = text.find('\\'); at < text.size() - 1; at = text.find('\\', at + 2)) {
    if (std::string_view("=\\|nr").find(text[at + 1]) == kNowhere) return false;
  }
  return true;
}

// "\=" "\|" and, where backslashes are `escaped`, "\\" "\n" "\r" of a CEF value.
std::string_view without_cef_escapes(std::string_view value, bool escaped, core::Arena& arena) {
  if (value.find('\\') == kNowhere) return value;
  std::string plain;
  plain.reserve(value.size());
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char next = i + 1 < value.size() ? value[i + 1] : '\0';
    if (value[i] == '\\' && (next == '=' || next == '|' || (escaped && next == '\\'))) {
      plain += next;
      ++i;
    } else if (escaped && value[i] == '\\' && (next == 'n' || next == 'r')) {
      plain += next == 'n' ? '\n' : '\r';
      ++i;
    } else {
      plain += value[i];
    }
  }
  return arena.copy(plain);
}

// Values may have blanks in them: a value ends before the last word before the next '='.
core::Result<std::vector<NamedValue>> cef_pairs(std::string_view text, core::Arena& arena) {
  std::vector<NamedValue> pairs;
  std::size_t value_start = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
      continue;
    }
    if (text[at] != '=') continue;
    std::size_t key = at;
    while (key > value_start && is_key_character(text[key - 1])) --key;
    const bool is_key = key < at && (key == 0 || text[key - 1] == ' ' || text[key - 1] == '\t');
    if (!is_key) {
      if (pairs.empty()) return core::invalid_input("CEF: expected key=value after the header");
      continue;  // a sender that does not escape
    }
    if (pairs.size() >= WindowsEvent::kMaxFields) return too_many_fields();
    if (!pairs.empty()) pairs.back().value = text.substr(value_start, key - value_start);
    pairs.push_back({text.substr(key, at - key), {}});
    value_start = at + 1;
  }
  if (!pairs.empty()) pairs.back().value = text.substr(value_start);
  const bool escaped = has_escaped_backslashes(text);
  for (NamedValue& pair : pairs) pair.value = without_cef_escapes(core::trim(pair.value), escaped, arena);
  return pairs;
}

// A value may have delimiters in it (messages of the Security log have TABs): what does not begin with a key belongs to
// the value before. WinCollect's message is its last value, so that nothing in it is a key.
core::Result<std::vector<NamedValue>> leef_pairs(std::string_view text, std::string_view delimiter) {
  std::vector<NamedValue> pairs;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(delimiter), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + delimiter.size(), text.size()));
    const std::string_view key = core::trim(pair.substr(0, pair.find('=')));
    if (pair.find('=') == kNowhere || !std::all_of(key.begin(), key.end(), is_key_character)) {
      if (pairs.empty() && core::trim(pair).empty()) continue;
      if (pairs.empty()) {
        return core::invalid_input(fmt::format("LEEF: expected key=value, got {}", core::quoted(pair)));
      }
      std::string_view& value = pairs.back().value;
      value = {value.data(), static_cast<std::size_t>(pair.data() + pair.size() - value.data())};
      continue;
    }
    if (pairs.size() >= WindowsEvent::kMaxFields) return too_many_fields();
    pairs.push_back({key, pair.substr(pair.find('=') + 1)});
    if (key == "Message" && is_wincollect(pairs)) {
      const std::string_view value = pairs.back().value;
      pairs.back().value = {value.data(), static_cast<std::size_t>(text.data() + text.size() - value.data())};
      break;
    }
  }
  for (NamedValue& pair : pairs) pair.value = core::trim(pair.value);
  return pairs;
}

// LEEF 2.0: a character, or its code as "x09" or "0x09"; empty is a TAB.
std::optional<char> leef_delimiter(std::string_view field) {
  if (field.empty()) return '\t';
  if (field.size() == 1) return field[0];
  const std::size_t digits = field.find_first_of("xX") + 1;
  unsigned code = 0;
  const char* const last = field.data() + field.size();
  const auto [end, error] = std::from_chars(field.data() + std::min(digits, field.size()), last, code, 16);
  if (digits == 0 || digits > 2 || error != std::errc() || end != last || code == 0 || code > 0x7f) {
    return std::nullopt;
  }
  return static_cast<char>(code);
}

}  // namespace

bool is_cef(std::string_view text) { return core::trim(text).starts_with(kCef); }

bool is_leef(std::string_view text) {
  text = core::trim(text);
  return text.starts_with(kLeef) || text.starts_with(kWinCollect);
}

core::Result<void> decode_cef(std::string_view text, const PayloadContext& context, core::Arena& arena,
                              WindowsEvent& event) {
  event.clear();
  event.format = PayloadFormat::kCef;
  std::string_view rest = core::trim(keep_text(text, arena));
  // Version, Device Vendor, Device Product, Device Version, Device Event Class ID, Name, Severity
  RW_TRY(const std::string_view class_id, header_field(rest, 7, 4, kCef));
  RW_TRY(const std::vector<NamedValue> pairs, cef_pairs(rest, arena));
  return take_pairs(pairs, class_id, context, arena, event);
}

core::Result<void> decode_leef(std::string_view text, const PayloadContext& context, core::Arena& arena,
                               WindowsEvent& event) {
  event.clear();
  event.format = PayloadFormat::kLeef;
  std::string_view rest = core::trim(keep_text(text, arena));
  std::string_view class_id;
  char delimiter = '\t';
  if (rest.starts_with(kLeef)) {
    const bool has_delimiter = rest.substr(kLeef.size()).starts_with("2.");
    // Version, Vendor, Product, Version, EventID
    RW_TRY(class_id, header_field(rest, 5, 4, kLeef));
    if (has_delimiter) {
      const std::optional<std::string_view> field = take_header_field(rest);
      const std::optional<char> given = field ? leef_delimiter(*field) : std::nullopt;
      if (!given) return core::invalid_input("LEEF: 2.0 expected a delimiter such as 'x09' after the event id");
      delimiter = *given;
    }
  }
  // A relay writes TABs out.
  const bool written_out = delimiter == '\t' && rest.find('\t') == kNowhere;
  RW_TRY(const std::vector<NamedValue> pairs,
         leef_pairs(rest, written_out ? std::string_view("#011") : std::string_view(&delimiter, 1)));
  return take_pairs(pairs, class_id, context, arena, event);
}

}  // namespace rw::ingest
