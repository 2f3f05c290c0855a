// Cuts a body of JSON objects that stand one after another, with or without white space between them ({…}{…}, one a
// line, pretty-printed), or in arrays ([{…},{…}]). By brackets and quotes alone: whether an object is JSON is for its
// reader to say. Pure; one object per body, used on one thread.
//
//   body = *( ws / object / array )         array = "[" [ object *( "," object ) ] "]"
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace rw::ingest {

struct JsonPiece {
  std::string_view text;  // of the body: the object; with a fault: from there to the body's end
  std::string fault;      // what, where, what was expected; empty: none
};

class JsonObjects {
 public:
  // The body must outlive it. A byte order mark is skipped.
  explicit JsonObjects(std::string_view body);

  // The next object; nullopt: the end. A fault ends the reading: nothing later can be told apart, unless resume().
  std::optional<JsonPiece> next();
  // Goes on at this position of the body, where an object (or array) begins.
  void resume(std::size_t at);

 private:
  JsonPiece fault(std::size_t from, std::string reason);

  const std::string_view body_;
  std::size_t at_ = 0;
  bool in_array_ = false;
  bool after_element_ = false;  // in an array: a comma or the end must come
  bool ended_ = false;          // by a fault
};

struct JsonExtent {
  std::size_t end = std::string_view::npos;  // npos: the value does not end
  bool too_deep = false;                     // more than 64 levels
};

// Where the object or array at `at` ends.
JsonExtent find_json_end(std::string_view text, std::size_t at);
// The position after the string whose quote is at `at`; npos: it does not end.
std::size_t skip_json_string(std::string_view text, std::size_t at);
std::size_t skip_json_blank(std::string_view text, std::size_t at);

}  // namespace rw::ingest
