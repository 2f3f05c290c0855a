// The body of /services/collector/event: JSON objects one after another, with or without white space between them
// ({…}{…}), or in arrays ([{…},{…}]). The Content-Type says nothing: clients send forms' and text types.
//
//   object = event (required), time, host, fields, and others that do not matter here
//
// One object per body, used on one thread.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/core/time.h"
#include "daemon/ingest/http/hec_reply.h"
#include "daemon/ingest/http/json_objects.h"

namespace rw::ingest {

struct HecEvent {
  // The event as text: the string itself, else the JSON of the value as it was sent. Lives until the next next().
  std::string_view payload;
  std::optional<core::Micros> time;
  std::string_view host;  // lives until the next next()
};

// One item of the body. code kSuccess: `event` is to be stored. Else the item is at fault and `source` is its text.
struct HecItem {
  HecCode code = HecCode::kSuccess;
  HecEvent event;
  std::string reason;       // what, where, what was expected
  std::string_view source;  // view of the body
};

class HecEventReader {
 public:
  // The body must outlive the reader.
  explicit HecEventReader(std::string_view body);
  ~HecEventReader();
  HecEventReader(const HecEventReader&) = delete;
  HecEventReader& operator=(const HecEventReader&) = delete;

  // The next item; nullopt at the end of the body. After malformed JSON (kInvalidDataFormat with `trusted()` false)
  // nothing later can be told apart and the reader is at its end.
  std::optional<HecItem> next();
  bool trusted() const { return trusted_; }

 private:
  struct Json;  // simdjson's parser

  HecItem read_object(std::string_view text);

  const std::string_view body_;
  JsonObjects objects_;
  bool trusted_ = true;
  std::unique_ptr<Json> json_;
};

// "1791749655.123": seconds since the epoch; a value over 10^11 is milliseconds, a known fault of clients. nullopt: not
// a plain decimal number, or one that no time has.
std::optional<core::Micros> parse_hec_time(std::string_view text);

}  // namespace rw::ingest
