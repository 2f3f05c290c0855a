// The fields of an event out of its rendered message, for forwarders that lose EventData on the way. Windows writes
// "Name: value" lines (Sysmon) or labels in sections (Security); forwarders flatten the line breaks.
#pragma once

#include "daemon/core/arena.h"
#include "daemon/ingest/decode/windows_event.h"

namespace rw::ingest {

// Adds to event.data what event.message says and event.data does not: a field that is there wins, since the values in
// the text are chosen by whoever made the event. Knows the labels of Sysmon 1, 12, 13, 14 and Security 4657, 4660,
// 4663, 4688, in English; other events and other languages add nothing.
void add_message_fields(core::Arena& arena, WindowsEvent& event);

}  // namespace rw::ingest
