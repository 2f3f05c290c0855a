// Cuts a file of events into payloads: Windows Event XML, one event a line or spread over several, with or without
// <Events> around them; JSON, one object a line, or pretty-printed: begun by a line of nothing but `{` and ended by one
// that begins with `}` (as `jq` and the JSON files of Sigma's regression data have it; braces are not counted, so that
// a broken object does not take the rest of the file with it). Also in UTF-16, as PowerShell writes what it is told to
// redirect. In: bytes in any chunking. Out: one event's text a call.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/core/utf16.h"

namespace rw::ingest {

class EventFile {
 public:
  // A payload over the limit is given in pieces that do not decode, so that it is counted and kept as rejected.
  explicit EventFile(std::size_t max_payload_bytes) : max_payload_bytes_(max_payload_bytes) {}

  void append(std::string_view bytes);
  // Next payload; nullopt: more bytes needed. The view lives until the next call of append() or next_at_end().
  std::optional<std::string_view> next() { return take(false); }
  // The file has ended: what is left, payload by payload.
  std::optional<std::string_view> next_at_end();

 private:
  void convert(bool at_end);
  std::optional<std::string_view> take(bool at_end);
  std::string_view consume(std::size_t bytes);

  const std::size_t max_payload_bytes_;
  bool begun_ = false;  // what the text is in is known
  std::optional<core::ByteOrder> utf16_;
  std::string undecoded_;    // bytes that are not in buffer_ yet
  std::string buffer_;       // UTF-8
  std::size_t start_ = 0;    // of what is not yet given out
  std::size_t scanned_ = 0;  // no end of the current payload before here
};

}  // namespace rw::ingest
