#include "daemon/ingest/decode/event_text.h"

#include "daemon/ingest/decode/cef.h"
#include "daemon/ingest/decode/event_reporter.h"
#include "daemon/ingest/decode/snare.h"
#include "daemon/ingest/decode/splunk_text.h"
#include "daemon/ingest/decode/syslog_ng_agent.h"

namespace rw::ingest {

DecodeText* text_decoder_of(std::string_view text, const PayloadContext& context) {
  // The surest marks come first: the syslog-ng Agent's stands at the end, where the values of the other formats may
  // stand.
  if (is_cef(text)) return decode_cef;
  if (is_leef(text)) return decode_leef;
  if (is_event_reporter(text, context)) return decode_event_reporter;
  if (is_snare(text, context)) return decode_snare;
  if (is_splunk_text(text)) return decode_splunk_text;
  if (is_syslog_ng_agent(text)) return decode_syslog_ng_agent;
  return nullptr;
}

}  // namespace rw::ingest
