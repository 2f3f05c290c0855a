// STRUCTURED-DATA of RFC 5424 (6.3): [SD-ID PARAM-NAME="PARAM-VALUE" …]…, no blank between elements. Pure; all views
// are of the given text.
//
// In a value only \" \\ and \] are escapes. A backslash before any other character stands for itself, and the character
// stays (6.3.3): many senders forget to double it, and path="C:\Windows" means C:\Windows.
#pragma once

#include <optional>
#include <string_view>

#include "daemon/core/arena.h"
#include "daemon/core/result.h"

namespace rw::ingest {

struct SdElement {
  std::string_view sd_id;
  std::string_view params;  // as written, between SD-ID and the closing bracket
};

// The elements of a text like SyslogMessage::structured_data, one a call. Errors: InvalidInput (no '[', no SD-ID, an
// element or a value that is not closed); after one there is nothing more.
class SdElements {
 public:
  explicit SdElements(std::string_view structured_data) : text_(structured_data), rest_(structured_data) {}
  core::Result<std::optional<SdElement>> next();

 private:
  core::Error malformed(std::string_view what);

  const std::string_view text_;
  std::string_view rest_;
};

struct SdParam {
  std::string_view name;
  std::string_view value;  // as written, with its escapes: see sd_value()
};

// The params of one element, one a call. Errors: InvalidInput (no '=', no quoted value); after one there is nothing
// more.
class SdParams {
 public:
  explicit SdParams(std::string_view params) : rest_(params) {}
  core::Result<std::optional<SdParam>> next();

 private:
  core::Error malformed(std::string_view name, std::string_view expected);

  std::string_view rest_;
};

// What a written PARAM-VALUE means. A view of it where it has no escapes, else in the arena.
std::string_view sd_value(std::string_view written, core::Arena& arena);

}  // namespace rw::ingest
