#include "daemon/ingest/decode/payload.h"

#include "daemon/core/text.h"
#include "daemon/ingest/decode/event_json.h"
#include "daemon/ingest/decode/event_text.h"
#include "daemon/ingest/decode/event_xml.h"

namespace rw::ingest {

std::string_view name_of(PayloadFormat format) {
  switch (format) {
    case PayloadFormat::kEventXml:
      return "xml";
    case PayloadFormat::kEventJson:
      return "json";
    case PayloadFormat::kNxlogJson:
      return "nxlog-json";
    case PayloadFormat::kNxlogStructuredData:
      return "nxlog-ietf";
    case PayloadFormat::kNxlogXml:
      return "nxlog-xml";
    case PayloadFormat::kSnare:
      return "snare";
    case PayloadFormat::kWinlogbeat:
      return "winlogbeat";
    case PayloadFormat::kFluentBit:
      return "fluent-bit";
    case PayloadFormat::kVector:
      return "vector";
    case PayloadFormat::kOpenTelemetry:
      return "opentelemetry";
    case PayloadFormat::kWazuh:
      return "wazuh";
    case PayloadFormat::kSplunkText:
      return "splunk-text";
    case PayloadFormat::kEventReporter:
      return "eventreporter";
    case PayloadFormat::kSyslogNgAgent:
      return "syslog-ng-agent";
    case PayloadFormat::kCef:
      return "cef";
    case PayloadFormat::kLeef:
      return "leef";
  }
  return "unknown";
}

core::Result<std::size_t> decode_payload(std::string_view payload, const PayloadContext& context, core::Arena& arena,
                                         WindowsEvent& event, const TakeEvent& take) {
  if (looks_like_event_xml(payload)) return decode_event_xml(payload, arena, event, take);
  if (core::trim(payload).starts_with('{')) {
    take(payload, decode_event_json(core::trim(payload), arena, event));
    return std::size_t{1};
  }
  if (const std::string_view xml = find_event_xml(payload); !xml.empty()) {
    return decode_event_xml(xml, arena, event, take);
  }
  take(payload, decode_event_text(payload, context, arena, event));
  return std::size_t{1};
}

}  // namespace rw::ingest
