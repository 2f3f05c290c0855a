// What the Security log's registry and process events have in common: numbers, process ids, accounts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/cim/record.h"
#include "daemon/core/arena.h"
#include "daemon/ingest/decode/windows_event.h"

namespace rw::ingest {

// "0x2cc" or "716", blanks around it aside; the whole text. nullopt: not a number of at most 64 bits.
std::optional<std::uint64_t> security_number(std::string_view text);

// A process id in decimal, "0x2cc" → "716"; empty where the text is not a number.
std::string_view decimal_process_id(std::string_view text, core::Arena& arena);

// Security events name a process by its id alone. This makes a process_guid of it, so that registry and process events
// of one process can be joined: "SEC:<computer in lower case>:<process id, decimal>". An id that Windows uses again is
// taken for the same process. Empty where one of the two is.
std::string_view security_process_guid(std::string_view computer, std::string_view process_id, core::Arena& arena);

// Who did it: Subject*, ProcessId, ProcessName. fill_base must have been done.
void fill_security_actor(const WindowsEvent& event, core::Arena& arena, cim::RegistryRecord& record);

// All of the event's data under its own names, for rules that are written for the Security log.
std::string_view security_extra(const WindowsEvent& event, const cim::EventBase& base, core::Arena& arena,
                                std::string& scratch);

}  // namespace rw::ingest
