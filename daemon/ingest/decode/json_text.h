// Texts of JSON documents on their way to and from the parser.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace rw::ingest {

// The same document with what many writers get wrong made right: control characters that stand raw in a string are
// escaped, and half a surrogate pair becomes U+FFFD. Anything else is left to the parser to refuse.
std::string repair_json(std::string_view json);

// True for a number of RFC 8259: the parser hands out a number's text before it has looked at all of it.
bool is_json_number(std::string_view text);

// The items of an array's text, one after the other, as they are written: so that one that is malformed does not spoil
// those before it. Looks at strings and brackets only.
class JsonArrayItems {
 public:
  // The text begins with "[" and has no blanks around it.
  explicit JsonArrayItems(std::string_view array) : array_(array) {}

  // nullopt: there are no more.
  std::optional<std::string_view> next();

  // After the last: the array's end was found, and is the text's.
  bool closed() const { return closed_; }

 private:
  const std::string_view array_;
  std::size_t at_ = 1;
  bool closed_ = false;
};

}  // namespace rw::ingest
