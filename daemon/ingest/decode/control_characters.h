// Control characters that no text of an event may keep, whatever format it came in: U+0000 to U+001F without TAB, LF
// and CR. XML 1.0 forbids them, and a NUL ends a text early for much of what comes later. Each becomes U+FFFD.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "daemon/core/text.h"

namespace rw::ingest {

inline bool is_forbidden_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r';
}

inline bool has_forbidden_control(std::string_view text) {
  for (std::size_t at = core::find_control(text); at < text.size(); at = core::find_control(text, at + 1)) {
    if (is_forbidden_control(text[at])) return true;
  }
  return false;
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
