// References in the texts of XML 1.0: "&lt;", "&#60;", "&#x3c;". Pure.
#pragma once

#include <string_view>

#include "daemon/core/arena.h"

namespace rw::ingest {

// The text with what its references stand for: the five names that XML knows by itself, and numbers. The number of a
// character that XML does not allow becomes U+FFFD (Sysmon's values have control characters so); what is no such
// reference stays as it is. The result is a view of the text where that has no '&', else it goes to the arena.
std::string_view without_references(std::string_view text, core::Arena& arena);

}  // namespace rw::ingest
