// A Windows event as any forwarder delivered it, decoded but not yet normalised. Views point into the arena given to
// the decoder. Absent fields are empty; "-" is kept as written (the normaliser knows what it means).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/core/time.h"

namespace rw::ingest {

struct NamedValue {
  std::string_view name;
  std::string_view value;
};

// How a forwarder wrote the event; `name_of` gives the word for people ("nxlog-json").
enum class PayloadFormat {
  kEventXml,             // Windows Event XML
  kEventJson,            // a JSON object whose fields are those of the event
  kNxlogJson,            // NXLog to_json()
  kNxlogStructuredData,  // NXLog to_syslog_ietf()
  kNxlogXml,             // NXLog to_xml()
  kSnare,
  kWinlogbeat,  // and Elastic Agent
  kFluentBit,   // winevtlog, winlog
  kVector,      // windows_event_log
  kOpenTelemetry,
  kWazuh,
  kSplunkText,     // sourcetype WinEventLog
  kEventReporter,  // EventReporter, MonitorWare, rsyslog Windows Agent
  kSyslogNgAgent,  // syslog-ng Agent for Windows
  kCef,
  kLeef,
};
std::string_view name_of(PayloadFormat format);

struct WindowsEvent {
  PayloadFormat format = PayloadFormat::kEventXml;

  // System (schema order)
  std::string_view provider;
  std::string_view provider_guid;
  std::string_view event_source_name;
  std::uint32_t event_id = 0;
  std::string_view qualifiers;
  std::string_view version;
  std::string_view level;
  std::string_view task;
  std::string_view opcode;
  std::string_view keywords;
  std::optional<core::Micros> time;  // TimeCreated, UTC
  std::optional<std::uint64_t> record_id;
  std::string_view activity_id;
  std::string_view related_activity_id;
  std::string_view execution_process_id;
  std::string_view execution_thread_id;
  std::string_view channel;
  std::string_view computer;
  std::string_view user_sid;

  // EventData or UserData, in order; a repeated name keeps its first value. Unnamed Data are param1, param2, ….
  std::vector<NamedValue> data;
  // RenderingInfo/Message
  std::string_view message;

  // Adds a value of data by the rule above. False: the event has kMaxFields already; a Windows event has at most some
  // dozens, and every one more makes the search for repeated names dearer.
  static constexpr std::size_t kMaxFields = 1024;
  [[nodiscard]] bool add(std::string_view name, std::string_view value) {
    for (const NamedValue& item : data) {
      if (item.name == name) return true;
    }
    if (data.size() >= kMaxFields) return false;
    data.push_back({name, value});
    return true;
  }

  // First value of that name, empty if absent. Names compare exactly.
  std::string_view get(std::string_view name) const {
    for (const NamedValue& item : data) {
      if (item.name == name) return item.value;
    }
    return {};
  }
  void clear() {
    auto keep = std::move(data);
    keep.clear();
    *this = WindowsEvent{};
    data = std::move(keep);
  }
};

}  // namespace rw::ingest
