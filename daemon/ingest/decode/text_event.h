// What the formats that are text have in common: their texts, their times, their numbers, and the fields that stand in
// the rendered message alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/core/arena.h"
#include "daemon/core/result.h"
#include "daemon/core/time.h"
#include "daemon/ingest/decode/payload.h"
#include "daemon/ingest/decode/windows_event.h"

namespace rw::ingest {

// The text in the arena, valid UTF-8 and without control characters that no text of an event may keep (U+FFFD stands
// for each).
std::string_view keep_text(std::string_view bytes, core::Arena& arena);

// "Sun Oct 11 22:14:15 2026", the weekday may be missing.
std::optional<core::LocalTime> parse_ctime(std::string_view text);

// The whole text, blanks around it aside. Errors: InvalidInput, which names the field.
core::Result<std::uint32_t> parse_event_id(std::string_view text);
// The same, with nothing around it.
core::Result<std::uint64_t> parse_record_number(std::string_view text);

// What a relay made of TAB, LF and CR ("#011", "#012", "#015": rsyslog) as those characters.
std::string undo_octal_escapes(std::string_view text);

// "Success Audit", "Audit Failure", "Information", "ERR", … → Level and Keywords as XML has them (an audit is of level
// 0 and tells success by its keyword). A word that is not known changes nothing.
void set_level(std::string_view word, WindowsEvent& event);

// Adds to data what is there: not empty, not "N/A"; not if there are too many fields already.
void add_present(std::string_view name, std::string_view value, WindowsEvent& event);

// After all else: the fields of the message, and the time. Sysmon's UtcTime is better than a local time, which counts
// only where the context has a zone; a time that is set already stays.
void finish_text_event(const std::optional<core::LocalTime>& local, const PayloadContext& context, core::Arena& arena,
                       WindowsEvent& event);

}  // namespace rw::ingest
