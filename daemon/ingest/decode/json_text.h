// Texts of JSON documents on their way to and from the parser.
#pragma once

#include <string>
#include <string_view>

namespace rw::ingest {

// The same document with what many writers get wrong made right: control characters that stand raw in a string are
// escaped, and half a surrogate pair becomes U+FFFD. Anything else is left to the parser to refuse.
std::string repair_json(std::string_view json);

// True for a number of RFC 8259: the parser hands out a number's text before it has looked at all of it.
bool is_json_number(std::string_view text);

}  // namespace rw::ingest
