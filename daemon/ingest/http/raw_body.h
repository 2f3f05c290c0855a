// A body of raw text → its events.
#pragma once

#include <functional>
#include <string_view>

namespace rw::ingest {

// Calls `take` for each event, until it says false. Windows XML may span lines, so there an event ends with its own end
// tag; with a declaration or a wrapper around the events the body is one document. Everything else is one event a line.
// The views are of the body.
void split_raw(std::string_view body, const std::function<bool(std::string_view)>& take);

}  // namespace rw::ingest
