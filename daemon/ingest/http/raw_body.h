// A body of raw text → its events.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace rw::ingest {

// The body, or what it is in UTF-8 if it is a text of XML or JSON in UTF-16: then in `converted`.
std::string_view utf8_of(std::string_view body, std::string& converted);

// Calls `take` for each event, until it says false. Windows XML may span lines, so there an event ends with its own end
// tag; with a declaration or a wrapper around the events the body is one document. Everything else is one event a line.
// The views are of the body.
void split_raw(std::string_view body, const std::function<bool(std::string_view)>& take);

}  // namespace rw::ingest
