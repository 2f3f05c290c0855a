#include "daemon/ingest/decode/payload.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>

#include "daemon/core/text.h"
#include "daemon/core/utf16.h"
#include "daemon/ingest/decode/event_json.h"
#include "daemon/ingest/decode/event_limit.h"
#include "daemon/ingest/decode/event_text.h"
#include "daemon/ingest/decode/event_xml.h"
#include "daemon/ingest/decode/nxlog_structured_data.h"

namespace rw::ingest {
namespace {

constexpr std::string_view kCeeMark = "@cee:";

std::string_view without_marks(std::string_view payload) {
  if (payload.starts_with(core::kByteOrderMark)) payload.remove_prefix(core::kByteOrderMark.size());
  const std::string_view rest = payload.substr(std::min(payload.find_first_not_of(' '), payload.size()));
  return rest.starts_with(kCeeMark) ? rest.substr(kCeeMark.size()) : payload;
}

// `wrapped`: the payload stood as text in another one.
core::Result<std::size_t> decode_text_payload(std::string_view payload, bool wrapped, const PayloadContext& context,
                                              core::Arena& arena, WindowsEvent& event, const TakeEvent& take) {
  payload = without_marks(payload);
  if (looks_like_event_xml(payload)) return decode_event_xml(payload, arena, event, take, context);
  if (looks_like_event_json(payload)) {
    if (wrapped) return decode_event_json(payload, context, arena, event, take);
    return decode_event_json(payload, context, arena, event, take, [&](std::string_view text) {
      return decode_text_payload(text, true, context, arena, event, take);
    });
  }
  // XML and JSON may be many events; a text is one.
  const core::Result<void> fits = check_event_size(payload.size());
  if (!wrapped && fits.ok() && has_nxlog_structured_data(context)) {
    take(payload, decode_nxlog_structured_data(payload, context, arena, event));
    return std::size_t{1};
  }
  // Before a search for XML: the values of a text may hold some, put there to pass for an event.
  if (DecodeText* const decode = fits.ok() ? text_decoder_of(payload, context) : nullptr) {
    take(payload, decode(payload, context, arena, event));
    return std::size_t{1};
  }
  if (const std::string_view xml = find_event_xml(payload); !xml.empty()) {
    return decode_event_xml(xml, arena, event, take, context);
  }
  if (!fits.ok()) {
    take(payload, fits);
    return std::size_t{1};
  }
  constexpr std::string_view kExpected = ": expected Windows Event XML, JSON, or the text of a Windows log forwarder";
  take(payload, core::invalid_input((core::trim(payload).empty() ? "empty message" : "not a Windows event") +
                                    std::string(kExpected)));
  return std::size_t{1};
}

}  // namespace

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
  if (const std::optional<core::ByteOrder> order = core::utf16_byte_order_of_markup(payload)) {
    const std::string text = core::utf16_to_utf8(payload, *order);
    // What begins with "<", "{" or "[" in UTF-8 is no UTF-16 any more, so this ends here.
    if (!core::utf16_byte_order_of_markup(text)) return decode_payload(text, context, arena, event, take);
  }
  return decode_text_payload(payload, false, context, arena, event, take);
}

}  // namespace rw::ingest
