// The other reading of Windows Event XML: a tree of each event, made by pugixml, and a walk over it. Slow and obvious;
// for tests of decode_event_xml, which reads without a tree.
#pragma once

#include <cstddef>
#include <string_view>

#include "daemon/core/arena.h"
#include "daemon/core/result.h"
#include "daemon/ingest/decode/take_event.h"
#include "daemon/ingest/decode/windows_event.h"

namespace rw::test {

// As decode_event_xml, but for the words and the place of what is said about an event that is not well-formed (with a
// second fault, what is said may be about the other). The text must have no reference to a character that XML does not
// allow ("&#2;"): pugixml makes it that character, or another one.
core::Result<std::size_t> decode_event_tree(std::string_view text, core::Arena& arena, ingest::WindowsEvent& event,
                                            const ingest::TakeEvent& take);

}  // namespace rw::test
