// The fields that Windows gives to the events we know: their names, their order, and their labels in the rendered
// message. The one table behind everything that gets values without names (string_inserts) or a text (message_text).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "daemon/ingest/decode/windows_event.h"

namespace rw::ingest {

// A label of the message, in the order of the message.
struct MessageLabel {
  std::string_view label;    // "Image", "Account Name", or a section's heading ("Subject")
  std::string_view field;    // the name in EventData; empty: a heading
  bool always = true;        // in every version of the event
  bool from_behind = false;  // stands behind a value that may hold anything: found from the end of the text
};

struct EventFields {
  std::span<const std::string_view> names;  // of the newest version, in the order of EventData
  std::span<const MessageLabel> labels;
  std::string_view after_message;  // explaining prose that follows the last value begins so; empty: there is none
};

// Sysmon 1, 12, 13, 14; Security 4657, 4660, 4663, 4688. Null: an event of another kind.
const EventFields* fields_of(const WindowsEvent& event);

}  // namespace rw::ingest
