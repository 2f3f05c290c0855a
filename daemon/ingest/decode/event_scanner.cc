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

constexpr std::string_view kWord = "Event";  // in which every tag's name ends that is looked for

// Where the tag "<Event>" or "<p:Event …" starts whose name ends with the word at `word`; npos if there is none.
std::size_t start_tag_of(std::string_view text, std::size_t word) {
  const std::size_t end = word + kWord.size();
  if (end >= text.size() || !is_name_end(text[end]) || word == 0) return std::string_view::npos;
  if (text[word - 1] == '<') return word - 1;
  if (text[word - 1] != ':') return std::string_view::npos;
  std::size_t prefix = word - 1;
  while (prefix > 0 && text[prefix - 1] != '<' && !is_name_end(text[prefix - 1])) --prefix;
  return prefix > 0 && text[prefix - 1] == '<' ? prefix - 1 : std::string_view::npos;
}

// Where the next such tag starts, from `from` on; the text's size if there is none.
std::size_t find_start_tag(std::string_view text, std::size_t from) {
  for (std::size_t word = text.find(kWord, from); word != std::string_view::npos; word = text.find(kWord, word + 1)) {
    const std::size_t start = start_tag_of(text, word);
    if (start != std::string_view::npos) return start;
  }
  return text.size();
}

// The size of the text up to and with the end tag of that name whose name ends with the word at `word`; npos if there
// is none.
std::size_t end_of_end_tag(std::string_view text, std::size_t word, std::string_view name) {
  std::size_t end = word + kWord.size();
  const std::string_view before = text.substr(0, end);
  if (!before.ends_with(name) || !before.substr(0, end - name.size()).ends_with("</")) return std::string_view::npos;
  while (end < text.size() && is_blank(text[end])) ++end;
  return end < text.size() && text[end] == '>' ? end + 1 : std::string_view::npos;
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
  std::size_t next_start = std::string_view::npos;
  std::size_t word = rest_.find(kWord, 1 + name.size());
  for (; word != std::string_view::npos; word = rest_.find(kWord, word + 1)) {
    const std::size_t end = end_of_end_tag(rest_, word, name);
    if (end != std::string_view::npos) return {cut(end), {}};
    next_start = start_tag_of(rest_, word);
    if (next_start != std::string_view::npos) break;
  }
  next_start = std::min(next_start, rest_.size());

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
