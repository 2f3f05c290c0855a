#include "daemon/core/text.h"
#include "daemon/ingest/decode/event_xml.h"
#include "daemon/ingest/decode/json_forms.h"
#include "daemon/ingest/decode/json_shape.h"
#include "daemon/ingest/decode/nxlog_fields.h"

namespace rw::ingest {
namespace {

// With CaptureEventXML, what NXLog's fields lose stands there.
constexpr std::string_view kEventXmlName = "EventXML";

}  // namespace

core::Result<void> decode_nxlog_json(const JsonFields& fields, const PayloadContext& context, core::Arena& arena,
                                     WindowsEvent& event) {
  const std::string_view xml = fields.get(kEventXmlName);
  if (looks_like_event_xml(xml) && decode_embedded_xml(xml, PayloadFormat::kNxlogJson, context, arena, event).ok()) {
    return {};
  }
  event.clear();
  NxlogFields nxlog(context, arena, event);
  for (const JsonField& field : fields.all()) {
    if (field.is_null || field.path == kEventXmlName) continue;
    RW_CHECK(nxlog.take(field.path, field.value));
  }
  RW_CHECK(nxlog.finish());
  event.format = PayloadFormat::kNxlogJson;
  return {};
}

}  // namespace rw::ingest
