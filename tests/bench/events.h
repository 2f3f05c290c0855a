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

// The event's XML. Record ids are `number` + 1: no two events are the same.
std::string event_xml(std::uint64_t number, Paths paths = Paths::kRepeating);

// As a syslog sender puts it on a TCP stream: octet counted, RFC 5424 header.
std::string event_frame(std::uint64_t number, Paths paths = Paths::kRepeating);

}  // namespace rw::bench
