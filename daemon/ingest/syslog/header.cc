#include "daemon/ingest/syslog/header.h"

#include <algorithm>
#include <cstddef>

#include "daemon/core/text.h"
#include "daemon/ingest/syslog/timestamp.h"

namespace rw::ingest {
namespace {

constexpr std::string_view kCeeCookie = "@cee:";
// Longer words before a colon are text; Windows provider names have up to some 70 characters.
constexpr std::size_t kMaxTagBytes = 128;

bool is_printable(char c) { return c > ' ' && c <= '~'; }

std::string_view without_trailing_line_ends(std::string_view text) {
  const std::size_t last = text.find_last_not_of(std::string_view("\r\n\0 ", 4));
  return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

std::string_view value_of(std::string_view field) { return field == "-" ? std::string_view() : field; }

// "<" 1 to 3 digits ">", 0 to 191, no leading zero. Takes it off the text.
std::optional<int> take_pri(std::string_view& text) {
  if (text.empty() || text[0] != '<') return std::nullopt;
  std::size_t at = 1;
  int pri = 0;
  while (at < text.size() && at <= 3 && core::is_digit(text[at])) pri = pri * 10 + (text[at++] - '0');
  if (at == 1 || at >= text.size() || text[at] != '>' || pri > 191 || (text[1] == '0' && at > 2)) return std::nullopt;
  text.remove_prefix(at + 1);
  return pri;
}

// Takes the word up to the next blank, and the blank, off the text. Empty: there is no word.
std::string_view take_word(std::string_view& text) {
  const std::size_t blank = text.find(' ');
  const std::string_view word = text.substr(0, blank);
  text.remove_prefix(blank == std::string_view::npos ? text.size() : blank + 1);
  return word;
}

void take_blank(std::string_view& text) {
  if (text.starts_with(' ')) text.remove_prefix(1);
}

// The payload behind what writers put before it: a BOM (RFC 5424 MSG), a CEE cookie, and more blanks than one.
std::string_view payload_of(std::string_view text) {
  std::string_view payload = text;
  const auto skip_blanks = [&] { payload.remove_prefix(std::min(payload.find_first_not_of(' '), payload.size())); };
  bool cookie = false;
  skip_blanks();
  if (payload.starts_with(core::kByteOrderMark)) {
    payload.remove_prefix(core::kByteOrderMark.size());
    cookie = true;
  }
  if (payload.starts_with(kCeeCookie)) {
    payload.remove_prefix(kCeeCookie.size());
    skip_blanks();
    cookie = true;
  }
  return cookie ? payload : text;
}

// --- RFC 5424 -------------------------------------------------------------------------------------------------------

// The size of "[SD-ID name="value" …]…" at the front of the text: one or more elements, no blank between them.
// A backslash takes the character after it along, whatever it is. 0: not structured data, or not closed.
std::size_t structured_data_size(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size() && text[at] == '[') {
    ++at;
    if (at >= text.size() || !is_printable(text[at]) || text[at] == ']' || text[at] == '"') return 0;
    bool quoted = false;
    while (at < text.size() && (quoted || text[at] != ']')) {
      if (text[at] == '"') quoted = !quoted;
      if (quoted && text[at] == '\\') ++at;
      ++at;
    }
    if (at >= text.size()) return 0;
    ++at;
  }
  return at < text.size() && text[at] != ' ' ? 0 : at;
}

// VERSION SP: 1 to 3 digits without a leading zero.
bool take_version(std::string_view& text) {
  std::size_t digits = 0;
  while (digits < text.size() && digits < 3 && core::is_digit(text[digits])) ++digits;
  if (digits == 0 || text[0] == '0' || digits >= text.size() || text[digits] != ' ') return false;
  text.remove_prefix(digits + 1);
  return true;
}

bool looks_like_iso_date(std::string_view word) {
  return word.size() >= 19 && core::is_digit(word[0]) && core::is_digit(word[3]) && word[4] == '-' && word[7] == '-' &&
         (word[10] == 'T' || word[10] == 't');
}

bool parse_rfc5424(std::string_view text, const core::TimeZone& zone, SyslogMessage& message) {
  if (!take_version(text)) return false;
  const std::string_view timestamp = take_word(text);
  if (timestamp != "-" && !looks_like_iso_date(timestamp)) return false;
  const std::string_view hostname = take_word(text);
  const std::string_view app_name = take_word(text);
  const std::string_view procid = take_word(text);
  const std::string_view msgid = take_word(text);
  if (msgid.empty() || hostname.empty() || app_name.empty() || procid.empty()) return false;

  message.format = SyslogMessage::Format::kRfc5424;
  message.timestamp = parse_iso_timestamp(timestamp, zone);
  message.hostname = value_of(hostname);
  message.app_name = value_of(app_name);
  message.procid = value_of(procid);
  message.msgid = value_of(msgid);
  if (text == "-" || text.starts_with("- ")) {
    text.remove_prefix(1);
  } else {
    // Without STRUCTURED-DATA, which must not be left out, all the rest is payload.
    const std::size_t size = structured_data_size(text);
    message.structured_data = text.substr(0, size);
    text.remove_prefix(size);
  }
  take_blank(text);
  message.msg = payload_of(text);
  return true;
}

// --- RFC 3164 -------------------------------------------------------------------------------------------------------

bool begins_payload(char c) { return c == '{' || c == '<' || c == '['; }

// "TAG:" or "TAG[procid]:" at the front, and the blank after it. A word without the colon is payload, since many
// senders write no TAG, unless XML or JSON follows it: rsyslog's tag may end in a blank. A word before a TAB begins a
// Snare record: it is payload, but it names the program as well.
void take_tag(std::string_view& text, SyslogMessage& message) {
  std::size_t at = 0;
  while (at < text.size() && at <= kMaxTagBytes && is_printable(text[at]) && text[at] != ':' && text[at] != '[' &&
         text[at] != '{' && text[at] != '<' && text[at] != '"') {
    ++at;
  }
  if (at == 0 || at > kMaxTagBytes || at >= text.size()) return;
  const std::string_view tag = text.substr(0, at);
  if (text[at] == '\t') {
    message.app_name = tag;
    return;
  }
  std::string_view procid;
  if (text[at] == '[') {
    const std::size_t close = text.find_first_of("] ", at);
    if (close == std::string_view::npos || text[close] != ']') return;
    procid = text.substr(at + 1, close - at - 1);
    at = close + 1;
  }
  if (at + 1 >= text.size()) return;
  const bool before_payload = text[at] == ' ' && (text[at + 1] == '<' || text[at + 1] == '{');
  if (text[at] != ':' && !before_payload) return;
  if (text[at] == ':') ++at;
  if (at < text.size() && text[at] != ' ' && text[at] != '\t' && !begins_payload(text[at]) && text[at] != '@') return;
  message.app_name = tag;
  message.procid = procid;
  text.remove_prefix(at);
  take_blank(text);
}

// HOST, unless what stands there is a TAG or the payload.
void take_host(std::string_view& text, SyslogMessage& message) {
  if (text.empty() || begins_payload(text[0]) || !is_printable(text[0])) return;
  const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
  const std::string_view word = text.substr(0, end);
  if (word.ends_with(':') || word.starts_with("CEF:") || word.starts_with("LEEF:")) return;
  message.hostname = word;
  text.remove_prefix(end);
  take_blank(text);
}

bool take_timestamp(std::string_view& text, core::Micros received, const core::TimeZone& zone, SyslogMessage& message) {
  if (const auto bsd = parse_bsd_timestamp(text, received, zone)) {
    if (bsd->size < text.size() && text[bsd->size] != ' ') return false;
    message.timestamp = bsd->time;
    text.remove_prefix(bsd->size);
    take_blank(text);
    return true;
  }
  std::string_view rest = text;
  const std::string_view word = take_word(rest);
  if (!looks_like_iso_date(word)) return false;
  message.timestamp = parse_iso_timestamp(word, zone);
  if (!message.timestamp) return false;
  text = rest;
  return true;
}

}  // namespace

SyslogMessage parse_syslog(std::string_view text, core::Micros received, const core::TimeZone& zone) {
  SyslogMessage message;
  text = without_trailing_line_ends(text);
  if (text.starts_with(core::kByteOrderMark)) text.remove_prefix(core::kByteOrderMark.size());
  const std::optional<int> pri = take_pri(text);
  if (!pri) {
    message.msg = payload_of(text);
    return message;
  }
  message.facility = *pri / 8;
  message.severity = *pri % 8;
  if (parse_rfc5424(text, zone, message)) return message;
  if (take_timestamp(text, received, zone, message)) {
    message.format = SyslogMessage::Format::kRfc3164;
    take_host(text, message);
    take_tag(text, message);
  }
  message.msg = payload_of(text);
  return message;
}

}  // namespace rw::ingest
