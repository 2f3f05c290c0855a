// NXLog's field names → WindowsEvent, whatever syntax the fields came in (JSON, structured data, XML) and whichever
// NXLog wrote them (im_msvistalog of CE 2.x, EE 4 to 6). Source: NXLog's im_msvistalog, and recorded events.
//
// NXLog has one flat set of names, compared without case, and sets its own before those of the event's data. So
// "EventType" is NXLog's word for the severity, never Sysmon's EventType, unless it holds another word; CE has
// "ProcessID", the logging process, where the data would have "ProcessId". What is lost that way is taken from the
// message's text, and what is not there either stays absent: the kind of a Sysmon 12 or 14 is then unknown.
// Up to the version that writes ExecutionThreadID, data values are as they stand in the event's XML, escaped once.
//
// What NXLog knows of itself and what only says a System field again in words (SourceModuleName, EventReceivedTime,
// Severity, Category, AccountName of the logging service, …) is no field of the event and is left out.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "daemon/core/arena.h"
#include "daemon/core/result.h"
#include "daemon/ingest/decode/payload.h"
#include "daemon/ingest/decode/windows_event.h"

namespace rw::ingest {

// One object per event, which must be empty.
class NxlogFields {
 public:
  NxlogFields(const PayloadContext& context, core::Arena& arena, WindowsEvent& event)
      : context_(context), arena_(arena), event_(event) {}

  // One field, unescaped as its syntax demands; an empty value is none. Both texts must live as long as the event's.
  // Errors: InvalidInput (EventID or RecordNumber is not a number, too many fields).
  core::Result<void> take(std::string_view name, std::string_view value);

  // After the last field: values out of XML's escapes, fields out of the message, the time. A Sysmon event's UtcTime is
  // better than an EventTime without a zone; without both, and without a zone in the context, EventTime stays data.
  // Errors: InvalidInput (no EventID).
  core::Result<void> finish();

  static constexpr std::size_t kTexts = 16;  // System fields that are kept as text

 private:
  core::Result<void> add(std::string_view name, std::string_view value);

  const PayloadContext& context_;
  core::Arena& arena_;
  WindowsEvent& event_;
  std::array<std::uint8_t, kTexts> ranks_{};  // of the names that the texts came by, 0: none yet
  bool has_event_id_ = false;
  std::string_view event_time_;
  std::string_view received_;  // by NXLog, or what it sent to
};

}  // namespace rw::ingest
