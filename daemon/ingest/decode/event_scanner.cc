#include "daemon/ingest/decode/event_scanner.h"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/core/text.h"

namespace rw::ingest {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
bool is_name_end(char c) { return is_blank(c) || c == '>' || c == '/'; }

std::string_view end_tag_name(std::string_view text) {
  if (!text.starts_with("</")) return {};
  std::size_t end = 2;
  while (end < text.size() && !is_name_end(text[end])) ++end;
  return text.substr(2, end - 2);
}

// Where the next "<Event>" or "<p:Event …" starts, from `from` on; the text's size if there is none.
std::size_t find_start_tag(std::string_view text, std::size_t from) {
  while (true) {
    const std::size_t word = text.find("Event", from);
    if (word == std::string_view::npos) return text.size();
    from = word + 1;
    const std::size_t end = word + std::string_view("Event").size();
    if (end >= text.size() || !is_name_end(text[end]) || word == 0) continue;
    if (text[word - 1] == '<') return word - 1;
    if (text[word - 1] != ':') continue;
    std::size_t prefix = word - 1;
    while (prefix > 0 && text[prefix - 1] != '<' && !is_name_end(text[prefix - 1])) --prefix;
    if (prefix > 0 && text[prefix - 1] == '<') return prefix - 1;
  }
}

// The size of the text up to and with the first end tag of that name; npos if there is none.
std::size_t find_end_tag(std::string_view text, std::string_view name) {
  for (std::size_t at = text.find("</"); at != std::string_view::npos; at = text.find("</", at + 2)) {
    if (!text.substr(at + 2).starts_with(name)) continue;
    std::size_t end = at + 2 + name.size();
    while (end < text.size() && is_blank(text[end])) ++end;
    if (end < text.size() && text[end] == '>') return end + 1;
  }
  return std::string_view::npos;
}

// Size limits on the way cut the tail of an event, where RenderingInfo stands; the data before it are whole.
// How much of the text that is; npos if the cut went into the data.
std::size_t whole_part(std::string_view cut_off) {
  for (const std::string_view end_of_data : {"</EventData>", "</UserData>"}) {
    const std::size_t at = cut_off.rfind(end_of_data);
    if (at != std::string_view::npos) return at + end_of_data.size();
  }
  return cut_off.rfind("<RenderingInfo");
}

}  // namespace

std::string_view skip_blank_and_bom(std::string_view text) {
  if (text.starts_with(core::kByteOrderMark)) text.remove_prefix(core::kByteOrderMark.size());
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  return text;
}

std::string_view tag_name(std::string_view text) {
  if (text.size() < 2 || text[0] != '<') return {};
  std::size_t end = 1;
  while (end < text.size() && !is_name_end(text[end])) ++end;
  return text.substr(1, end - 1);
}

std::string_view EventScanner::cut(std::size_t bytes) {
  const std::string_view piece = rest_.substr(0, bytes);
  rest_.remove_prefix(piece.size());
  return piece;
}

EventScanner::Piece EventScanner::faulty(std::size_t bytes, std::string message) {
  core::Error error = core::invalid_input(fmt::format("offset {}: {}", offset(), message));
  return {cut(bytes), std::move(error)};
}

bool EventScanner::skip_past(std::string_view end) {
  const std::size_t at = rest_.find(end);
  if (at == std::string_view::npos) return false;
  rest_.remove_prefix(at + end.size());
  return true;
}

std::optional<EventScanner::Piece> EventScanner::next() {
  while (true) {
    rest_ = skip_blank_and_bom(rest_);
    if (rest_.empty()) return std::nullopt;
    const std::string_view name = tag_name(rest_);
    if (local_name(name) == "Event") return take_event(name);
    if (rest_.starts_with("<?")) {
      if (!skip_past("?>")) return faulty(rest_.size(), "XML declaration without '?>'");
    } else if (rest_.starts_with("<!--")) {
      if (!skip_past("-->")) return faulty(rest_.size(), "comment without '-->'");
    } else if (rest_.starts_with("<!")) {
      // Its entities could make the events after it mean something else.
      return faulty(rest_.size(), "a DOCTYPE is not allowed");
    } else if (local_name(name) == "Events" || local_name(end_tag_name(rest_)) == "Events") {
      if (!skip_past(">")) return faulty(rest_.size(), "<Events> without '>'");
    } else {
      const std::size_t start = find_start_tag(rest_, 1);
      return faulty(start,
                    fmt::format("expected <Event>, found '{}'", rest_.substr(0, std::min<std::size_t>(start, 40))));
    }
  }
}

EventScanner::Piece EventScanner::take_event(std::string_view name) {
  const std::size_t next_start = find_start_tag(rest_, 1 + name.size());
  const std::size_t end = find_end_tag(rest_.substr(0, next_start), name);
  if (end != std::string_view::npos) return {cut(end), {}};

  const std::string_view cut_off = rest_.substr(0, next_start);
  const std::size_t whole = whole_part(cut_off);
  if (whole == std::string_view::npos) {
    return faulty(next_start, fmt::format("<{}> without </{}>: the event is cut off", name, name));
  }
  const std::string mended = fmt::format("{}</{}>", cut_off.substr(0, whole), name);
  rest_.remove_prefix(next_start);
  return {arena_.copy(mended), {}};
}

}  // namespace rw::ingest
