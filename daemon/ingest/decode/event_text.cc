#include "daemon/ingest/decode/event_text.h"

#include "daemon/core/text.h"
#include "daemon/ingest/decode/cef.h"
#include "daemon/ingest/decode/event_reporter.h"
#include "daemon/ingest/decode/snare.h"
#include "daemon/ingest/decode/splunk_text.h"
#include "daemon/ingest/decode/syslog_ng_agent.h"

namespace rw::ingest {
namespace {

using DecodeText = core::Result<void> (*)(std::string_view, const PayloadContext&, core::Arena&, WindowsEvent&);

// Null: no format that we know. The surest marks come first: the syslog-ng Agent's stands at the end, where the values
// of the other formats may stand.
DecodeText decoder_of(std::string_view text, const PayloadContext& context) {
  if (is_cef(text)) return decode_cef;
  if (is_leef(text)) return decode_leef;
  if (is_event_reporter(text, context)) return decode_event_reporter;
  if (is_snare(text, context)) return decode_snare;
  if (is_splunk_text(text)) return decode_splunk_text;
  if (is_syslog_ng_agent(text)) return decode_syslog_ng_agent;
  return nullptr;
}

}  // namespace

bool looks_like_event_text(std::string_view text, const PayloadContext& context) {
  return decoder_of(text, context) != nullptr;
}

core::Result<void> decode_event_text(std::string_view text, const PayloadContext& context, core::Arena& arena,
                                     WindowsEvent& event) {
  if (const DecodeText decode = decoder_of(text, context)) return decode(text, context, arena, event);
  event.clear();
  constexpr std::string_view kExpected = ": expected Windows Event XML, JSON, or the text of a Windows log forwarder";
  return core::invalid_input((core::trim(text).empty() ? "empty message" : "not a Windows event") +
                             std::string(kExpected));
}

}  // namespace rw::ingest
