// Reads one XML element: the elements in it, their attributes and texts, in the order in which they stand. There is no
// tree: what is not asked for is only checked, and a level of depth costs no more than a name.
//
//   XmlReader reader(xml, arena);
//   if (reader.next_child(0)) {         // the outermost element; its depth is 1
//     while (reader.next_child(1)) {    // each element in it, whose attributes and text() or children, next_child(2),
//       …                               // may be read or left
//     }
//   }
//   if (reader.fault()) …
//
//   element    '<' name (blanks attribute)* blanks? ('/>' | '>' content '</' name blanks? '>')
//   attribute  name blanks? '=' blanks? (quoted by " or ')
//   content    (text | element | '<![CDATA[' … ']]>' | '<!--' … '-->' | '<?' name … '?>')*
//
// Blanks are text only where they are all that an element has. Line ends stay as they are. What forwarders write
// against the rules without a doubt what they mean is taken: a '<' in a value, a '&' that is no reference, a second
// attribute of the same name (the first counts), "--" in a comment. There is no DOCTYPE and so nothing that it would
// declare. Not thread-safe. Memory: 16 bytes for each element that is open.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "daemon/core/arena.h"
#include "daemon/ingest/decode/windows_event.h"

namespace rw::ingest {

class XmlReader {
 public:
  // All that the reader gives are views into `xml` or, where a text had to be put together, into the arena.
  XmlReader(std::string_view xml, core::Arena& arena);

  // Goes to the next element in the one at `depth` that was entered last, past what is left of the elements in that. 0:
  // the outermost element. False: there is no more, the end of the element at `depth` has been read; or there is a
  // fault.
  bool next_child(std::size_t depth);

  // Of the element to which next_child() went last; both names without prefix. attribute() before text(); empty: it has
  // none. Views are valid as long as xml and the arena.
  std::string_view name() const { return name_; }
  std::string_view attribute(std::string_view name) {  // inline: the names that are asked for are constants
    for (const NamedValue& item : attributes_) {
      if (item.name == name) return unescaped(item.value);
    }
    return {};
  }

  // All text up to the end of that element, that of the elements in it, too.
  std::string_view text();

  // What keeps the text from being one well-formed element: nothing can be read after it. Known for sure only when
  // next_child(1) or next_child(0) has given false.
  struct Fault {
    std::size_t offset;  // bytes
    std::string_view what;
  };
  const std::optional<Fault>& fault() const { return fault_; }

 private:
  enum class Piece { kStart, kText, kEnd, kNone };
  Piece next();
  // Each begins where at_ is before what it reads. False: a fault, and of read_text also blanks that are no text.
  bool start_tag();
  bool read_attributes();
  bool end_tag();
  bool end_element();
  bool read_text();
  bool read_cdata();
  bool skip_comment();
  bool skip_instruction();
  bool fail(std::size_t offset, std::string_view what);  // always false

  char peek(std::size_t ahead = 0) const { return at_ + ahead < xml_.size() ? xml_[at_ + ahead] : '\0'; }
  std::string_view read_name();
  void skip_blanks();
  // Moves past the next `end`; false: it does not come.
  bool skip_past(std::string_view end);
  std::string_view unescaped(std::string_view raw);
  std::string_view piece_text();

  const std::string_view xml_;
  core::Arena& arena_;
  const bool has_references_;
  std::size_t at_ = 0;
  std::vector<std::string_view> open_;  // names of the elements that have begun and not ended, with prefixes
  bool is_empty_element_ = false;       // the last of them was "<a/>", and its end is the next piece
  bool has_content_ = false;            // the last of them has elements or text before at_
  bool is_over_ = false;
  bool name_has_prefix_ = false;  // the last that was read
  std::string_view name_;
  std::vector<NamedValue> attributes_;  // names without prefix, values as written
  std::string_view text_;               // as written
  bool is_cdata_ = false;
  std::optional<Fault> fault_;
};

}  // namespace rw::ingest
