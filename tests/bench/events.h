// Made-up Sysmon 13 events that repeat as recorded ones do: 22 hosts, 250 images, 4,000 processes, 50,000 values under
// 16,000 keys with a few hot ones, Details by the shares of docs/performance.md. About 1,250 bytes each on the wire.
// The same seed and number give the same event, so a run can be repeated.
#pragma once

#include <cstdint>
#include <string>

namespace rw::bench {

// Distinct: every event has a key and a value name that no other has, as somebody would send who wants the store's
// dictionary to grow.
enum class Paths { kRepeating, kDistinct };

// What writes the event down. NXLog Community Edition and Winlogbeat 8 add the message text that Windows renders, so
// that theirs are longer than the XML: about 1,620 and 1,750 bytes.
enum class Form { kXml, kNxlog, kWinlogbeat };

// The event itself. Record ids are `number` + 1: no two events are the same.
std::string event_text(std::uint64_t number, Form form = Form::kXml, Paths paths = Paths::kRepeating);

// As it is sent. XML and NXLog: a frame of a TCP stream, octet counted, with a header of RFC 5424 or (NXLog) RFC 3164.
// Winlogbeat: two lines of a body for Elasticsearch's _bulk.
std::string event_on_the_wire(std::uint64_t number, Form form = Form::kXml, Paths paths = Paths::kRepeating);

}  // namespace rw::bench
