// JSON text piece by piece where a document would be too slow: the hot path and SQL functions.
// Everywhere else nlohmann::json is the way.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace rw::core {

// Appends the text as a JSON string with its quotes (RFC 8259). The text must be valid UTF-8.
void append_json_string(std::string& out, std::string_view text);
// The same of bytes that may be no UTF-8: each invalid sequence becomes U+FFFD.
void append_json_repaired(std::string& out, std::string_view bytes);

// Where the next '"' or '\\' stands, from `from` on; npos: nowhere. For whoever steps over the strings of JSON text.
std::size_t find_json_string_stop(std::string_view text, std::size_t from);

// Builds one object: begin, member…, end. Members with empty values are left out.
class JsonObjectText {
 public:
  explicit JsonObjectText(std::string& out) : out_(out) { out_.clear(); }
  void member(std::string_view name, std::string_view value);
  // The finished text; empty when there was no member.
  std::string_view finish() {
    if (!out_.empty()) out_ += '}';
    return out_;
  }

 private:
  std::string& out_;
};

}  // namespace rw::core
