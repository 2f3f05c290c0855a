// EventData by position: some forwarders send the values of an event without their names.
#pragma once

#include <span>
#include <string_view>

#include "daemon/ingest/decode/windows_event.h"

namespace rw::ingest {

// Adds the values to event.data under the names that the event's provider, id and version give to the positions; a name
// that is there already stays. Older versions of Sysmon have fewer fields: see string_inserts.cc. False: the number of
// values fits no version that is known, or the event is of a kind whose names are not known; then nothing was added.
bool add_string_inserts(std::span<const std::string_view> values, WindowsEvent& event);

}  // namespace rw::ingest
