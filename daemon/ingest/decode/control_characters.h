// Control characters that no text of an event may keep, whatever format it came in: U+0000 to U+001F without TAB, LF
// and CR. XML 1.0 forbids them, and a NUL ends a text early for much of what comes later. Each becomes U+FFFD.
#pragma once

#include <string>
#include <string_view>

#include "daemon/core/text.h"

namespace rw::ingest {

inline bool is_forbidden_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r';
}

inline bool has_forbidden_control(std::string_view text) {
  unsigned found = 0;  // no early end: so the compiler can take many bytes at once
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    found |= static_cast<unsigned>(byte < 0x20) & static_cast<unsigned>(byte != '\t') &
             static_cast<unsigned>(byte != '\n') & static_cast<unsigned>(byte != '\r');
  }
  return found != 0;
}

inline std::string replace_forbidden_controls(std::string_view text) {
  std::string clean;
  for (const char c : text) {
    if (is_forbidden_control(c)) {
      clean += core::kReplacementCharacter;
    } else {
      clean += c;
    }
  }
  return clean;
}

}  // namespace rw::ingest
