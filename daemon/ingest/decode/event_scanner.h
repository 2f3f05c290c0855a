// Finds the events in a text of Windows Event XML, before any of them is parsed: so that what is wrong with one of
// them costs only that one. Inside an event "<Event" cannot stand as text (there it is escaped), so the next start tag
// ends an event that has no end tag.
// One object per text; pieces are views into the text or, where a cut-off event was mended, live in the arena.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/core/arena.h"
#include "daemon/core/result.h"

namespace rw::ingest {

std::string_view skip_blank_and_bom(std::string_view text);

// Without its namespace prefix.
inline std::string_view local_name(std::string_view name) {
  const std::size_t colon = name.rfind(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

// The name of the start tag at the front of the text ("<ev:Event xmlns=" gives "ev:Event"); empty if there is none.
std::string_view tag_name(std::string_view text);

class EventScanner {
 public:
  EventScanner(std::string_view text, core::Arena& arena) : text_(text), rest_(text), arena_(arena) {}

  struct Piece {
    std::string_view xml;      // from the start tag to the end tag
    core::Result<void> fault;  // not an event, or not a whole one. Errors: InvalidInput
  };
  // The next event or what stands where one should be; nullopt at the end.
  std::optional<Piece> next();

 private:
  std::size_t offset() const { return text_.size() - rest_.size(); }
  std::string_view cut(std::size_t bytes);
  Piece faulty(std::size_t bytes, std::string message);
  bool skip_past(std::string_view end);
  Piece take_event(std::string_view name);

  const std::string_view text_;
  std::string_view rest_;
  core::Arena& arena_;
};

}  // namespace rw::ingest
